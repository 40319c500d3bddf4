"""The event loop and the threads of a process: waitress's, with bounded queues and a graceful stop."""

import logging
import resource
import socket
from collections import deque
from collections.abc import Callable
from http import HTTPStatus
from time import monotonic
from typing import Any

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from qa.types import Mode
from qa.web.access_log import log_refusals
from qa.web.app import service_of
from qa.web.engine.question_batcher import overloaded
from qa.web.errors.problems import ProblemError
from qa.web.rate_limit import TokenBucket
from qa.web.server.connection import Channel
from qa.web.server.liveness import LIVENESS_PATH, LivenessCheck, find_check, render_alive
from qa.web.server.poller import MAX_ROUND_S, Poller
from qa.web.server.refusal import find_question, render_refusal
from qa.web.server.request_parser import MAX_HEADER_BYTES, MAX_REQUEST_LINE, RequestParser, guess_mode

# The next client gets the connection of the one that has waited longest.
MAX_CONNECTIONS = 1000
# Of requests and responses, in memory and of all connections together. A thousand connections may have a megabyte and a
# half each.
MAX_BUFFERED_BYTES = 128 * 1024 * 1024
# Connections that wait until they are accepted; the kernel's own limit is often 4,096.
BACKLOG = 2048
# Connections that are accepted before the others are served again. It takes some milliseconds. One at a time if other
# processes accept, too: clients that connect together would otherwise all be served by the first that notices.
MAX_ACCEPTED, MAX_ACCEPTED_BESIDE_OTHERS = 32, 1
# Refusing takes time, too: about a tenth of a millisecond. A client that is refused beyond this rate is not read from
# again for a while, so that a flood leaves time to answer the questions that are accepted.
MAX_REFUSALS_PER_S, REFUSAL_PAUSE_S = 1000.0, 0.25
PAUSE_POLL_S = 0.05
# Paths of questions. While the engine's queue is full every now and then, at most this many of their requests are read
# at once: of more, few would find room in the queue.
ASK_PATHS = frozenset({"/v1/ask", "/v1/ask/batch", "/v1/chat/completions", "/turn", "/"})
MAX_READING = 2
# Paths that are answered even if every thread of the application is busy. Readiness asks the index a question.
CHECK_PATHS = frozenset({"/readyz", "/metrics"})
CHECK_THREADS = 2
# At a stop, clients with an open connection get this time to send a request; the answer closes the connection.
KEEPALIVE_LINGER_S = 1.0
# Docker kills ten seconds after SIGTERM.
DRAIN_S = 6.0
POLL_S = 1.0
# Responses are whole when they are sent; more than this only of a stream, which waits for its client.
MAX_UNSENT_BYTES = 64 * 1024 * 1024


class WebServer(TcpWSGIServer):
    """The event loop of a process, with the threads that run the application."""

    channel_class = Channel

    def __init__(self, app: Flask, listener: socket.socket, threads: int, workers: int = 1) -> None:
        """Prepare to serve ``app`` on a socket that ``workers`` processes share; ``serve`` starts to accept."""
        for name in ("waitress", "waitress.queue"):
            logging.getLogger(name).setLevel(logging.ERROR)
        adjustments = Adjustments(
            threads=threads,
            ident="netsphere",
            cleanup_interval=1,
            log_socket_errors=False,
            clear_untrusted_proxy_headers=False,  # qa.web.access.proxies does
            max_request_header_size=MAX_REQUEST_LINE + MAX_HEADER_BYTES,
            max_request_body_size=service_of(app).options.max_upload_bytes,
            outbuf_high_watermark=MAX_UNSENT_BYTES,
            channel_request_lookahead=1,  # to notice that a client has left
            connection_limit=1 << 30,  # ours is in handle_accept
            backlog=BACKLOG,
        )
        adjustments.check_uploader = service_of(app).authorization.check_uploader
        address = (listener.family, listener.type, listener.proto, listener.getsockname())
        super().__init__(app, _start=False, _sock=listener, adj=adjustments, sockinfo=address, bind_socket=False)
        self.draining = self.stopping = self._has_accepted = False
        self.poller = Poller([self, self.trigger])
        self._service = service_of(app)
        self._max_accepted = MAX_ACCEPTED if workers == 1 else MAX_ACCEPTED_BESIDE_OTHERS
        # Connections whose next request gets an error, which takes no thread.
        self._refused: deque[Channel] = deque()
        # An upper bound of the bytes of requests and responses in memory.
        self._received = 0
        # Because too many were waiting, since the last line in the log.
        self.refusal_count = 0
        self._refusals = TokenBucket(MAX_REFUSALS_PER_S, MAX_REFUSALS_PER_S / 20)
        self._liveness, self._checks = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._liveness.set_thread_count(1)
        self._checks.set_thread_count(CHECK_THREADS)
        self._max_connections = min(MAX_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)

    def serve(self, on_drain: Callable[[], object]) -> None:
        """Serve until ``stop``; then answer what was accepted, for ``DRAIN_S`` seconds at most.

        ``on_drain`` is called when nothing is accepted any more.
        """
        self.accept_connections()
        while not self.stopping:
            self._poll(POLL_S)
        self._stop_accepting()
        on_drain()
        self._drain()

    def stop(self) -> None:
        """Make ``serve`` end; a signal handler may call it."""
        self.stopping = True
        self.pull_trigger()

    def handle_accept(self) -> None:
        """Accept connections that wait; if there are too many, close those whose clients have asked longest ago."""
        for _ in range(self._max_accepted):
            if not self._accept_connection():
                break
            if len(self.active_channels) > self._max_connections:
                waiting = [channel for channel in self.active_channels.values() if channel.is_waiting]
                if waiting:
                    min(waiting, key=lambda channel: channel.last_request).handle_close()

    def accept(self) -> Any:  # noqa: ANN401 — of a class of waitress, which has no types
        """Accept a connection, and note whether there was one."""
        accepted = super().accept()
        self._has_accepted = accepted is not None
        return accepted

    def _accept_connection(self) -> bool:
        """Accept a connection that waits and return whether there was one; its client may have left already."""
        self._has_accepted = False
        super().handle_accept()
        return self._has_accepted

    def add_task(self, channel: Channel) -> None:
        """Hand the first request of a connection to a thread."""
        channel.last_request = monotonic()
        request = channel.requests[0]
        if channel.total_outbufs_len:
            # A client that does not read must not fill the memory with the answers to its next requests.
            channel.deferred = True
            return
        if not request.error and request.path == LIVENESS_PATH:
            self._liveness.add_task(channel)
        elif not request.error and request.path in CHECK_PATHS:
            self._checks.add_task(channel)
        elif request.error or (error := self._refuse_request(request)):
            request.error = request.error or error
            self._refused.append(channel)
            self.pull_trigger()
        else:
            self.task_dispatcher.add_task(channel)

    def refuse_unparsed(self, channel: Channel, data: bytes) -> bytes | None:
        """Return the response to what a client sends next if it is a question, and too many are waiting."""
        if self.draining or self._count_pending() < MAX_READING or not (mode := find_question(data)):
            return None
        if not (problem := self._find_overload(mode)):
            return None
        channel.last_request = monotonic()
        self.refusal_count += 1
        self._note_refusal(channel)
        return render_refusal(problem, self.adj.ident, data)

    def find_liveness(self, data: bytes) -> LivenessCheck | None:
        """Return the liveness check that a client sends next, if it can be answered at once."""
        return None if self.draining else find_check(data)

    def answer_liveness(self, check: LivenessCheck) -> bytes:
        """Return the response to a liveness check, and count it."""
        self._service.metrics.count_liveness()
        return render_alive(check, self.adj.ident, bool(self._service.options.origins))

    def _refuse_request(self, request: RequestParser) -> ProblemError | None:
        """Return the problem of a request if there are too many to hand it to a thread."""
        if request.path in ASK_PATHS:
            return self._find_overload(guess_mode(request.peek()))
        return self._find_overload()

    def _find_overload(self, mode: Mode | None = None) -> ProblemError | None:
        """Return the problem of another request if there are too many; ``mode`` of a question."""
        pending = self._count_pending()
        if pending >= 2 * self.adj.threads:
            return overloaded(0.0)
        if not mode or pending < MAX_READING:
            return None
        # Each thread that runs Python takes time from those that compute, also if it only refuses a question.
        is_reading = pending - self._service.count_waiting() >= MAX_READING and self._service.is_overloaded()
        return self._service.find_overload(mode) or (self._service.refuse(mode) if is_reading else None)

    def _note_refusal(self, channel: Channel) -> None:
        if not self._refusals.take():
            channel.paused_until = monotonic() + REFUSAL_PAUSE_S

    def _poll(self, seconds: float) -> None:
        # A client that is not paused any more does not wake up the poll.
        self.poller.poll(min(seconds, PAUSE_POLL_S) if not self._refusals.is_full() else seconds, self._map)
        end = monotonic() + MAX_ROUND_S
        while self._refused:
            if monotonic() > end:
                # The others after the next poll, which takes new connections first and must not sleep.
                self.pull_trigger()
                break
            channel = self._refused.popleft()
            channel.service()
            self._note_refusal(channel)

    def _count_pending(self) -> int:
        """Return how many requests are computed or wait for a thread."""
        return len(self.task_dispatcher.queue) + int(self.task_dispatcher.active_count)

    def maintenance(self, now: float) -> None:
        """Close the connections of slow clients; waitress calls it once a second."""
        moment = monotonic()
        for channel in [*self.active_channels.values()]:
            channel.close_if_slow(moment)
        if self.refusal_count:
            log_refusals(self.refusal_count)
            self._service.metrics.count_unread(HTTPStatus.SERVICE_UNAVAILABLE, self.refusal_count)
            self.refusal_count = 0
        self._free_memory()

    def bound_memory(self, received: int) -> None:
        """Count bytes that were received; if there may be too many in memory, close connections."""
        self._received += received
        if self._received > MAX_BUFFERED_BYTES:
            self._free_memory()

    def _free_memory(self) -> None:
        """Close connections until the buffers are small enough: of clients who send or read, the slowest first."""
        sizes = {channel: channel.count_memory() for channel in self.active_channels.values()}
        total, now = sum(sizes.values()), monotonic()
        slow = [channel for channel, size in sizes.items() if size and channel.is_waiting]
        for channel in slow:
            channel.notice_phase(now)
        for channel in sorted(slow, key=lambda channel: channel.phase_start):
            if total <= MAX_BUFFERED_BYTES:
                break
            channel.handle_close()
            total -= sizes[channel]
        self._received = total

    def _stop_accepting(self) -> None:
        # Connections that the kernel has accepted already would be reset.
        while self._accept_connection():
            pass
        self.draining = True
        wasyncore.dispatcher.close(self)

    def _drain(self) -> None:
        start = monotonic()
        while self.active_channels and monotonic() < start + DRAIN_S:
            self._poll(0.1)
            # After a poll, because a connection whose bytes are unread would be reset.
            if monotonic() > start + KEEPALIVE_LINGER_S:
                for channel in [*self.active_channels.values()]:
                    if channel.is_waiting and (channel.lingering or not channel.total_outbufs_len):
                        channel.handle_close()
