"""gunicorn with threads, in one process or several, configured here and nowhere else."""

import logging
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError
from gunicorn.http import message
from gunicorn.workers.base import Worker

from index.errors import NetsphereError

# 1,000 characters are 12,000 bytes in a URL if each is an emoji; gunicorn's ceiling, 8,190, cannot be
# raised by its setting, and no ceiling at all (0) would let one caller fill the memory.
LONGEST_REQUEST_LINE = 32 * 1024

# gunicorn's words for a worker that could not start: its codes 3 and 4. The error has been said by then.
ECHO = re.compile(r"Worker \(pid:\d+\) exited with code [34]\.|Shutting down: Master|Reason: .*")


class AddressTaken(NetsphereError):
    """The host and port cannot be listened on."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who answers: so many processes, each of which takes so many requests at once."""

    workers: int
    threads: int


def run(make_app: Callable[[], Flask], host: str, port: int, crew: Crew) -> None:
    """Serves until SIGTERM or SIGINT; ``make_app`` runs in each worker, after the fork.

    Leaves by SystemExit: 0 after a signal, 1 if ``make_app`` failed. Raises AddressTaken at
    once if it is. Port 0 takes a free one; the ready line tells which.
    """
    listener = _listen(host, port)
    message.MAX_REQUEST_LINE = LONGEST_REQUEST_LINE  # type: ignore[misc]  # Final for gunicorn's own code
    logging.getLogger("gunicorn.error").addFilter(lambda record: not ECHO.fullmatch(record.getMessage()))
    parent = os.getpid()
    try:
        _Server(make_app, _options(listener, crew)).run()
    except SystemExit as stop:
        if os.getpid() != parent:  # the worker comes by here, too, and by its code gunicorn starts another or not
            raise
        raise SystemExit(1 if stop.code else 0) from None


def _listen(host: str, port: int) -> socket.socket:
    """Bound by us, for gunicorn would try five times, a second apart, and log each."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = f"port {port} on {host} cannot be had ({error.strerror})"
        raise AddressTaken(f"{why}; choose another with --port or --host") from None
    return listener


def _options(listener: socket.socket, crew: Crew) -> dict[str, Any]:
    host, port = listener.getsockname()[:2]
    where = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def say_ready(worker: Worker) -> None:
        if worker.age == 1:  # not again for one that took the place of another
            click.echo(f"Netsphere answers on {where}")

    return {
        "bind": f"fd://{listener.detach()}",  # gunicorn copies and closes it
        "worker_class": "qa.web.gunicorn_worker.ProblemWorker",
        "workers": crew.workers,
        "threads": crew.threads,
        "timeout": 0,  # the first question of a cold machine may be slow; killing it helps nobody
        "limit_request_line": LONGEST_REQUEST_LINE,
        "control_socket_disable": True,
        "loglevel": "warning",
        "post_worker_init": say_ready,
    }


class _Server(BaseApplication):
    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # the stub asks for a wider environ than WSGI gives
        try:
            return self._make_app()
        except NetsphereError as error:
            # Printed as it stands and the server stops; anything else is logged with its traceback.
            raise AppImportError(f"error: {error}") from None
