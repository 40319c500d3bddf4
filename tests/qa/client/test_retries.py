"""When the client sends a request again, with a transport that answers what the test says."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from qa.client import (
    ApiError,
    AsyncClient,
    Client,
    ConnectionFailed,
    JobNotFinished,
    Retries,
    Timeouts,
    UnexpectedResponse,
)
from qa.client.retries import parse_retry_after

URL = "http://server/prefix"
UPDATES = {"generation": "g1", "waiting": 0}
JOB = {"id": "1", "state": "queued", "documents": 1, "created_at": "", "updated_at": ""}
READ, WRITE, PROBE = "get_updates", "put_document", "check_ready"
ARGUMENTS: dict[str, tuple[str, ...]] = {READ: (), WRITE: ("a", "text"), PROBE: ()}
# No pause but those of Retry-After.
AT_ONCE = Retries(times=2, jitter=lambda: 0.0)

Reply = httpx.Response | type[httpx.RequestError]


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    body = {"type": f"/docs#{code}", "title": "No", "status": status, "detail": "No, because.", "code": code}
    return httpx.Response(status, json=body, headers={"X-Request-ID": "r-1", **headers})


class Script:
    """Replies in the order of a list, and remembers the requests."""

    def __init__(self, *replies: Reply) -> None:
        """Take the replies."""
        self.requests: list[httpx.Request] = []
        self._replies: Iterator[Reply] = iter(replies)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Return or raise the next reply."""
        self.requests.append(request)
        reply = next(self._replies)
        if isinstance(reply, httpx.Response):
            return httpx.Response(reply.status_code, headers=reply.headers, content=reply.content)
        raise reply("because", request=request)


def call_sync(script: Script, method: str, *arguments: object, **settings: Any) -> Any:  # noqa: ANN401
    with Client(URL, transport=httpx.MockTransport(script), **{"retries": AT_ONCE, **settings}) as client:
        return getattr(client, method)(*arguments)


def call_async(script: Script, method: str, *arguments: object, **settings: Any) -> Any:  # noqa: ANN401
    async def call() -> object:
        transport = httpx.MockTransport(script)
        async with AsyncClient(URL, transport=transport, **{"retries": AT_ONCE, **settings}) as client:
            return await getattr(client, method)(*arguments)

    return asyncio.run(call())


@pytest.fixture(params=[call_sync, call_async], ids=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """One of the clients, which are the same in everything that is tested here."""
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("method", "reply", "again"),
    [
        (READ, problem(503, "overloaded"), True),
        (READ, problem(429, "rate_limited"), True),
        (READ, problem(503, "index_damaged"), True),
        (READ, httpx.Response(502, text="<html>"), True),
        (READ, httpx.ConnectError, True),
        (READ, httpx.ConnectTimeout, True),
        (READ, httpx.RemoteProtocolError, True),
        (READ, httpx.ReadError, True),
        (READ, httpx.ReadTimeout, False),
        (READ, problem(503, "deadline_exceeded"), False),
        (READ, problem(500, "internal_error"), False),
        (READ, problem(404, "job_not_found"), False),
        (WRITE, problem(503, "overloaded"), True),
        (WRITE, problem(503, "not_ready"), True),
        (WRITE, problem(429, "rate_limited"), True),
        (WRITE, httpx.ConnectError, True),
        (WRITE, problem(503, "not_stored"), False),
        (WRITE, httpx.Response(503, text="<html>"), False),
        (WRITE, httpx.Response(502, text="<html>"), False),
        (WRITE, httpx.RemoteProtocolError, False),
        (WRITE, httpx.ReadError, False),
        (WRITE, httpx.WriteError, False),
        (WRITE, httpx.ReadTimeout, False),
        (PROBE, problem(503, "not_ready"), False),
        (PROBE, httpx.ConnectError, False),
    ],
)  # fmt: skip
def test_what_is_sent_again(call: Callable[..., Any], method: str, reply: Reply, again: bool) -> None:
    """A read after what may pass by itself, a write only if it certainly did not happen, a probe never."""
    fine = httpx.Response(200, json=JOB if method == WRITE else UPDATES)
    script = Script(reply, fine)
    if again:
        call(script, method, *ARGUMENTS[method])
    else:
        with pytest.raises((ApiError, ConnectionFailed)):
            call(script, method, *ARGUMENTS[method])
    assert len(script.requests) == 1 + again


def test_it_gives_up_after_the_last_attempt(call: Callable[..., Any]) -> None:
    """Three attempts for two retries, and the problem of the last one."""
    script = Script(*(problem(503, code) for code in ("not_ready", "not_ready", "overloaded", "not_ready")))
    with pytest.raises(ApiError, match="overloaded"):
        call(script, READ)
    assert len(script.requests) == 3


def test_a_connection_that_broke_says_whether_a_write_may_have_succeeded(call: Callable[..., Any]) -> None:
    """It may have if the request was sent; not if nobody listened, nor if it was a read."""
    found = {}
    for method, error in ((WRITE, httpx.ReadError), (WRITE, httpx.ConnectError), (READ, httpx.ReadError)):
        with pytest.raises(ConnectionFailed) as raised:
            call(Script(*[error] * 3), method, *ARGUMENTS[method])
        found[method, error] = raised.value.may_have_succeeded
        assert raised.value.may_have_succeeded == ("may have succeeded" in str(raised.value))
    assert list(found.values()) == [True, False, False]


def test_an_error_carries_the_problem(call: Callable[..., Any]) -> None:
    """Code, detail and the request id, for programs and in its text."""
    errors = [{"field": "top_k", "message": "too large", "code": "out_of_bounds"}]
    body = {"title": "Value out of bounds", "detail": "top_k is 99.", "code": "out_of_bounds", "errors": errors}
    script = Script(httpx.Response(422, json=body, headers={"X-Request-ID": "r-7"}))
    with pytest.raises(ApiError) as raised:
        call(script, READ)
    error = raised.value
    assert (error.status, error.code, error.detail, error.request_id) == (422, "out_of_bounds", "top_k is 99.", "r-7")
    assert error.errors[0].field == "top_k"
    assert str(error) == "top_k is 99. (out_of_bounds, status 422, request r-7)"


@pytest.mark.parametrize("body", ["<html>no</html>", "[1]", '{"detail": 1}', '{"code": 5}', '{"code": {"a": 1}}'])
def test_a_proxy_that_knows_no_problems_is_named(call: Callable[..., Any], body: str) -> None:
    """By its address and status; there is no code to compare."""
    with pytest.raises(ApiError, match="http://server answered 500 Internal Server Error without a problem") as raised:
        call(Script(httpx.Response(500, text=body)), READ)
    assert raised.value.code is None


@pytest.mark.parametrize("errors", ['"no"', "5", "[1]", "{}", "null"])
def test_a_problem_of_another_program_is_read_as_far_as_possible(call: Callable[..., Any], errors: str) -> None:
    """Whatever it lists, it is an ApiError."""
    body = f'{{"code": "no_route", "title": null, "errors": {errors}}}'
    with pytest.raises(ApiError) as raised:
        call(Script(httpx.Response(500, text=body)), READ)
    assert (raised.value.code, raised.value.detail, raised.value.errors) == ("no_route", "", ())


@pytest.mark.parametrize("method", ["get_openapi", "export_feedback"])
@pytest.mark.parametrize("body", ["[1]", "5"])
def test_what_is_read_without_a_type_must_be_an_object(call: Callable[..., Any], method: str, body: str) -> None:
    """Otherwise the response is that of another program."""
    with pytest.raises(UnexpectedResponse, match="an object was expected, not"):
        call(Script(httpx.Response(200, text=body)), method)


@pytest.mark.parametrize("body", ["<html>", "[]", '{"generation": 1, "waiting": 0}', '{"generation": "g1"}'])
def test_another_program_at_the_address_is_noticed(call: Callable[..., Any], body: str) -> None:
    """The error says what was expected and asks whether the address is right."""
    with pytest.raises(UnexpectedResponse, match="is http://server/prefix the address of a Netsphere server"):
        call(Script(httpx.Response(200, text=body)), READ)


def test_a_page_is_no_metrics(call: Callable[..., Any]) -> None:
    """A proxy may answer with a page of its own and status 200."""
    with pytest.raises(UnexpectedResponse, match="a text was expected, not a page"):
        call(Script(httpx.Response(200, html="<html>Sign in</html>")), "get_metrics")


@pytest.mark.parametrize("limit", ["5000", True, [5000], {"ms": 5000}])
def test_a_timeout_that_is_no_number_is_refused(call: Callable[..., Any], limit: object) -> None:
    """Before anything is sent, with the value and the remedy; in a batch with the question, too."""
    script = Script()
    told = f"invalid value {limit!r} for timeout_ms: must be a number of milliseconds, such as 5000, or None"
    with Client(URL, transport=httpx.MockTransport(script)) as client, pytest.raises(TypeError, match=re.escape(told)):
        client.ask("Who?", timeout_ms=limit)  # type: ignore[arg-type]
    questions = ["Who?", {"question": "Who?", "timeout_ms": 5}, {"question": "Who?", "timeout_ms": limit}]
    with pytest.raises(TypeError, match=re.escape(f"invalid value {limit!r} for questions[2].timeout_ms")):
        call(script, "ask_many", questions)
    assert script.requests == []


def test_a_newer_server_works(call: Callable[..., Any]) -> None:
    """Fields that the client does not know are dropped."""
    found = call(Script(httpx.Response(200, json={**UPDATES, "new": {"a": 1}})), READ)
    assert (found.generation, found.waiting) == ("g1", 0)


def test_the_prefix_the_key_and_the_timeouts_are_in_the_request(call: Callable[..., Any]) -> None:
    """The read timeout is never shorter than the time that the server was given."""
    answer = {"question": "Who?", "searched_as": "Who?", "status": "not_found", "confidence": 0, "reason": "weak_match"}
    answer |= {
        "answer": None,
        "passages": [],
        "took_ms": 1,
        "retrieval": {"legs": [], "degraded": [], "generation": "g"},
    }
    script = Script(httpx.Response(200, json={"answers": [answer]}))
    limits = [{"question": "Who?", "timeout_ms": 90_000}, {"question": "Who?"}, "Who?"]
    call(script, "ask_many", limits, key="secret", timeouts=Timeouts(connect_s=1, read_s=2))
    (request,) = script.requests
    assert str(request.url) == f"{URL}/v1/ask/batch"
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.extensions["timeout"] == {"connect": 1, "read": 95, "write": 95, "pool": 95}
    assert b'"timeout_ms":90000' in request.content.replace(b" ", b"")


def test_a_short_timeout_is_kept(call: Callable[..., Any]) -> None:
    """If the server was given no time of its own."""
    script = Script(httpx.Response(200, json=UPDATES))
    call(script, READ, timeouts=Timeouts(connect_s=1, read_s=2))
    assert script.requests[0].extensions["timeout"] == {"connect": 1, "read": 2, "write": 2, "pool": 2}


@pytest.mark.parametrize("id", ["", ".", "../jobs", "a/../../readyz", "a/./b"])
def test_an_id_cannot_lead_to_another_route(call: Callable[..., Any], id: str) -> None:
    """Dots between slashes, which URLs remove, are refused before anything is sent."""
    script = Script()
    with pytest.raises(ValueError, match="invalid document id"):
        call(script, "delete_document", id)
    assert script.requests == []


@pytest.mark.parametrize(
    "url",
    ["server", "ftp://server", "http://", "http://server/?q=1", "http://server/#a", "http://server?", "http://[::1",
     "http://server:port", "http://me:secret@server/prefix"],
)  # fmt: skip
def test_a_wrong_address_is_refused(url: str) -> None:
    """At once, with what it must look like, and without the password that would be part of every link."""
    with pytest.raises(ValueError, match="must be http") as raised:
        Client(url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("key", ["secret\n", " secret", "sec\r\nret", "sécret"])
def test_a_key_that_no_header_can_hold_is_refused(key: str) -> None:
    """Before anything is sent, such as one that was read from a file with its line break; it is not shown."""
    with pytest.raises(ValueError, match="invalid key: must be printable ASCII") as raised:
        Client(URL, key)
    assert "cret" not in str(raised.value)


def test_a_job_is_asked_for_until_it_is_finished(call: Callable[..., Any]) -> None:
    """Until it is served, if it is published; after the time there is an error with the last reason."""
    states = [httpx.Response(200, json={**JOB, "state": state}) for state in ("queued", "building", "published")]
    assert call(Script(*states), "wait_for_job", "1").state == "published"
    published = httpx.Response(200, json={**JOB, "state": "published", "generation": "000002-a"})
    served = [httpx.Response(200, json={**UPDATES, "generation": name}) for name in ("000001-c", "000003-b")]
    script = Script(published, served[0], published, served[1])
    assert call(script, "wait_for_job", "1").generation == "000002-a"
    assert len(script.requests) == 4
    waiting = [httpx.Response(200, json={**JOB, "reason": "no disk"}) for _ in range(3)]
    with pytest.raises(JobNotFinished, match=r"job 1 is still queued after 0.15 s \(no disk\)"):
        call(Script(*waiting), "wait_for_job", "1", 0.15)


def test_the_wait_grows_and_obeys_the_server() -> None:
    """Exponential backoff with full jitter; Retry-After, a little later; none at all if that is too long."""
    retries = Retries(times=5, backoff_s=1, max_wait_s=10, jitter=lambda: 0.5)
    assert [retries.choose_wait(tried, None) for tried in range(1, 7)] == [1, 2, 4, 5, 5, None]
    assert [retries.choose_wait(1, after) for after in (0, 3, 10, 11)] == [0.5, 3.5, 10.5, None]
    assert retries.choose_wait(6, 3) is None


def test_retry_after_may_be_a_date() -> None:
    """In both forms of RFC 9110, and what cannot be read is as if it were not there."""
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    assert 3500 < (parse_retry_after(later) or 0) <= 3600
    assert [parse_retry_after(text) for text in ("7", "Fri, 01 Jan 2021 00:00:00 GMT", "soon", None)] == [
        7,
        0,
        None,
        None,
    ]
