"""``/healthz`` is answered by the event loop itself, in the words of the application."""

import json
import re
from http.client import HTTPConnection

import pytest

from qa.web.server.liveness import find_check
from tests.qa.web.server.process import connect, fetch, raw, ready
from tests.qa.web.server.test_refusal import exchange

CHECK = b"GET /healthz HTTP/1.1\r\nHost: 10.0.0.1:8000\r\nUser-Agent: kube-probe/1.30\r\nAccept: */*\r\n"
# Of a request that no probe sends, so that the application answers.
UNUSUAL = b"X-Request-ID: abc\r\n"


@pytest.mark.parametrize(
    ("data", "closes"),
    [
        (CHECK + b"\r\n", False),
        (CHECK + b"Connection: close\r\n\r\n", True),
        (CHECK + b"connection: Keep-Alive\r\naccept-encoding: gzip\r\n\r\n", False),
    ],
)
def test_what_probes_send_is_found(data: bytes, closes: bool) -> None:
    """And whether they want the connection to end."""
    check = find_check(data)
    assert check
    assert check.closes is closes


@pytest.mark.parametrize(
    "data",
    [
        CHECK,
        CHECK + b"\r\n" + CHECK + b"\r\n",
        CHECK + b"\r\nx",
        CHECK + b"Host: b\r\n\r\n",
        CHECK + b"Content-Length: 2\r\n\r\n",
        CHECK + b"Transfer-Encoding: chunked\r\n\r\n",
        CHECK + b"Connection: upgrade\r\n\r\n",
        CHECK + b"Origin: http://a.example\r\n\r\n",
        CHECK + b"X-Forwarded-For: 10.0.0.1\r\n\r\n",
        CHECK + b" folded: x\r\n\r\n",
        CHECK + b"Accept: a\rb\r\n\r\n",
        CHECK + b"Accept-Language: " + b"x" * 20_000 + b"\r\n\r\n",
        CHECK + UNUSUAL + b"\r\n",
        b"GET /healthz HTTP/1.1\r\nAccept: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
        CHECK.replace(b"1.1", b"1.0") + b"\r\n",
        CHECK.replace(b"/healthz", b"/healthz?a") + b"\r\n",
        CHECK.replace(b"GET", b"HEAD") + b"\r\n",
        CHECK.replace(b"\r\n", b"\n") + b"\n",
    ],
)
def test_everything_else_is_parsed(data: bytes) -> None:
    """What is not whole, what has a body, and what the application answers in another way."""
    assert find_check(data) is None


@pytest.mark.slow
def test_both_ways_answer_alike() -> None:
    """Same status, headers and body, counted alike; and the connection is kept or closed as the client asks."""
    with ready() as (_, port):
        with connect(port) as connection:
            at_once = exchange(connection, CHECK + b"\r\n")
            by_application = exchange(connection, CHECK + UNUSUAL + b"\r\n")
        assert (at_once[0], at_once[2]) == (by_application[0], by_application[2])
        assert at_once[1].keys() == by_application[1].keys()
        varying = {"x-request-id", "server-timing", "date"}
        assert {name: at_once[1][name] for name in at_once[1].keys() - varying} == {
            name: by_application[1][name] for name in by_application[1].keys() - varying
        }
        assert re.fullmatch("[0-9a-f]{32}", at_once[1]["x-request-id"])
        response, body = raw(port, CHECK + b"Connection: close\r\n\r\n")
        assert (response.status, response.headers["Connection"]) == (200, "close")
        assert json.loads(body) == {"status": "alive"}
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics", headers={"Authorization": "Bearer the-key"})
        counted = connection.getresponse().read().decode()
        connection.close()
        assert 'netsphere_requests_total{method="GET",route="/healthz",status="200"} 3.0' in counted


@pytest.mark.slow
def test_it_needs_no_thread_of_the_application() -> None:
    """Though no thread takes a request any more."""
    before = "from waitress.task import ThreadedTaskDispatcher\nThreadedTaskDispatcher.add_task = lambda *_: None"
    with ready(before=before) as (_, port):
        for _ in range(3):
            assert json.loads(fetch(port, "/healthz")) == {"status": "alive"}


WITH_GC = """
import gc
from flask import Response
def with_gc(app):
    app.add_url_rule("/gc", "gc", lambda: Response(f"{gc.get_freeze_count()} {len(gc.get_objects())}"))
    return app
"""


@pytest.mark.slow
def test_what_was_loaded_is_not_looked_through_for_garbage() -> None:
    """A collection holds the interpreter lock, and so everything, for as long as it looks at objects."""
    with ready("with_gc(make_app(version))", WITH_GC) as (_, port):
        frozen, watched = map(int, fetch(port, "/gc").split())
    assert frozen > 10 * watched
