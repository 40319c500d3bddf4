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
from qa.web.app import service_of

# 1,000 characters are 12,000 bytes in a URL if each is an emoji; gunicorn's limit, 8,190, cannot be
# raised by its setting, and no limit at all (0) would let one caller fill the memory.
MAX_REQUEST_LINE = 32 * 1024

# What gunicorn logs about a worker that could not start (its codes 3 and 4); the error was printed before.
REPEATED_ERROR = re.compile(r"Worker \(pid:\d+\) exited with code [34]\.|Shutting down: Master|Reason: .*")


class AddressInUse(NetsphereError):
    """The host and port cannot be listened on."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The number of worker processes, and of the requests that each of them takes at once."""

    workers: int
    threads: int


def run_server(make_app: Callable[[], Flask], host: str, port: int, options: ServerOptions) -> None:
    """Serve until SIGTERM or SIGINT; ``make_app`` runs in each worker, after the fork.

    Ends with SystemExit: 0 after a signal, 1 if ``make_app`` failed. Raises AddressInUse if the
    address cannot be listened on. Port 0 takes a free port; the ready line names it.
    """
    listener = _open_listener(host, port)
    message.MAX_REQUEST_LINE = MAX_REQUEST_LINE  # type: ignore[misc]  # Final for gunicorn's own code
    logging.getLogger("gunicorn.error").addFilter(lambda record: not REPEATED_ERROR.fullmatch(record.getMessage()))
    parent = os.getpid()
    try:
        _Server(make_app, _build_config(listener, options)).run()
    except SystemExit as stop:
        if os.getpid() != parent:  # a worker ends here, too, and gunicorn decides by its code whether to restart it
            raise
        raise SystemExit(1 if stop.code else 0) from None


def _open_listener(host: str, port: int) -> socket.socket:
    # Not left to gunicorn, which would try five times, a second apart, and log each failure.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        reason = (error.strerror or str(error)).lower()
        detail = f"cannot listen on {host}:{port}: {reason}; choose another port with --port"
        raise AddressInUse(detail) from None
    return listener


def _build_config(listener: socket.socket, options: ServerOptions) -> dict[str, Any]:
    host, port = listener.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def finish_start(worker: Worker) -> None:
        if worker.age == 1:  # only the first worker: not the others, nor one that replaces a dead one
            click.echo(f"Netsphere answers on {address}")
        # Only now that the worker has its application, so that ``_close_app`` finds whatever is started.
        if isinstance(worker.wsgi, Flask):
            service_of(worker.wsgi).suggestions.start()

    return {
        "bind": f"fd://{listener.detach()}",  # gunicorn duplicates and closes it
        "worker_class": "qa.web.gunicorn_worker.ProblemWorker",
        "workers": options.workers,
        "threads": options.threads,
        "timeout": 0,  # the first question on a cold machine may be slow; killing the worker would not help
        "limit_request_line": MAX_REQUEST_LINE,
        "control_socket_disable": True,
        "loglevel": "warning",
        "post_worker_init": finish_start,
        "worker_exit": _close_app,
    }


def _close_app(server: object, worker: Worker) -> None:
    """End the threads of a worker's application, which must not run while the interpreter finalizes."""
    if isinstance(app := getattr(worker, "wsgi", None), Flask):
        service_of(app).close()


class _Server(BaseApplication):
    def __init__(self, make_app: Callable[[], Flask], config: dict[str, Any]) -> None:
        self._make_app = make_app
        self._config = config
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._config.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:  # type: ignore[override]  # the stub asks for a wider environ than WSGI gives
        try:
            return self._make_app()
        except NetsphereError as error:
            # gunicorn prints its message and stops; any other error is logged with its traceback.
            raise AppImportError(f"error: {error}") from None
