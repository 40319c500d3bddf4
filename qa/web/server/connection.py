"""A connection: waitress's, made safe against slow clients, errors in the middle of a body, and clients who leave.

waitress reads whole requests and writes whole responses in one event loop, so that a client of any speed holds no
thread. What it lacks is here: a minimum speed, and a response that is readable though the request was not read.
"""

import socket
from time import monotonic, time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, Task, WSGITask

from qa.web.access_log import log_unread
from qa.web.app import service_of
from qa.web.errors.formats import ErrorFormat, find_format
from qa.web.errors.pages import HTML_TYPE, find_root, prefers_page, render_page
from qa.web.errors.problems import Code, ProblemError
from qa.web.server.refusal import list_headers
from qa.web.server.request_parser import RequestParser, to_problem

# A connection without a request is closed after this time, which is longer than a reader needs to ask again.
IDLE_S = 15.0
# A request must arrive, and a response must be taken, in this time and a second more for every 16 KiB.
SLOW_S = 15.0
MIN_BYTES_PER_S = 16 * 1024
# After an error the rest of the request is read and thrown away, because closing a socket with unread bytes resets the
# connection, and the client would not see the error. A client that sends first and reads later needs the bytes.
LINGER_S = 5.0
MAX_LINGER_BYTES = 64 * 1024 * 1024
RECV_BYTES = 64 * 1024
# Copying a larger body costs more than the packet that it saves.
MAX_JOINED_BYTES = 64 * 1024


class _FirstWrite:
    """Collects what a task writes first: in one packet, and one call of the kernel, head and body are sent sooner."""

    def __init__(self, server: "TcpWSGIServer") -> None:
        self.server, self.parts = server, list[bytes]()

    def write_soon(self, data: bytes) -> None:
        self.parts.append(data)


class _WholeTask(Task):
    """Any request."""

    channel: Any

    def write(self, data: bytes) -> None:
        """Write a part of the body, the first one together with the head unless it is large."""
        if self.wrote_header or len(data) > MAX_JOINED_BYTES:
            super().write(data)
            return
        channel, first = self.channel, _FirstWrite(self.channel.server)
        self.channel = first
        try:
            super().write(data)
        finally:
            self.channel = channel
        channel.write_soon(b"".join(first.parts))


class AppTask(_WholeTask, WSGITask):
    """A request for the application."""

    def build_response_header(self) -> bytes:
        """Return the head of the response, which ends the connection if the server is stopping."""
        if self.channel.server.draining:
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class ProblemTask(_WholeTask, ErrorTask):
    """A request that never reaches the application; its problem has the form of every other one of its path."""

    def execute(self) -> None:
        """Write the whole response, and end the connection if the end of the request is not known."""
        problem = to_problem(self.request.error)
        shape = find_format(getattr(self.request, "path", ""))
        headers = list_headers(problem, shape)
        body = self._render(problem, shape, headers)
        self.status = shape.format_status(problem)
        self.response_headers = [*headers.items()]
        if problem.code is Code.OVERLOADED:
            self.channel.server.refusal_count += 1
        else:
            status = shape.choose_status(problem.code)
            log_unread(headers["X-Request-ID"], status, len(body))
            service_of(self.channel.server.application).metrics.count_unread(status)
        if problem.code is not Code.OVERLOADED or self.channel.server.draining:
            self.channel.lingers = True
            self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)

    def _render(self, problem: ProblemError, shape: ErrorFormat, headers: dict[str, str]) -> bytes:
        """Return the body, a page for a browser, and set its media type."""
        path, accept = self.request.find_target()
        if not prefers_page(path, accept):
            return shape.encode_body(problem)
        headers |= {"Content-Type": HTML_TYPE, "Vary": "Accept"}
        return render_page(self.channel.server.application, problem, find_root(path), headers["X-Request-ID"])


class Channel(HTTPChannel):
    """A connection."""

    requests: list[RequestParser]
    parser_class = RequestParser
    task_class = AppTask
    error_task_class = ProblemTask

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 — as waitress gives them
        """Start to wait for a request."""
        # ``lingers``: an error was sent before the request was read whole. ``deferred``: the next request waits
        # until the last response is sent. ``has_left``: the client will send nothing more.
        self.lingers = self.lingering = self.deferred = self.has_left = False
        self.last_request = monotonic()
        # Nothing is read from a client before this moment.
        self.paused_until = 0.0
        self._transferred = 0
        self._phase: object = None
        self._phase_start = self._phase_bytes = 0.0
        super().__init__(*arguments, **options)
        self.server.poller.note_change(self)
        # A new client has often sent something already, and must not wait until all others are read.
        self.handle_read()

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Write bytes, and count them."""
        sent: int = super().send(data, do_close)
        self._transferred += sent
        return sent

    def readable(self) -> bool:
        """Return whether to wait for bytes."""
        if self.has_left:  # then there is nothing to read but the end of the stream
            return not self.requests and not self.total_outbufs_len
        if self.paused_until and self.paused_until > monotonic():
            return False
        return self.lingering or bool(super().readable())

    def writable(self) -> bool:
        """Return whether there is something to send, to start or to close, and no thread that sends it."""
        return not self.lingering and not self._is_being_written and bool(self.deferred or super().writable())

    @property
    def _is_being_written(self) -> bool:
        """Whether the thread of a request is sending what it has written.

        Nothing can be sent beside it, so that each wait of the event loop would end at once, and the loop would keep
        the thread from its next step. When the thread is done, it wakes up the loop.
        """
        if not self.requests or not 0 < self.total_outbufs_len <= self.adj.outbuf_high_watermark:
            return False
        if self.outbuf_lock.acquire(blocking=False):
            self.outbuf_lock.release()
            return False
        return True

    def handle_read(self) -> None:
        """Read a part of a request, or throw it away after an error."""
        try:
            data = self.socket.recv(RECV_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self.handle_close()
            return
        self._transferred += len(data)
        if not data and self.requests:
            # It may have closed its half of the connection only, so that what is computed already is still sent.
            self.has_left = True
        elif not data or (self.lingering and self._transferred - self._phase_bytes > MAX_LINGER_BYTES):
            self.handle_close()
        elif not self.lingering:
            self.last_activity = time()
            if self.is_between_requests and (check := self.server.find_liveness(data)):
                self.last_request = monotonic()
                self.write_soon(self.server.answer_liveness(check))
                self.close_when_flushed = check.closes
                return
            if self.is_between_requests and (refusal := self.server.refuse_unparsed(self, data)):
                self.write_soon(refusal)
                return
            self.received(data)
            self.server.bound_memory(len(data))

    def service(self) -> None:
        """Answer the first request, in a thread, unless the client has left."""
        if self.has_left and not self.requests[0].error:
            self.requests = []
            self.server.pull_trigger()
        else:
            super().service()

    def check_client_disconnected(self) -> bool:
        """Return whether nobody waits for the answer; ``waitress.client_disconnected`` in the WSGI environment."""
        return self.has_left or not self.connected

    def handle_write(self) -> None:
        """Send what is pending, then linger, close or start the next request."""
        if self.lingers and self.close_when_flushed and not self.will_close:
            self._flush_exception(self._flush_some)
            if not self.total_outbufs_len and self.connected:
                self._start_lingering()
            return
        super().handle_write()
        if self.deferred and self.connected and not self.total_outbufs_len:
            self.deferred = False
            self.server.add_task(self)

    def _start_lingering(self) -> None:
        self.lingering, self.close_when_flushed = True, False
        self._enter_phase("lingering", monotonic())
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.handle_close()

    def close_if_slow(self, now: float) -> None:
        """Close the connection if its client takes too long; call it about once a second."""
        phase = self.notice_phase(now)
        allowed = SLOW_S + (self._transferred - self._phase_bytes) / MIN_BYTES_PER_S
        match phase:
            case "running":
                return
            case "idle":
                allowed, elapsed = IDLE_S, time() - self.last_activity
            case "lingering":
                allowed, elapsed = LINGER_S, now - self._phase_start
            case _:
                elapsed = now - self._phase_start
        if elapsed > allowed:
            # Not waitress's ``will_close``, which waits until the client reads.
            self.handle_close()

    def count_memory(self) -> int:
        """Return how many bytes of requests and responses are in memory, and not in a temporary file."""
        requests = [*self.requests, self.request] if self.request else [*self.requests]
        bodies = (len(request.body_rcv) for request in requests if request.body_rcv)
        received = sum(min(size, self.adj.inbuf_overflow) for size in bodies)
        return int(received + min(self.total_outbufs_len, self.adj.outbuf_overflow))

    def notice_phase(self, now: float) -> object:
        """Return what the client does, and remember when it began with that."""
        phase = self._find_phase()
        if phase != self._phase:
            self._enter_phase(phase, now)
        return phase

    @property
    def phase_start(self) -> float:
        """When the client began with what it does, as far as it was noticed."""
        return self._phase_start

    def _find_phase(self) -> object:
        if self.lingering:
            return "lingering"
        if self.total_outbufs_len:
            return "sending"
        if self.requests:
            return "running"
        return self.request or "idle"  # a request that is not whole yet is a phase of its own

    def _enter_phase(self, phase: object, now: float) -> None:
        self._phase, self._phase_start, self._phase_bytes = phase, now, self._transferred

    @property
    def is_between_requests(self) -> bool:
        """True if the next byte begins a request, and the response to the last one is sent."""
        return not (self.requests or self.request or self.total_outbufs_len or self.close_when_flushed)

    @property
    def is_waiting(self) -> bool:
        """True if nothing is computed for this client."""
        return not self.requests
