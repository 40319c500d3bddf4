"""A real server process around an engine with hand-made answers, and ways to talk to it byte by byte."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from flask import Flask, Response, request

from index.errors import NetsphereError
from qa.web import create_app
from qa.web.service import AppOptions
from tests.qa.web.helpers import HandMade

ROOT = Path(__file__).parents[4]
BIG = 8_000_000
# A normal request must be answered in this time, whatever others do; alone it takes a few milliseconds.
PROMPT_S = 1.0
PROGRAM = """
from pathlib import Path

from index.errors import NetsphereError
from qa.web import create_app
from qa.web.server import ServerOptions, run_server
from tests.qa.web.helpers import HandMade
from tests.qa.web.server.process import make_app

def fails(error):
    raise error

{before}

run_server(lambda version: {app}, "127.0.0.1", {port}, ServerOptions({workers}, 4), lambda: {version})
"""
FINE = "make_app(version)"


def make_app(version: str) -> Flask:
    """The application with routes that are slow, big, or say who answers. No version starts with "broken"."""
    if version.startswith("broken"):
        raise NetsphereError(f"{version} cannot be opened")
    app = create_app(HandMade(), AppOptions(hosts=("a",), admin_key="the-key"))
    counted: list[str] = []

    def count() -> Response:
        counted.append("")
        return Response(str(len(counted)))

    def sleep() -> Response:
        time.sleep(float(request.args["seconds"]))
        return Response("slept")

    app.add_url_rule("/count", "count", count)
    app.add_url_rule("/sleep", "sleep", sleep)
    app.add_url_rule("/big", "big", lambda: Response(b"x" * BIG))
    app.add_url_rule("/version", "version", lambda: Response(f"{version} {os.getpid()}"))
    return app


def start(app: str, port: int = 0, before: str = "", workers: int = 1, version: str = "'one'") -> subprocess.Popen[str]:
    """A server that makes its application by the expression ``app``, after the statements ``before``."""
    program = PROGRAM.format(app=app, port=port, before=before, workers=workers, version=version)
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@contextmanager
def ready(
    app: str = FINE, before: str = "", workers: int = 1, version: str = "'one'"
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server that is ready, and its port."""
    with start(app, 0, before, workers, version) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            said = re.fullmatch(r"Netsphere answers on http://127\.0\.0\.1:(\d+)\n", line)
            assert said, line
            yield process, int(said[1])
        finally:
            process.terminate()
            try:
                process.wait(40)
            finally:
                process.kill()


def raw(port: int, request: bytes) -> tuple[HTTPResponse, bytes]:
    """Sends bytes as they are and reads one response."""
    with connect(port) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        return response, response.read()


def connect(port: int, window: int = 0) -> socket.socket:
    """Return a connection; ``window`` bounds what the kernel receives before anybody reads it."""
    connection = socket.socket()
    if window:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    connection.settimeout(10)
    connection.connect(("127.0.0.1", port))
    return connection


@contextmanager
def many_clients(port: int, count: int, sent: bytes, window: int = 0) -> Iterator[list[socket.socket]]:
    """Yield connections that have sent ``sent`` and do nothing more."""
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(port, window)) for _ in range(count)]
        for connection in connections:
            connection.sendall(sent)
        yield connections


def fetch(port: int, path: str, timeout: float = PROMPT_S) -> str:
    """Return the body of a response with status 200, on a connection of its own; fail if it takes too long."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        assert response.status == 200, body
        return body
    finally:
        connection.close()
