"""``timeout_ms``: how long a caller waits."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.app import service_of
from tests.qa.web.helpers import HandMade
from tests.qa.web.test_question_batcher import Blocked


@pytest.fixture
def blocked() -> Iterator[Blocked]:
    """An engine that answers nothing before the end of the test."""
    engine = Blocked()
    yield engine
    engine.go.set()


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("POST", "/v1/ask", {"question": "Who?", "timeout_ms": 50}),
        ("GET", "/v1/ask?q=Who%3F&timeout_ms=50", None),
        ("POST", "/turn", {"question": "Who?", "timeout_ms": 50}),
        ("POST", "/v1/ask/batch", {"questions": ["Who?", {"question": "Why?", "timeout_ms": 50}]}),
    ],
)
def test_an_answer_that_takes_too_long_is_a_503(blocked: Blocked, method: str, url: str, body: object) -> None:
    """At the deadline, with a code of its own and the time to ask again; the smallest one of a batch counts."""
    response = create_app(blocked).test_client().open(url, method=method, json=body)
    assert (response.status_code, response.get_json()["code"]) == (503, "deadline_exceeded")
    assert int(response.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("timeout_ms", "code"),
    [(0, "out_of_bounds"), (600_001, "out_of_bounds"), (1.5, "wrong_type"), ("50", "wrong_type"), (True, "wrong_type")],
)
def test_a_timeout_out_of_bounds_is_refused(client: FlaskClient, timeout_ms: object, code: str) -> None:
    """It is a whole number of milliseconds, up to ten minutes."""
    response = client.post("/v1/ask", json={"question": "Who?", "timeout_ms": timeout_ms})
    assert (response.status_code, response.get_json()["code"]) == (422, code)


@pytest.mark.parametrize("timeout_ms", [1, 600_000, None])
def test_an_answer_in_time_is_an_answer(app: Flask, timeout_ms: int | None) -> None:
    """Also with the shortest timeout, if it is cached: the timeout does not make it another question."""
    client = app.test_client()
    assert client.post("/v1/ask", json={"question": "Who?"}).status_code == 200
    assert client.post("/v1/ask", json={"question": "Who?", "timeout_ms": timeout_ms}).status_code == 200
    engine = service_of(app).engine
    assert isinstance(engine, HandMade) and len(engine.asked) == 1


def test_nothing_is_computed_for_a_client_who_has_left(app: Flask, engine: HandMade) -> None:
    """The server tells the application by a function in the environment of the request."""
    environment = {"waitress.client_disconnected": lambda: True}
    response = app.test_client().get("/v1/ask?q=Who%3F", environ_overrides=environment)
    assert response.status_code == 503
    assert engine.asked == []
