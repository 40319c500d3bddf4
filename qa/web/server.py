"""gunicorn with threads, in one process or several, configured here and nowhere else.

Its worker answers unreadable requests with problem+json and closes the application when it ends.
"""

import logging
import os
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import click
from flask import Flask
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError
from gunicorn.http import message
from gunicorn.workers.base import Worker
from gunicorn.workers.gthread import ThreadWorker

from index.errors import NetsphereError
from qa.web.app import service_of
from qa.web.errors.handlers import to_problem
from qa.web.errors.problems import MEDIA_TYPE, Code, ProblemError
from qa.web.metrics import choose_request_id, format_server_timing
from qa.web.security import HEADERS

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
        "worker_class": ProblemWorker,
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


class ProblemWorker(ThreadWorker):
    """Worker whose own failures, before the application sees a request, have the shape of every other failure."""

    def handle_error(self, req: object, client: socket.socket, addr: object, exc: BaseException) -> None:
        """Answer a request that gunicorn cannot read; gunicorn closes the connection afterwards."""
        problem = to_problem(exc)
        request_id = choose_request_id(None)
        if problem.code is Code.INTERNAL_ERROR:
            self.log.error("request %s failed", request_id, exc_info=exc)
        try:
            util.write_nonblock(client, _encode_response(problem, request_id))
        except OSError:
            self.log.debug("the client of request %s disconnected before its answer", request_id)


def _encode_response(problem: ProblemError, request_id: str) -> bytes:
    """Return the whole response, head and body."""
    status, body = HTTPStatus(problem.code.status), problem.encode_body()
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Connection": "close",
        "X-Request-ID": request_id,
        "Server-Timing": format_server_timing(0.0),
        **HEADERS,
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{key}: {value}" for key, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
