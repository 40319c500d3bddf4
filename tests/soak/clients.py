"""Clients that send questions at a given rate, whatever the server answers, and measure each response."""

import json
import re
import selectors
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import uniform
from time import monotonic

QUESTIONS = ("Who directed the film?", "What is the city built by?", "When was it released?", "Who drew the manga?")
REQUEST = b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
# How long to wait for the responses to what was sent last.
LAST_RESPONSES_S = 30.0
QUANTILES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))


@dataclass
class Measured:
    """What the clients saw: the seconds that each response took, by status; 0 for a connection that ended."""

    seconds: defaultdict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    # 503 without Retry-After.
    without_retry: int = 0
    sent: int = 0
    duration: float = 0.0

    def per_second(self) -> float:
        """Return the answers a second."""
        return len(self.seconds[200]) / self.duration

    def count_inside(self) -> float:
        """Return how many questions that were answered the server had at once, on average (Little's law)."""
        return sum(self.seconds[200]) / self.duration

    def quantile(self, share: float, status: int = 200) -> float:
        """Return a quantile of the seconds that responses with a status took; 0 if there were none."""
        ordered = sorted(self.seconds[status])
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0

    def describe(self) -> str:
        """Return the figures as text."""
        parts = [f"{self.sent / self.duration:.0f} requests/s, {self.per_second():.0f} answers/s"]
        for status in sorted(self.seconds):
            times = [f"{name} {self.quantile(share, status) * 1000:.1f}" for name, share in QUANTILES]
            parts.append(f"{status}: {', '.join(times)} ms")
        return "; ".join(parts)


class _Client:
    """A connection that is kept, with at most one request under way."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port, self._selector = port, selector
        # When it may send again.
        self.free_at = 0.0
        self._sent: float | None = None
        self.connect()

    def connect(self) -> None:
        self._received = bytearray()
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)

    def send(self, request: bytes) -> None:
        self._sent = monotonic()
        try:
            self._socket.sendall(request)
        except ConnectionError:  # closed meanwhile, because nothing was sent for long
            self.reconnect()
            self._socket.sendall(request)

    def receive(self, measured: Measured) -> bool:
        """Take what has arrived and return whether the response is whole, or the connection at its end."""
        try:
            data = self._socket.recv(1 << 20)
        except ConnectionError:
            data = b""
        if self._sent is None:  # the end of a connection on which nothing was sent for long
            self.reconnect()
            return False
        self._received += data
        head, found, body = bytes(self._received).lower().partition(b"\r\n\r\n")
        if data and (not found or len(body) < int(head.split(b"content-length: ")[1].split(b"\r\n")[0])):
            return False
        status, now = int(head.split()[1]) if data else 0, monotonic()
        measured.seconds[status].append(now - self._sent)
        self._sent = None
        retry = re.search(rb"\r\nretry-after: (\d+)", head)
        measured.without_retry += status == 503 and not retry
        # Not all at the same moment.
        self.free_at = now + (int(retry[1]) * uniform(1, 1.5) if retry else 0)
        self._received.clear()
        if not data or b"connection: close" in head:
            self.reconnect()
        return True

    def reconnect(self) -> None:
        self.close()
        self.connect()

    def close(self) -> None:
        self._selector.unregister(self._socket)
        self._socket.close()


def make_requests(mode: str, first: int) -> Iterator[bytes]:
    """Yield requests with different questions, so that no answer is cached."""
    for number in count(first):
        yield make_request({"question": f"{QUESTIONS[number % len(QUESTIONS)]} ({number})", "mode": mode})


def make_request(body: object) -> bytes:
    """Return a request for an answer."""
    encoded = json.dumps(body).encode()
    return REQUEST % len(encoded) + encoded


def ask_in_turn(port: int, requests: Iterable[bytes]) -> Measured:
    """Send one request after the other."""
    measured, start = Measured(), monotonic()
    client = _Client(port, selectors.DefaultSelector())
    for request in requests:
        client.send(request)
        measured.sent += 1
        while not client.receive(measured):
            pass
    client.close()
    measured.duration = monotonic() - start
    return measured


@dataclass(frozen=True)
class Offer:
    """Questions in a mode, ``rate`` a second for some seconds, from ``clients`` of which each waits for its response.

    After a 503 a client waits as long as the response says, and up to half as long again. ``first`` numbers the questions.
    """

    mode: str
    rate: float
    seconds: float
    clients: int
    first: int

    def send(self, port: int) -> Measured:
        """Send the questions, and fewer than ``rate`` if all clients wait."""
        measured, selector = Measured(), selectors.DefaultSelector()
        requests = make_requests(self.mode, self.first)
        idle = [_Client(port, selector) for _ in range(self.clients)]
        everybody, start = tuple(idle), monotonic()
        while (now := monotonic()) < start + self.seconds + LAST_RESPONSES_S:
            if now >= start + self.seconds and len(idle) == len(everybody):
                break
            due = (now - start) * self.rate if now < start + self.seconds else 0
            while measured.sent < due and (client := _pop_free(idle, now)):
                client.send(next(requests))
                measured.sent += 1
            for key, _ in selector.select(min(0.01, 1 / self.rate)):
                if key.data.receive(measured):
                    idle.append(key.data)
        for client in everybody:
            client.close()
        measured.duration = self.seconds
        return measured


def _pop_free(idle: list[_Client], now: float) -> _Client | None:
    """Take out a client that may send; None if there is none."""
    place = next((place for place, client in enumerate(idle) if client.free_at <= now), None)
    return None if place is None else idle.pop(place)
