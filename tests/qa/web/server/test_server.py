"""The server as a process: started, asked over a socket, stopped by its id."""

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from qa.web.errors.problems import Code
from tests.qa.web.server.process import FINE, raw, ready, start


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server that several tests ask."""
    with ready() as (_, port):
        yield port


def test_it_serves_until_a_signal() -> None:
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


# In place of making suggestions: asks questions until it is stopped, and prints how many were asked.
BUSY = """
from qa.types import Request
from qa.web.pages import suggested_questions

def ask_until(engine, is_stopped):
    asked = 0
    while not is_stopped():
        engine.ask_many([Request("Who directed the film?", mode="precise")])
        asked += 1
        print("asked", asked, flush=True)
    print("stopped", flush=True)

suggested_questions.suggest_questions = ask_until
"""


def stop_after(process: subprocess.Popen[str], asked: int, stop: signal.Signals) -> tuple[int, list[str], str]:
    """Exit code, last line and errors of a server that is stopped when so many questions were asked."""
    assert process.stdout
    while asked and process.stdout.readline() != f"asked {asked}\n":
        assert process.poll() is None
    process.send_signal(stop)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output.splitlines()[-1:], errors


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_background_threads_end_before_the_server(stop: signal.Signals) -> None:
    """The thread that makes suggestions is stopped and joined."""
    with ready(before=BUSY) as (process, _):
        assert stop_after(process, 3, stop) == (0, ["stopped"], "")


@pytest.mark.slow
@pytest.mark.parametrize("asked", [0, 1, 3, 10])
def test_a_server_that_works_in_the_background_can_be_stopped_at_any_moment(seed_index: Path, asked: int) -> None:
    """A thread within the reader or FAISS, when the interpreter ended, aborted the process (SIGABRT)."""
    engine = f"__import__('qa').Engine.open({str(seed_index)!r})"
    with ready(f"create_app({engine})", BUSY) as (process, _):
        assert stop_after(process, asked, signal.SIGTERM) == (0, ["stopped"], "")


def test_sigint_is_a_clean_end() -> None:
    """Ctrl-C leaves no traceback."""
    with ready() as (process, _):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (b"GET /v1/ask?q=" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", Code.URL_TOO_LONG),
        (b"GET /v1/ask HTTP/1.1\r\nHost: a\r\nX-Big: " + b"x" * 20_000 + b"\r\n\r\n", Code.HEADERS_TOO_LARGE),
        (b"GET /v1/ask HTTP/1.1\r\n" + b"X-Many: x\r\n" * 200 + b"\r\n", Code.HEADERS_TOO_LARGE),
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
def test_requests_that_the_server_refuses(port: int, request_: bytes, code: Code) -> None:
    """Bytes that are no request never reach the application, and get a problem like any other."""
    response, body = raw(port, request_)
    assert (response.status, json.loads(body)["code"]) == (code.status, code.word)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["X-Request-ID"] and response.headers["Server-Timing"]


def test_a_port_in_use_is_reported_at_once() -> None:
    """No retries: one sentence with the address and the remedy."""
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


def test_a_worker_that_is_killed_at_the_start_ends_the_server() -> None:
    """As the kernel does where the memory is too small: one sentence in place of endless tries."""
    with start("__import__('os').kill(__import__('os').getpid(), 9)") as process:
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith(
        "error: a worker was killed (SIGKILL); the machine may be out of memory: a worker needs 200 MB"
    )
    assert errors.count("\n") == 1


def test_a_bug_at_the_start_is_shown_whole() -> None:
    """An unexpected error keeps its traceback, and the server stops as well."""
    with start("fails(ZeroDivisionError('oh'))") as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Traceback" in errors and "ZeroDivisionError: oh" in errors
