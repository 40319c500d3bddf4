"""waitress's server and connections, made safe against slow clients, overload and a stop in the middle of a request.

waitress reads whole requests and writes whole responses in one event loop, so that a client of any speed holds no
thread. What it lacks is here: a minimum speed, lingering after an error, a bounded queue, and a graceful stop.
"""

import logging
import resource
import socket
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic, time
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher, WSGITask

from qa.web.errors.problems import MEDIA_TYPE, Code, ProblemError
from qa.web.metrics import choose_request_id, format_server_timing
from qa.web.security import HEADERS
from qa.web.server.request_parser import MAX_HEADER_BYTES, MAX_REQUEST_LINE, RequestParser, to_problem

# A connection without a request is closed after this time, which is longer than a reader needs to ask again.
IDLE_S = 15.0
# A request must arrive, and a response must be taken, in this time and a second more for every 16 KiB.
SLOW_S = 15.0
MIN_BYTES_PER_S = 16 * 1024
# After an error the rest of the request is read and thrown away, because closing a socket with unread bytes resets the
# connection, and the client would not see the error. A client that sends first and reads later needs the bytes.
LINGER_S = 5.0
MAX_LINGER_BYTES = 64 * 1024 * 1024
# The next client gets the connection of the one that has waited longest.
MAX_CONNECTIONS = 1000
# As many requests wait as there are threads; more would wait longer than their clients do.
RETRY_AFTER_S = 1
# Paths that are answered even if every thread of the application is busy. Liveness shares its thread with errors
# only; readiness asks the index a question.
LIVENESS_PATH = "/healthz"
CHECK_PATHS = frozenset({"/readyz", "/metrics"})
CHECK_THREADS = 2
# At a stop, clients with an open connection get this time to send a request; the answer closes the connection.
KEEPALIVE_LINGER_S = 1.0
# Docker kills ten seconds after SIGTERM.
DRAIN_S = 6.0
POLL_S = 1.0
# Connections that wait until they are accepted; the kernel's own limit is often 4,096.
BACKLOG = 2048
RECV_BYTES = 64 * 1024
# Responses are whole when they are sent; more than this only of a stream, which waits for its client.
MAX_UNSENT_BYTES = 64 * 1024 * 1024


class AppTask(WSGITask):
    """A request for the application."""

    def build_response_header(self) -> bytes:
        """Return the head of the response, which ends the connection if the server is stopping."""
        if self.channel.server.draining:
            self.set_close_on_finish()
        return bytes(super().build_response_header())


class ProblemTask(ErrorTask):
    """A request that never reaches the application; its problem has the shape of every other one."""

    def execute(self) -> None:
        """Write the whole response, and end the connection if the end of the request is not known."""
        problem = to_problem(self.request.error)
        body = problem.encode_body()
        self.status = f"{problem.code.status} {HTTPStatus(problem.code.status).phrase}"
        self.response_headers = [
            *{
                "Content-Type": MEDIA_TYPE,
                "X-Request-ID": choose_request_id(None),
                "Server-Timing": format_server_timing(0.0),
                **HEADERS,
                **problem.headers,
            }.items()
        ]
        if problem.code is not Code.OVERLOADED or self.channel.server.draining:
            self.channel.lingers = True
            self.set_close_on_finish()
        self.content_length = len(body)
        self.write(b"" if getattr(self.request, "command", "") == "HEAD" else body)


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
        self._transferred = 0
        self._phase: object = None
        self._phase_start = self._phase_bytes = 0.0
        super().__init__(*arguments, **options)

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Write bytes, and count them."""
        sent: int = super().send(data, do_close)
        self._transferred += sent
        return sent

    def readable(self) -> bool:
        """Return whether to wait for bytes."""
        if self.has_left:  # then there is nothing to read but the end of the stream
            return not self.requests and not self.total_outbufs_len
        return self.lingering or bool(super().readable())

    def writable(self) -> bool:
        """Return whether there is something to send, to start or to close."""
        return not self.lingering and bool(self.deferred or super().writable())

    def handle_read(self) -> None:
        """Read a part of a request, or throw it away after an error."""
        try:
            data = self.socket.recv(RECV_BYTES)
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
            self.received(data)

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
        phase = self._find_phase()
        if phase != self._phase:
            self._enter_phase(phase, now)
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
    def is_waiting(self) -> bool:
        """True if nothing is computed for this client."""
        return not self.requests


class WebServer(TcpWSGIServer):
    """The event loop of a process, with the threads that run the application."""

    channel_class = Channel

    def __init__(self, app: Flask, listener: socket.socket, threads: int) -> None:
        """Prepare to serve ``app`` on a socket that other processes share; ``serve`` starts to accept."""
        for name in ("waitress", "waitress.queue"):
            logging.getLogger(name).setLevel(logging.ERROR)
        adjustments = Adjustments(
            threads=threads,
            ident="netsphere",
            asyncore_use_poll=True,  # select() cannot watch more than 1,024 sockets
            cleanup_interval=1,
            log_socket_errors=False,
            max_request_header_size=MAX_REQUEST_LINE + MAX_HEADER_BYTES,
            outbuf_high_watermark=MAX_UNSENT_BYTES,
            channel_request_lookahead=1,  # to notice that a client has left
            connection_limit=1 << 30,  # ours is in handle_accept
            backlog=BACKLOG,
        )
        address = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(app, _start=False, _sock=listener, adj=adjustments, sockinfo=address, bind_socket=False)
        self.draining = self.stopping = False
        self._quick, self._checks = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._quick.set_thread_count(1)
        self._checks.set_thread_count(CHECK_THREADS)
        self._max_connections = min(MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)

    def serve(self, on_drain: Callable[[], object]) -> None:
        """Serve until ``stop``; then answer what was accepted, for ``DRAIN_S`` seconds at most.

        ``on_drain`` is called when nothing is accepted any more.
        """
        self.accept_connections()
        while not self.stopping:
            wasyncore.poll2(POLL_S, self._map)
        self._stop_accepting()
        on_drain()
        self._drain()

    def stop(self) -> None:
        """Make ``serve`` end; a signal handler may call it."""
        self.stopping = True
        self.pull_trigger()

    def handle_accept(self) -> None:
        """Accept a connection; if there are too many, close the one whose client has not asked for longest."""
        channels = self.active_channels.values()
        if len(channels) >= self._max_connections:
            waiting = [channel for channel in channels if channel.is_waiting]
            if waiting:
                min(waiting, key=lambda channel: channel.last_request).handle_close()
        super().handle_accept()

    def add_task(self, channel: Channel) -> None:
        """Hand the first request of a connection to a thread."""
        channel.last_request = monotonic()
        request = channel.requests[0]
        if channel.total_outbufs_len:
            # A client that does not read must not fill the memory with the answers to its next requests.
            channel.deferred = True
            return
        if request.error or request.path == LIVENESS_PATH:
            self._quick.add_task(channel)
        elif request.path in CHECK_PATHS:
            self._checks.add_task(channel)
        elif self._count_pending() < 2 * self.adj.threads:
            self.task_dispatcher.add_task(channel)
        else:
            detail = f"Too many requests are waiting; send it again in {RETRY_AFTER_S} s."
            request.error = ProblemError(Code.OVERLOADED, detail, headers={"Retry-After": str(RETRY_AFTER_S)})
            self._quick.add_task(channel)

    def _count_pending(self) -> int:
        """Return how many requests are computed or wait for a thread."""
        return len(self.task_dispatcher.queue) + int(self.task_dispatcher.active_count)

    def maintenance(self, now: float) -> None:
        """Close the connections of slow clients; waitress calls it once a second."""
        moment = monotonic()
        for channel in [*self.active_channels.values()]:
            channel.close_if_slow(moment)

    def _stop_accepting(self) -> None:
        # Connections that the kernel has accepted already would be reset.
        count = -1
        while count != len(self.active_channels):
            count = len(self.active_channels)
            super().handle_accept()
        self.draining = True
        wasyncore.dispatcher.close(self)

    def _drain(self) -> None:
        start = monotonic()
        while self.active_channels and monotonic() < start + DRAIN_S:
            if monotonic() > start + KEEPALIVE_LINGER_S:
                for channel in [*self.active_channels.values()]:
                    if channel.is_waiting and (channel.lingering or not channel.total_outbufs_len):
                        channel.handle_close()
            wasyncore.poll2(0.1, self._map)
