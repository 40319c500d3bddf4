"""The event loop and the threads of a process: waitress's, with bounded queues and a graceful stop."""

import logging
import resource
import socket
from collections.abc import Callable
from time import monotonic

from flask import Flask
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from qa.web.errors.problems import Code, ProblemError
from qa.web.server.connection import Channel
from qa.web.server.request_parser import MAX_HEADER_BYTES, MAX_REQUEST_LINE

# The next client gets the connection of the one that has waited longest.
MAX_CONNECTIONS = 1000
# Connections that wait until they are accepted; the kernel's own limit is often 4,096.
BACKLOG = 2048
# When a client that was refused because the queue is full may ask again.
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
# Responses are whole when they are sent; more than this only of a stream, which waits for its client.
MAX_UNSENT_BYTES = 64 * 1024 * 1024


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
            clear_untrusted_proxy_headers=False,  # qa.web.access.proxies does
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
