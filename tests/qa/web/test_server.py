"""The server as a process of its own: started, asked over a socket, stopped by its id."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import quote

import pytest

from qa.web.errors.problems import Code

ROOT = Path(__file__).parents[3]
FINE = "create_app(HandMade())"
PROGRAM = """
from index.errors import NetsphereError
from qa.web import create_app
from qa.web.server import ServerOptions, run_server
from tests.qa.web.helpers import HandMade

def fails(error):
    raise error

run_server(lambda: {app}, "127.0.0.1", {port}, ServerOptions({workers}, 4))
"""


def start(app: str, port: int = 0, workers: int = 1) -> subprocess.Popen[str]:
    """A server that makes its application by the expression ``app``."""
    program = PROGRAM.format(app=app, port=port, workers=workers)
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@contextmanager
def ready() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server that is ready, and its port."""
    with start(FINE) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            said = re.fullmatch(r"Netsphere answers on http://127\.0\.0\.1:(\d+)\n", line)
            assert said, line
            yield process, int(said[1])
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server that several tests ask."""
    with ready() as (_, port):
        yield port


def raw(port: int, request: bytes) -> tuple[HTTPResponse, bytes]:
    """Sends bytes as they are and reads one response."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        return response, response.read()


def test_it_serves_and_leaves_when_told() -> None:
    """One ready line; a thousand characters of four bytes fit into a URL; SIGTERM is exit code 0 without a word."""
    with ready() as (process, port):
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", f"/v1/ask?q={quote('😀' * 1000)}")
        response = connection.getresponse()
        assert (response.status, json.load(response)["question"]) == (200, "😀" * 1000)
        connection.close()
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "", "")


def test_sigint_is_a_clean_end() -> None:
    """Ctrl-C leaves no traceback."""
    with ready() as (process, _):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"GET /?q=" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", Code.URL_TOO_LONG),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Big: " + b"x" * 9000 + b"\r\n\r\n", Code.HEADERS_TOO_LARGE),
        (b"GET / HTTP/1.1\r\n" + b"X-Many: x\r\n" * 200 + b"\r\n", Code.HEADERS_TOO_LARGE),
        (b"nonsense\r\n\r\n", Code.BAD_REQUEST),
        (b"GET / HTTP/9.9\r\n\r\n", Code.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", Code.BAD_REQUEST),
        (b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n", Code.BAD_REQUEST),
        (b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nonsense\r\n\r\n", Code.UNSUPPORTED_TRANSFER),
        (
            b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\nno number\r\n",
            Code.BAD_REQUEST,
        ),
        (
            b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\n\r\n{",
            Code.BODY_TOO_LARGE,
        ),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_the_server_itself_refuses(port: int, request_: bytes, code: Code) -> None:
    """Bytes that are no request never reach the application, and are refused in the same shape."""
    response, body = raw(port, request_)
    assert (response.status, json.loads(body)["code"]) == (code.status, code.word)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Request-ID"] and response.headers["Server-Timing"]


def test_a_port_in_use_is_said_at_once() -> None:
    """No retries: one sentence with the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start(FINE, port) as process:
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    reason = f"cannot listen on 127.0.0.1:{port}: address already in use; choose another port with --port"
    assert errors.splitlines()[-1].endswith(f"AddressInUse: {reason}")


def test_an_engine_that_cannot_open_is_one_sentence() -> None:
    """The error's own sentence, exit code 1, no traceback and no second try."""
    with start("fails(NetsphereError('no index; build one'))") as process:
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (1, "", "error: no index; build one\n")


def test_a_bug_at_the_start_is_shown_whole() -> None:
    """What nobody foresaw keeps its traceback, and the server stops as well."""
    with start("fails(ZeroDivisionError('oh'))") as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Traceback" in errors and "ZeroDivisionError: oh" in errors
