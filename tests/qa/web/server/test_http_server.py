"""The event loop accepts every connection that waits, and waits for nothing that it cannot do."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event, Thread
from typing import cast

import pytest
from waitress import wasyncore

from qa.engine import Engine
from qa.web import create_app
from qa.web.server.http_server import WebServer
from qa.web.service import AppOptions
from tests.qa.web.helpers import HandMade


@pytest.mark.parametrize("accept", [WebServer.handle_accept, WebServer._stop_accepting])
def test_clients_behind_one_that_has_left_are_accepted(accept: Callable[[WebServer], None]) -> None:
    """While serving and at a stop, when connections that are not accepted would be reset."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = WebServer(create_app(cast(Engine, HandMade()), AppOptions()), listener, threads=1)
        server.accept_connections()
        socket.create_connection(listener.getsockname()).close()
        with socket.create_connection(listener.getsockname()) as client:
            client_address = client.getsockname()
            accept(server)
            accepted = [one.addr for one in server.active_channels.values()]
        wasyncore.close_all(server._map)
        assert accepted == [client_address]


@pytest.mark.parametrize(("workers", "accepted"), [(1, [3, 3, 3]), (2, [1, 2, 3])])
def test_clients_that_connect_together_are_shared_by_the_workers(workers: int, accepted: list[int]) -> None:
    """One that is the first to notice them takes one at a time, so that others, if there are any, get the rest."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(cast(Engine, HandMade()), AppOptions())
        server = WebServer(app, listener, threads=1, workers=workers)
        server.accept_connections()
        with ExitStack() as clients:
            for _ in range(3):
                clients.enter_context(socket.create_connection(listener.getsockname()))
            found = []
            for _ in range(3):
                server.handle_accept()
                found.append(len(server.active_channels))
        wasyncore.close_all(server._map)
    assert found == accepted


def test_the_loop_does_not_wait_to_send_what_a_thread_is_sending() -> None:
    """Such a wait would end at once and be repeated until the thread is done."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = WebServer(create_app(cast(Engine, HandMade()), AppOptions()), listener, threads=1)
        server.accept_connections()
        with socket.create_connection(listener.getsockname()):
            server.handle_accept()
            (channel,) = server.active_channels.values()
            channel.requests, channel.total_outbufs_len = ["being answered"], 10
            writing, written = Event(), Event()

            def write() -> None:
                with channel.outbuf_lock:
                    writing.set()
                    written.wait()

            thread = Thread(target=write)
            thread.start()
            writing.wait()
            meanwhile = channel.writable()
            written.set()
            thread.join()
            afterwards = channel.writable()
        wasyncore.close_all(server._map)
    assert (meanwhile, afterwards) == (False, True)


def test_a_stop_reads_what_was_sent_before_it_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if the loop got no processor for as long as clients are given to send."""
    monkeypatch.setattr("qa.web.server.http_server.KEEPALIVE_LINGER_S", -1.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = WebServer(create_app(cast(Engine, HandMade()), AppOptions()), listener, threads=1)
        server.accept_connections()
        with socket.create_connection(listener.getsockname(), timeout=10) as client:
            server.handle_accept()
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            server.stop()
            server.serve(lambda: None)
            assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")
        wasyncore.close_all(server._map)
