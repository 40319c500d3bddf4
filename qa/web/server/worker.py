"""A worker process: it loads the application, says so, and serves until it is stopped."""

import gc
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Timer

from flask import Flask
from waitress import wasyncore

from index.errors import NetsphereError
from qa.web.app import service_of
from qa.web.server.http_server import WebServer
from qa.web.server.processes import restore_signals

# What a worker and the supervisor say to each other. A closed socket says that the other one is gone.
READY, FAILED, SERVE, DRAINING, WROTE = b"R", b"F", b"S", b"D", b"W"
# Threads that still compute for a client that has left. Interpreter and C++ libraries must not end under them.
CLOSE_S = 2.0

# How long a thread may run Python while others wait for it. The event loop waits once for each call of the kernel: with
# Python's five milliseconds, several times longer than a question takes.
SWITCH_INTERVAL_S = 0.001

MakeApp = Callable[[str], Flask]


class _Supervision(wasyncore.dispatcher):
    """The socket of the supervisor in the event loop: when it closes, the worker stops."""

    def __init__(self, control: socket.socket, server: WebServer) -> None:
        super().__init__(control, server._map)
        self._server = server

    def handle_read(self) -> None:
        self.recv(1)

    def handle_close(self) -> None:
        self.close()
        self._server.stop()

    def writable(self) -> bool:
        return False


def run_worker(
    make_app: Callable[[], Flask], listener: socket.socket, control: socket.socket, threads: int, workers: int
) -> None:
    """Serve the application, as one of ``workers``, until SIGTERM or the supervisor is gone; then end the process."""
    restore_signals()
    try:
        app = make_app()
        service_of(app).collections.notify_of_writes(partial(_report_write, control))
        server = WebServer(app, listener, threads, workers)
    except NetsphereError as error:
        control.sendall(FAILED + f"error: {error}".encode())
        os._exit(1)
    except BaseException:  # noqa: BLE001  (the supervisor prints it)
        control.sendall(FAILED + traceback.format_exc().rstrip().encode())
        os._exit(1)
    # What is loaded stays, so that no collection of garbage, which holds the interpreter lock, looks through it again.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    control.sendall(READY)
    if control.recv(1) == SERVE:
        _Supervision(control, server)
        service_of(app).collections.start_suggestions()
        server.serve(on_drain=lambda: control.send(DRAINING))
    _exit_process(app)


def _report_write(control: socket.socket) -> None:
    with suppress(OSError):  # the supervisor is gone, and the process ends; the write is in the journal
        control.send(WROTE)


def _exit_process(app: Flask) -> None:
    """End the threads of the application, then the process; a thread that goes on must not keep it."""
    timer = Timer(CLOSE_S, os._exit, (0,))
    timer.daemon = True
    timer.start()
    try:
        service_of(app).close()
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        # Not sys.exit: a thread inside of C++ code while the interpreter finalizes aborts the process.
        os._exit(0)
