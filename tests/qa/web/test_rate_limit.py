"""Limits of a caller: none pays for another, and memory does not grow with their number."""

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from qa.web import create_app, rate_limit
from qa.web.access.keys import Key, Scope
from qa.web.rate_limit import CallerLimits, identify_caller
from qa.web.service import AppOptions
from tests.qa.web.helpers import HandMade


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the limits."""
    clock = Clock()
    monkeypatch.setattr(rate_limit, "monotonic", clock)
    return clock


def test_a_caller_may_do_so_much_in_a_minute(clock: Clock) -> None:
    """All at once, then one after the other as time passes; others have limits of their own."""
    limits = CallerLimits(per_minute=6)
    assert [limits.take("a") for _ in range(6)] == [0.0] * 6
    assert limits.take("a") == pytest.approx(10)
    assert limits.take("b") == 0.0
    clock.now += 9.9
    assert limits.take("a") == pytest.approx(0.1)
    clock.now += 0.2
    assert limits.take("a") == 0.0
    clock.now += 60
    assert [bool(limits.take("a")) for _ in range(7)] == [False] * 6 + [True]


def test_callers_are_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute without a request, and beyond a number; those who have just asked are the last to be."""
    monkeypatch.setattr(rate_limit, "MAX_CALLERS", 100)
    limits = CallerLimits(per_minute=1)
    limits.take("busy")
    for number in range(500):
        assert limits.take(str(number)) == 0.0
        assert limits.take("busy") > 0
    assert len(limits._buckets) == 100
    clock.now += 61
    limits.take("new")
    assert list(limits._buckets) == ["new"]


@pytest.mark.parametrize(
    ("address", "caller"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", "192.0.2.1")],
)
def test_a_caller_is_a_key_or_an_address(address: str, caller: str) -> None:
    """Of IPv6 a whole /64, which is what a single customer has."""
    with Flask(__name__).test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert identify_caller() == caller
        g.key = Key("12ab", "website", b"", frozenset({Scope.ASK}))
        assert identify_caller() == "key 12ab"


def make_client(limit: int) -> FlaskClient:
    return create_app(HandMade(), AppOptions(rate_limit=limit, admin_key="the key")).test_client()


def test_one_caller_gets_a_429_beyond_the_limit() -> None:
    """With the seconds until the next request; others, and keys, count for themselves."""
    client = make_client(3)
    statuses = [client.get("/v1/ask?q=Who%3F").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = client.post("/v1/ask", json={"question": "Who?"})
    assert (refused.status_code, refused.get_json()["code"]) == (429, "rate_limited")
    assert 1 <= int(refused.headers["Retry-After"]) <= 20
    assert client.get("/v1/ask?q=Who%3F", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 200
    assert client.get("/v1/ask?q=Who%3F", headers={"Authorization": "Bearer the key"}).status_code == 200


def test_probes_and_parts_of_pages_are_not_limited() -> None:
    """A balancer asks every second, and a page loads its scripts."""
    client = make_client(1)
    for path in ("/healthz", "/readyz", "/static/netsphere.css", "/docs", "/openapi.json") * 2:
        assert client.get(path).status_code != 429
    assert client.get("/v1/documents").status_code == 200
    assert client.get("/v1/documents").status_code == 429


def test_without_the_setting_nothing_is_limited() -> None:
    """The default."""
    client = make_client(0)
    assert {client.get("/v1/documents").status_code for _ in range(100)} == {200}
