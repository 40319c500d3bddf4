"""A question that is refused without being parsed is one that would have been refused when parsed."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from multiprocessing.connection import wait

import pytest
from hypothesis import given
from hypothesis import strategies as st
from waitress.adjustments import Adjustments

from qa.web.server.http_server import ASK_PATHS
from qa.web.server.refusal import find_question
from qa.web.server.request_parser import RequestParser
from tests.qa.web.server.process import connect, ready

BODY = b'{"question": "Who?", "mode": "fast"}'
LENGTH = b"Content-Length: %d" % len(BODY)
LINE = b"POST /v1/ask HTTP/1.1"
# A route that takes as long as the tests. The server has four threads and lets four requests wait for them.
BUSY = b"GET /sleep?seconds=60 HTTP/1.1\r\nHost: a\r\n\r\n"
ROOM = 8
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


def join(*lines: bytes, body: bytes = BODY) -> bytes:
    return b"\r\n".join([*lines, b"", body])


QUESTION = join(LINE, b"Host: localhost", b"Content-Type: application/json", LENGTH)


@pytest.mark.parametrize(
    ("request_", "mode"),
    [
        (QUESTION, "fast"),
        (QUESTION.replace(b'"fast"', b'"slow"'), "precise"),
        (QUESTION.replace(b"/v1/ask", b"/v1/chat/completions"), "fast"),
        (join(b"POST /v1/ask/batch HTTP/1.1", b"host:a", b"connection: Keep-Alive", LENGTH.lower()), "fast"),
    ],
)
def test_a_whole_question_is_found(request_: bytes, mode: str) -> None:
    """With the mode that it asks for."""
    assert find_question(request_) == mode


@pytest.mark.parametrize(
    "request_",
    [
        QUESTION[:-1],
        QUESTION + b"x",
        QUESTION + QUESTION,
        join(LINE, b"Host: a", LENGTH, LENGTH),
        join(LINE, b"Host: a", LENGTH, b"Transfer-Encoding: chunked"),
        join(LINE, b"Host: a", LENGTH, b"Expect: 100-continue"),
        join(LINE, b"Host: a", LENGTH, b"Connection: close"),
        join(LINE, b"Host: a", b"Host: b", LENGTH),
        join(LINE, b"Host: a", LENGTH, b" folded: x"),
        join(LINE, b"Host: a", LENGTH, b"X: a\rTransfer-Encoding: chunked"),
        join(LINE, b"Host: a", LENGTH, *[b"X-%d: x" % number for number in range(100)]),
        join(LINE, b"Host: a", LENGTH, b"X: " + b"x" * 20_000),
        join(LINE, LENGTH),
        join(LINE, b"Host: a", body=b""),
        join(b"POST /v1/ask HTTP/1.0", b"Host: a", LENGTH),
        join(b"PUT /v1/documents/a.txt HTTP/1.1", b"Host: a", LENGTH),
        join(b"GET /healthz HTTP/1.1", b"Host: a", b"Content-Length: 0", body=b""),
        QUESTION.replace(b"\r\n", b"\n"),
    ],
)
def test_everything_else_is_parsed(request_: bytes) -> None:
    """What is not whole, what ends the connection, and what two programs could read in two ways."""
    assert find_question(request_) is None


PIECES = [
    b"\r\n",
    b"\r",
    b"\n",
    b":",
    b" ",
    b"\x00",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 5\r\n",
    LENGTH,
]


@given(st.lists(st.tuples(st.integers(0, len(QUESTION)), st.integers(0, 3), st.sampled_from(PIECES)), max_size=4))
def test_whatever_is_found_is_parsed_to_the_same(changes: list[tuple[int, int, bytes]]) -> None:
    """The parser sees one whole request for an answer in the same bytes, and no more."""
    data = QUESTION
    for place, removed, inserted in changes:
        data = data[:place] + inserted + data[place + removed :]
    if find_question(data):
        parser = RequestParser(Adjustments())
        head = parser.received(data)
        assert head + parser.received(data[head:]) == len(data)
        assert parser.completed
        assert parser.error is None
        assert parser.path in ASK_PATHS
        assert not parser.connection_close


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server that has no room for a question, and will have none."""
    with ready() as (process, port), ExitStack() as stack:
        alive = stack.enter_context(connect(port))
        busy: list[socket.socket] = []
        while len(busy) < ROOM:
            for client in [stack.enter_context(connect(port)) for _ in range(ROOM - len(busy))]:
                client.sendall(BUSY)
                busy.append(client)
            # Whatever was sent before is read before the first of these, and refused before the second if there is no
            # room: none as long as a thread that is starting counts as busy.
            assert [exchange(alive, HEALTH)[0] for _ in range(2)] == [200, 200]
            busy = [client for client in busy if not wait([client], 0)]
        yield port
        process.kill()


@pytest.mark.parametrize("path", [b"/v1/ask", b"/v1/chat/completions"])
def test_both_ways_refuse_alike(port: int, path: bytes) -> None:
    """Same status, headers and body; the connection is kept, and the next request is answered."""
    question = QUESTION.replace(b"/v1/ask", path)
    with connect(port) as connection:
        unparsed = exchange(connection, question)
        parsed = exchange(connection, question.replace(b"\r\n\r\n", b"\r\nTE: trailers\r\n\r\n"))
        assert exchange(connection, HEALTH)[0] == 200
    assert unparsed[0] == parsed[0] == 503
    assert unparsed[1].keys() == parsed[1].keys() >= {"content-type", "retry-after"}
    for name in unparsed[1].keys() - {"x-request-id", "date"}:
        assert unparsed[1][name] == parsed[1][name]
    assert unparsed[1]["x-request-id"] != parsed[1]["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", unparsed[1]["x-request-id"])
    assert unparsed[2] == parsed[2]
    body = json.loads(unparsed[2])
    assert body.get("error", body)["code"] == "overloaded"
    assert ("error" in body) == (path != b"/v1/ask")


def exchange(connection: socket.socket, request_: bytes) -> tuple[int, dict[str, str], bytes]:
    connection.sendall(request_)
    with HTTPResponse(connection) as response:
        response.begin()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
