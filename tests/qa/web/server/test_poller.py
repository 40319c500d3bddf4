"""The loop that waits for sockets asks few of them, and misses nothing."""

import socket
from collections.abc import Iterator
from weakref import ref

import pytest

from qa.web.server import poller as poller_module
from qa.web.server.poller import Poller


class Connection:
    """A connection that waits for bytes, and counts how often it is asked and what it gets."""

    accepting = False
    requests: tuple[object, ...] = ()

    def __init__(self) -> None:
        self.socket, self.other = socket.socketpair()
        self._fileno = self.socket.fileno()
        self.asked, self.received, self.wants_to_read, self.wants_to_write = 0, b"", True, False

    def readable(self) -> bool:
        self.asked += 1
        return self.wants_to_read

    def writable(self) -> bool:
        return self.wants_to_write

    def handle_read_event(self) -> None:
        self.received += self.socket.recv(100)

    def handle_write_event(self) -> None:
        self.wants_to_write = False
        self.socket.send(b"answer")

    def close(self) -> None:
        self.socket.close()
        self.other.close()


@pytest.fixture
def connections() -> Iterator[list[Connection]]:
    made = [Connection() for _ in range(20)]
    yield made
    for one in made:
        one.close()


def register(poller: Poller, connections: list[Connection]) -> dict[int, Connection]:
    for one in connections:
        poller.note_change(one)
    return {one._fileno: one for one in connections}


@pytest.fixture(autouse=True)
def no_full_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poller_module, "FULL_ROUND_S", 1e9)


def test_idle_connections_are_asked_once(connections: list[Connection]) -> None:
    """However often the loop waits for the others."""
    poller = Poller([])
    sockets = register(poller, connections)
    for number in range(10):
        connections[0].other.send(b"%d" % number)
        poller.poll(1, sockets)
    assert connections[0].received == b"0123456789"
    assert connections[0].asked == 10
    assert {one.asked for one in connections[1:]} == {1}


def test_a_request_that_is_answered_while_its_connection_is_asked_is_noticed(connections: list[Connection]) -> None:
    """The answer to the question what it waits for may be out of date by then."""

    class Answered(Connection):
        def readable(self) -> bool:
            wanted, self.requests = super().readable() and not self.requests, ()
            return wanted

    poller, one = Poller([]), Answered()
    connections.append(one)
    sockets = register(poller, connections)
    one.requests = (object(),)
    poller.poll(0, sockets)
    one.other.send(b"next")
    poller.poll(0, sockets)
    assert one.received == b"next"


def test_a_connection_with_a_request_is_asked_until_it_is_answered(connections: list[Connection]) -> None:
    """A thread that answers need not say that there is something to send."""
    poller, one = Poller([]), connections[0]
    sockets = register(poller, connections)
    one.requests = (object(),)
    poller.poll(0, sockets)
    one.requests, one.wants_to_write = (), True
    poller.poll(0, sockets)
    assert one.other.recv(100) == b"answer"


def test_what_nobody_waits_for_ends_no_wait(connections: list[Connection]) -> None:
    """A connection that is not read from may have bytes, and later they are read."""
    poller, one = Poller([]), connections[0]
    sockets = register(poller, connections)
    one.wants_to_read = False
    one.other.send(b"bytes")
    poller.poll(0, sockets)
    assert one.received == b""
    one.wants_to_read = True
    poller.note_change(one)
    poller.poll(1, sockets)
    assert one.received == b"bytes"


def test_a_descriptor_may_be_used_again(connections: list[Connection]) -> None:
    """By another connection, after the first one was closed."""
    poller, first = Poller([]), connections.pop()
    sockets = register(poller, [first])
    poller.poll(0, sockets)
    first.close()
    second = Connection()
    connections.append(second)
    assert second._fileno == first._fileno
    sockets = register(poller, [second])
    second.other.send(b"bytes")
    poller.poll(1, sockets)
    assert (first.received, second.received) == (b"", b"bytes")


def test_a_closed_connection_is_let_go(connections: list[Connection]) -> None:
    """With the request that it has received, though its descriptor is not used again; then it may be."""
    poller = Poller([])
    sockets = register(poller, connections)
    for one in connections:
        one.other.send(b"bytes")
    poller.poll(1, sockets)
    closed = [connections.pop() for _ in range(10)]
    references = [ref(one) for one in closed]
    for one in closed:
        del sockets[one._fileno]
        one.close()
    del one, closed
    poller._next_full_round = 0.0
    poller.poll(0, sockets)
    assert [reference() for reference in references] == [None] * 10
    assert poller._turns.keys() == poller._watched.keys() == sockets.keys()
    connections += [Connection() for _ in range(10)]
    sockets = register(poller, connections)
    for one in connections:
        one.other.send(b" again")
    poller.poll(1, sockets)
    assert {one.received for one in connections} == {b"bytes again", b" again"}


def test_a_round_ends_after_its_time_and_the_next_goes_on(
    connections: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are ready again, each is handled before one is handled twice, and new clients never wait."""
    monkeypatch.setattr(poller_module, "MAX_ROUND_S", -1.0)
    listener, others = connections[-1], connections[:-1]
    poller, sockets = Poller([listener]), {one._fileno: one for one in connections}
    register(poller, others)
    for _ in range(3):
        for number in range(len(others)):
            for one in connections:
                one.other.send(b"x" * 200)
            before = len(listener.received)
            poller.poll(1, sockets)
            assert len(listener.received) > before
            assert sum(len(one.received) for one in others) == 100 * (number + 1)
        assert {len(one.received) for one in others} == {100}
        for one in others:
            one.received = b""


def test_new_clients_come_first(connections: list[Connection], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many connections with bytes a few are handled at a time, after the listener; all have their turn."""
    monkeypatch.setattr(poller_module, "MAX_HANDLED", 5)
    listener, others = connections[-1], connections[:-1]
    poller, sockets = Poller([listener]), {one._fileno: one for one in connections}
    register(poller, others)
    for one in others:
        one.other.send(b"bytes")
    for number in range(5):
        listener.other.send(b"%d" % number)
        poller.poll(1, sockets)
        assert listener.received[-1:] == b"%d" % number
        assert sum(one.received == b"bytes" for one in others) == min(4 * (number + 1), len(others))
