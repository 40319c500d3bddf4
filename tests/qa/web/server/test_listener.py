"""The listening socket, when the server stops."""

import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.web.server.listener import open_listener, stop_handshakes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has filters of sockets")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """One that nobody accepts from yet, and that does not wait for ever."""
    with open_listener("127.0.0.1", 0) as opened:
        opened.settimeout(10)
        yield opened


def test_a_new_client_is_ignored_and_then_refused(listener: socket.socket) -> None:
    """It is not told that it is connected, so that it can ask another server without having lost anything."""
    stop_handshakes(listener)
    address = listener.getsockname()
    with ThreadPoolExecutor(1) as threads:
        client = threads.submit(socket.create_connection, address, 20)
        with pytest.raises(TimeoutError):
            client.result(0.3)
        listener.close()
        assert isinstance(client.exception(), ConnectionRefusedError)


def test_a_handshake_that_has_begun_is_finished(listener: socket.socket) -> None:
    """Its client may believe that it is connected, and have sent a request."""
    # Only what the client sends then ends the handshake, as if the packet before it were late.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
    with socket.create_connection(listener.getsockname(), timeout=10) as client:
        stop_handshakes(listener)
        client.sendall(b"GET")
        with listener.accept()[0] as accepted:
            accepted.settimeout(10)
            assert accepted.recv(3) == b"GET"
        assert client.recv(1) == b""
