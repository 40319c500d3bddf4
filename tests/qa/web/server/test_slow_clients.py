"""Clients that are slow, silent or greedy do not keep a normal client waiting."""

import json
import socket
import time
from contextlib import ExitStack, suppress
from multiprocessing.connection import wait

import pytest

from tests.qa.web.server.process import BIG, PROMPT_S, connect, fetch, many_clients, raw, ready

GET = b"GET %s HTTP/1.1\r\nHost: a\r\n%s\r\n"
JSON_POST = b"POST /v1/ask HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
# The server has four threads, so that a few such clients are more than it could give one each.
SLOW_REQUESTS = {
    "body": (40, JSON_POST + b"Content-Length: 1000\r\n\r\n{"),
    "chunked body": (40, JSON_POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{"),
    "headers": (40, b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: "),
    "request line": (40, b"GET /heal"),
    "nothing": (40, b""),
    "500 bodies": (500, JSON_POST + b"Content-Length: 1000\r\n\r\n{"),
}
# One second in place of fifteen.
IMPATIENT = """
from qa.web.server import connection
connection.SLOW_S = connection.IDLE_S = connection.LINGER_S = 1.0
"""


def assert_prompt(port: int) -> None:
    """Assert that a question and the liveness check are answered without delay."""
    time.sleep(0.3)
    for _ in range(3):
        fetch(port, "/v1/ask?q=Who%3F")
        assert json.loads(fetch(port, "/healthz")) == {"status": "alive"}


@pytest.mark.parametrize(("count", "sent"), SLOW_REQUESTS.values(), ids=SLOW_REQUESTS)
def test_a_request_that_does_not_end_holds_no_thread(count: int, sent: bytes) -> None:
    """Forty clients, or five hundred, that have sent half a request are not noticed by a normal one."""
    with ready() as (_, port), many_clients(port, count, sent) as clients:
        assert_prompt(port)
        for client in clients:
            client.send(b"x")
        assert_prompt(port)


def test_a_connection_that_the_client_keeps_open_holds_nothing() -> None:
    """After ``Connection: close`` the server closes, whatever the client does."""
    with ready() as (_, port), many_clients(port, 20, GET % (b"/healthz", b"Connection: close\r\n")) as clients:
        for client in clients:
            assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
        start = time.monotonic()
        assert_prompt(port)
        assert time.monotonic() - start < 2 * PROMPT_S


@pytest.mark.parametrize("pipelined", [1, 10])
def test_a_response_that_nobody_reads_holds_no_thread(pipelined: int) -> None:
    """Twenty clients ask for 8 MB, or for ten times 8 MB at once, and read nothing."""
    request = GET % (b"/big", b"") * pipelined
    with ready() as (_, port), many_clients(port, 20, request, window=4096) as clients:
        for client in clients:  # until its response begins; while the requests wait, the queue may be full
            assert wait([client], 10)
        assert_prompt(port)


def test_slow_clients_are_disconnected() -> None:
    """A request must begin, it must arrive, and a response must be read, at a minimum speed."""
    with (
        ready(before=IMPATIENT) as (_, port),
        connect(port) as silent,
        connect(port) as half,
        connect(port, window=4096) as greedy,
    ):
        half.sendall(JSON_POST + b"Content-Length: 1000\r\n\r\n{")
        greedy.sendall(GET % (b"/big", b""))
        for _ in range(6):
            time.sleep(0.5)
            with suppress(ConnectionError):
                half.send(b"x")
        assert count_until_closed(silent) == 0
        assert count_until_closed(half) == 0
        assert count_until_closed(greedy) < BIG


def count_until_closed(client: socket.socket) -> int:
    """Return how many bytes arrive until the server closes, or has closed, the connection."""
    received = 0
    try:
        while data := client.recv(1 << 20):
            received += len(data)
    except ConnectionError:
        pass
    return received


def test_a_client_of_a_moderate_speed_is_served() -> None:
    """A long request at 64 KiB a second takes longer than a short one may."""
    body = json.dumps({"question": "Who?"}).encode().ljust(160 * 1024)
    with ready(before=IMPATIENT) as (_, port), connect(port) as client:
        client.sendall(JSON_POST + b"Content-Length: %d\r\n\r\n" % len(body))
        for place in range(0, len(body), 16 * 1024):
            client.sendall(body[place : place + 16 * 1024])
            time.sleep(0.25)
        assert client.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_a_new_client_takes_the_place_of_the_one_that_waited_longest() -> None:
    """The number of connections is bounded, and a flood of silent ones does not lock anybody out."""
    few = "from qa.web.server import http_server\nhttp_server.MAX_CONNECTIONS = 10"
    with ready(before=few) as (_, port), many_clients(port, 30, b"GET /heal") as clients:
        assert_prompt(port)
        # Without a response: at its end, or by a reset if it was closed before what it sent was read.
        with suppress(ConnectionResetError):
            assert clients[0].recv(1) == b""


def test_beyond_the_queue_requests_are_refused_at_once() -> None:
    """Four are computed, four wait, the others get a 503 and may ask again; the liveness check is answered."""
    with ready() as (_, port), many_clients(port, 20, GET % (b"/sleep?seconds=2", b"")) as clients:
        start = time.monotonic()
        assert_prompt_health(port)
        response, body = raw(port, GET % (b"/v1/ask?q=Who%3F", b""))
        assert (response.status, json.loads(body)["code"]) == (503, "overloaded")
        assert int(response.headers["Retry-After"]) >= 1
        assert response.headers["Connection"] != "close"
        assert time.monotonic() - start < PROMPT_S
        statuses = [client.recv(100).split()[1] for client in clients]
        assert {status: statuses.count(status) for status in statuses} == {b"200": 8, b"503": 12}
        fetch(port, "/v1/ask?q=Who%3F")


def assert_prompt_health(port: int) -> None:
    """Assert that the liveness check is answered without delay."""
    time.sleep(0.3)
    assert json.loads(fetch(port, "/healthz")) == {"status": "alive"}


def test_nothing_is_computed_for_clients_who_left() -> None:
    """Requests that wait when their clients leave never reach the application."""
    with ready() as (_, port), many_clients(port, 4, GET % (b"/sleep?seconds=1", b"")) as busy:
        time.sleep(0.3)
        with many_clients(port, 4, GET % (b"/count", b"")):
            time.sleep(0.2)
        for client in busy:
            client.recv(100)
        assert fetch(port, "/count") == "1"


def test_the_memory_of_all_requests_is_bounded() -> None:
    """Beyond it, the clients who have been sending for longest are disconnected, and a new one is served."""
    little = "from qa.web.server import http_server\nhttp_server.MAX_BUFFERED_BYTES = 2_000_000"
    body = json.dumps({"question": "Who?"}).encode().ljust(400_000)
    request = JSON_POST + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with ready(before=little) as (_, port), many_clients(port, 3, request[:-1]) as early:
        time.sleep(2.5)  # until it was noticed that they have begun to send
        with many_clients(port, 3, request[:-1]) as late:
            assert [count_until_closed(client) for client in early[:1]] == [0]
            assert raw(port, request)[0].status == 200
            for client in late:
                client.sendall(request[-1:])
                assert client.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_the_memory_of_all_responses_is_bounded() -> None:
    """Of twenty clients who do not read on, as many are served as may have a megabyte of their response in memory."""
    little = "from qa.web.server import connection, http_server\nhttp_server.MAX_BUFFERED_BYTES = 10_000_000\n"
    with ready(before=f"{little}connection.SLOW_S = 1000.0") as (_, port), ExitStack() as stack:
        clients = []
        for _ in range(20):
            clients.append(stack.enter_context(connect(port, window=4096)))
            clients[-1].sendall(GET % (b"/big", b"Connection: close\r\n"))
            assert clients[-1].recv(100).startswith(b"HTTP/1.1 200 OK")
        time.sleep(3)  # it is looked after once a second
        assert_prompt(port)
        assert 0 < sum(count_until_closed(client) > BIG - 100 for client in clients) < 15
