"""Requests that cannot be read, or could be read in two ways, are refused with a readable problem."""

import json
import re
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from qa.web.errors.problems import Code
from tests.qa.web.server.process import connect, raw, ready

POST = b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
# What another program could take for a request of its own.
SECOND = b"GET /count HTTP/1.1\r\nHost: a\r\n\r\n"
MEBIBYTE = 1024 * 1024
SHAPES = {
    "length and chunks": POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "one length twice": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "signed length": POST + b"Content-Length: +2\r\n\r\n{}",
    "negative length": POST + b"Content-Length: -2\r\n\r\n{}",
    "hexadecimal length": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "length with an underscore": POST + b"Content-Length: 1_0\r\n\r\n{}",
    "empty length": POST + b"Content-Length: \r\n\r\n{}",
    "length of 5,000 digits": POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "coding behind a vertical tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "space before the colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "LF in a header": POST + b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "CR in a header": POST + b"X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "only LF": b"GET /healthz HTTP/1.1\nHost: a\n\n",
    "NUL": POST + b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}",
    "header without a colon": POST + b"nonsense\r\nContent-Length: 2\r\n\r\n{}",
    "space before the first header": b"GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n",
    "chunk size with 0x": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "negative chunk size": CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
    "signed chunk size": CHUNKED + b"+2\r\n{}\r\n0\r\n\r\n",
    "chunks with LF": CHUNKED + b"2\n{}\n0\n\r\n\r\n",
    "chunk that does not end": CHUNKED + b"2\r\n{}X\r\n0\r\n\r\n",
    "endless chunk extension": CHUNKED + b"2;" + b"x" * 9000,
    "endless trailers": CHUNKED + b"0\r\n" + b"X: y\r\n" * 2000,
    "no version": b"GET /\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "bad address in the URL": b"GET http://[/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server that all tests ask."""
    with ready() as (_, port):
        yield port


def exchange(port: int, sent: bytes) -> bytes:
    """Return everything that the server sends until it closes."""
    received = b""
    with connect(port) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while data := connection.recv(1 << 16):
            received += data
    return received


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_no_request_is_hidden_in_another(port: int, shape: bytes) -> None:
    """There is one answer, a problem, and the connection ends with it."""
    received = exchange(port, shape + SECOND)
    assert re.findall(rb"HTTP/1\.[01] (\d+) ", received) in ([b"400"], [b"501"])
    assert b"Content-Type: application/problem+json\r\n" in received
    assert b"Connection: close\r\n" in received


def test_pipelined_requests_are_answered_in_order(port: int) -> None:
    """Whole requests may follow each other at once."""
    with connect(port) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 5)
        received = b""
        while received.count(b'"alive"') < 5:
            received += connection.recv(1 << 16)
    assert received.count(b"HTTP/1.1 200 OK") == 5


@pytest.mark.parametrize("size", [MEBIBYTE + 1, 5_000_000, 40_000_000])
def test_a_body_that_is_too_large_gets_a_readable_problem(port: int, size: int) -> None:
    """Clients that send everything before they read, as urllib does, see why it was refused."""
    body = json.dumps({"question": "Who?"}).encode().ljust(size)
    headers = {"Content-Type": "application/json"}
    with pytest.raises(HTTPError) as caught:
        urlopen(Request(f"http://127.0.0.1:{port}/v1/ask", body, headers), timeout=20)
    with caught.value as refused:
        assert (refused.code, json.load(refused)["code"]) == (413, "body_too_large")
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/v1/ask", body, headers)
    response = connection.getresponse()
    assert (response.status, json.load(response)["code"]) == (413, "body_too_large")
    connection.close()


@pytest.mark.parametrize(("size", "status"), [(MEBIBYTE, 200), (MEBIBYTE + 1, 413), (4_000_000, 413)])
def test_a_chunked_body_has_the_same_limit(port: int, size: int, status: int) -> None:
    """It is not cut at the limit: JSON with too many blanks behind it is refused."""
    body = json.dumps({"question": "Who?"}).encode().ljust(size)
    chunks = (body[place : place + 65536] for place in range(0, size, 65536))
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/v1/ask", chunks, {"Content-Type": "application/json"}, encode_chunked=True)
    assert connection.getresponse().status == status
    connection.close()


@pytest.mark.parametrize("length", [b"Content-Length: 5000000", b"Transfer-Encoding: chunked"])
@pytest.mark.parametrize(
    ("header", "status"),
    [(b"", 401), (b"Authorization: Bearer other\r\n", 403), (b"Cookie: netsphere_key=other\r\n", 403)],
)
def test_nobody_uploads_who_may_not_write(port: int, length: bytes, header: bytes, status: int) -> None:
    """The response comes before the body, of which nothing is kept."""
    for line in (b"PUT /v1/documents/big.txt HTTP/1.1", b"POST /v1/documents HTTP/1.1"):
        response, body = raw(port, b"%s\r\nHost: a\r\n%s%s\r\n\r\n" % (line, header, length))
        assert (response.status, json.loads(body)["status"]) == (status, status)


@pytest.mark.parametrize("header", [b"Authorization: Bearer the-key", b"Cookie: netsphere_key=the-key"])
def test_who_may_write_is_asked_for_the_body(port: int, header: bytes) -> None:
    """By its key or by the cookie of the pages."""
    request = b"PUT /v1/documents/big.txt HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n"
    with connect(port) as connection:
        connection.sendall(request + header + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")


def test_a_client_that_asks_first_is_told_at_once(port: int) -> None:
    """``Expect: 100-continue`` is answered by 100 for a body that is accepted, and by the problem for any other."""
    fine = b'{"question": "Who?"}'
    with connect(port) as connection:
        connection.sendall(POST + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(fine))
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(fine)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")
    response, _ = raw(port, POST + b"Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n")
    assert response.status == Code.BODY_TOO_LARGE.status
    response, _ = raw(port, POST + b"Expect: tea\r\nContent-Length: 2\r\n\r\n{}")
    assert response.status == Code.EXPECTATION_FAILED.status


def test_https_is_logged_once() -> None:
    """The client cannot read the problem, so that whoever runs the server must see why; a flood is one line, too."""
    with ready() as (process, port):
        for _ in range(3):
            assert b"it is HTTPS" in exchange(port, SHAPES["TLS"])
        process.terminate()
        _, errors = process.communicate(timeout=20)
    (line,) = errors.splitlines()
    assert line.endswith("which takes HTTP; a proxy in front can take HTTPS (docs/nginx.md)")


def test_headers_of_a_proxy_are_not_believed(port: int) -> None:
    """Nobody has named a proxy, so anybody could have sent them."""
    forged = b"X-Forwarded-Proto: gopher\r\nX-Forwarded-For: 9.9.9.9\r\nScript-Name: //evil.example\r\n"
    response, body = raw(port, b"GET / HTTP/1.1\r\nHost: a\r\n" + forged + b"\r\n")
    assert response.status == 200
    assert b"evil.example" not in body
