"""Clients that send questions at a given rate, whatever the server answers, and measure each response."""

import json
import selectors
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from time import monotonic

QUESTIONS = ("Who directed the film?", "What is the city built by?", "When was it released?", "Who drew the manga?")
REQUEST = (
    "POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
)
# How long to wait for the responses to what was sent last.
LAST_RESPONSES_S = 30.0


@dataclass(slots=True)
class Measured:
    """What the clients saw: responses by status, 0 for a connection that ended, and the seconds that each took."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: dict[int, list[float]] = field(default_factory=dict)
    # When each response arrived, in seconds after the start.
    arrivals: dict[int, list[float]] = field(default_factory=dict)
    # 503 without Retry-After.
    without_retry: int = 0
    # Requests that were due while every connection waited for a response.
    unsent: int = 0

    def quantile(self, share: float, status: int = 200) -> float:
        """Return a quantile of the seconds that responses with a status took."""
        ordered = sorted(self.seconds[status])
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


class _Client:
    """A connection that is kept, with at most one request under way."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port, self._selector = port, selector
        self.connect()

    def connect(self) -> None:
        self._received = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)

    def send(self, request: bytes) -> None:
        self._sent = monotonic()
        self._socket.sendall(request)

    def receive(self, measured: Measured, start: float) -> bool:
        """Take what has arrived and return whether the response is whole, or the connection at its end."""
        try:
            data = self._socket.recv(1 << 20)
        except ConnectionError:
            data = b""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if data and (not found or len(body) < int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])):
            return False
        status = int(head.split()[1]) if data else 0
        now = monotonic()
        measured.statuses[status] += 1
        measured.seconds.setdefault(status, []).append(now - self._sent)
        measured.arrivals.setdefault(status, []).append(now - start)
        measured.without_retry += status == 503 and b"retry-after" not in head.lower()
        self._received.clear()
        if not data or b"connection: close" in head.lower():
            self.close()
            self.connect()
        return True

    def close(self) -> None:
        self._selector.unregister(self._socket)
        self._socket.close()


def make_requests(mode: str, first: int = 0) -> Iterator[bytes]:
    """Yield requests with different questions, so that no answer is cached."""
    for number in count(first):
        body = json.dumps({"question": f"{QUESTIONS[number % len(QUESTIONS)]} ({number})", "mode": mode})
        yield (REQUEST.format(length=len(body)) + body).encode()


def ask_in_turn(port: int, requests: Iterator[bytes], questions: int) -> Measured:
    """Send one question after the other."""
    measured, selector = Measured(), selectors.DefaultSelector()
    client, start = _Client(port, selector), monotonic()
    for _ in range(questions):
        client.send(next(requests))
        while not client.receive(measured, start):
            pass
    client.close()
    return measured


def send_at_rate(port: int, requests: Iterator[bytes], rate: float, seconds: float, connections: int) -> Measured:
    """Send ``rate`` questions a second, evenly, over as many connections as needed and at most ``connections``."""
    measured, selector = Measured(), selectors.DefaultSelector()
    start = monotonic()
    clients: list[_Client] = []
    idle: list[_Client] = []
    sent = due = 0
    while (now := monotonic()) < start + seconds + LAST_RESPONSES_S:
        if now < start + seconds:
            due = int((now - start) * rate) + 1
        elif len(idle) == len(clients):
            break
        while sent + measured.unsent < due:
            if not idle and len(clients) < connections:
                clients.append(_Client(port, selector))
                idle.append(clients[-1])
            if not idle:
                measured.unsent = due - sent
                break
            idle.pop().send(next(requests))
            sent += 1
        for key, _ in selector.select(min(0.01, 1 / rate)):
            if key.data.receive(measured, start):
                idle.append(key.data)
    for client in clients:
        client.close()
    return measured
