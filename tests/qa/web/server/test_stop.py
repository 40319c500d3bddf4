"""A stop ends in time and with exit code 0, and answers what was accepted."""

import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException, HTTPResponse

import pytest

from tests.qa.web.server.process import connect, fetch, many_clients, ready

SLOW = {
    "silent": b"",
    "body": b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{",
    "kept open": b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
}
# Statements after which a handshake ends only when the client sends something, as if a packet before that were late.
DEFERRING = """
import socket

import qa.web.server
from qa.web.server import listener

def open_deferring(host, port):
    opened = listener.open_listener(host, port)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 10)
    return opened

qa.web.server.open_listener = open_deferring
listener.HANDSHAKE_S = 3.0
"""


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_a_slow_client_does_not_delay_the_stop(sent: bytes) -> None:
    """SIGTERM ends within a few seconds, without a word."""
    with ready() as (process, port), many_clients(port, 3, sent):
        time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=40)
        assert (process.returncode, output, errors) == (0, "", "")
        assert time.monotonic() - start < 5


def test_a_client_that_does_not_read_does_not_prevent_the_stop() -> None:
    """It gets less time than the ten seconds after which Docker kills."""
    with ready() as (process, port), many_clients(port, 3, b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n", window=4096):
        time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0
        assert time.monotonic() - start < 10


def test_what_was_accepted_is_answered() -> None:
    """Requests that are computed, that wait for a thread, and that the kernel has accepted for the server."""
    with ready() as (process, port), ThreadPoolExecutor(16) as clients:
        computed = [clients.submit(fetch, port, "/sleep?seconds=1", 20) for _ in range(8)]
        time.sleep(0.5)

        def ask_until_refused() -> str:
            while True:
                try:
                    fetch(port, "/healthz", 20)
                except ConnectionRefusedError:
                    return "refused"
                except (OSError, HTTPException) as error:
                    return repr(error)

        load = [clients.submit(ask_until_refused) for _ in range(4)]
        process.send_signal(signal.SIGTERM)
        assert [answer.result() for answer in computed] == ["slept"] * 8
        assert [end.result() for end in load] == ["refused"] * 4
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has filters of sockets")
def test_a_handshake_that_has_begun_is_answered() -> None:
    """The client believes that it is connected, but the server has not accepted it yet when it is told to stop."""
    with ready(before=DEFERRING) as (process, port), connect(port) as client:
        process.send_signal(signal.SIGTERM)
        with pytest.raises(TimeoutError):
            # Until new clients are ignored.
            while True:
                socket.create_connection(("127.0.0.1", port), 0.3).close()
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 OK")


def test_a_kept_connection_gets_its_answer_and_is_closed() -> None:
    """A request that is under way when the server is told to stop is answered with ``Connection: close``."""
    with ready() as (process, port), connect(port) as client:

        def fetch_kept() -> str | None:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            response = HTTPResponse(client)
            response.begin()
            assert response.status == 200
            response.read()
            return response.headers["Connection"]

        assert fetch_kept() is None
        process.send_signal(signal.SIGTERM)
        # Until the workers know that they are to stop.
        while not (connection := fetch_kept()):
            pass
        assert connection == "close"
        assert client.recv(1) == b""


def test_a_second_signal_ends_at_once() -> None:
    """For whoever does not want to wait."""
    with ready() as (process, port), many_clients(port, 3, b"GET /sleep?seconds=5 HTTP/1.1\r\nHost: a\r\n\r\n"):
        time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert time.monotonic() - start < 2
