"""Lists, health, metrics, headers, and internal errors."""

import logging

import pytest
from flask.testing import FlaskClient

from qa.web.errors.problems import Code
from tests.qa.web.helpers import DOCUMENT, TEXT, TITLE, HandMade
from tests.qa.web.shape import problem


def test_documents_are_listed_with_their_total(client: FlaskClient) -> None:
    """``total`` counts all documents, whatever page of the list is shown."""
    first = client.get("/v1/documents").get_json()
    assert (first["total"], first["offset"], first["limit"]) == (1, 0, 20)
    assert first["documents"][0]["title"] == TITLE
    past = client.get("/v1/documents?offset=5&limit=200").get_json()
    assert (past["total"], past["documents"]) == (1, [])


def test_not_a_number_in_metadata_is_null(client: FlaskClient) -> None:
    """Metadata may hold NaN, which is not JSON."""
    assert client.get("/v1/documents").get_json()["documents"][0]["metadata"]["weight"] is None


def test_a_document_slices_exactly(client: FlaskClient) -> None:
    """The id may hold slashes, escaped or not; spans point into the text."""
    for url in (f"/v1/documents/{DOCUMENT}", "/v1/documents/folder%2Fblame.txt"):
        shown = client.get(url).get_json()
        span = shown["passages"][0]
        assert shown["text"] == TEXT
        assert span["id"] == f"{DOCUMENT}#{span['start']}-{span['end']}"


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("start=22&end=63", slice(22, 63)),
        ("start=90", slice(90, None)),
        ("end=5", slice(0, 5)),
        ("start=5000", slice(0)),
    ],
)
def test_a_part_of_a_document(client: FlaskClient, query: str, part: slice) -> None:
    """A range in code points, cut off at the end."""
    assert client.get(f"/v1/documents/{DOCUMENT}?{query}").get_json()["text"] == TEXT[part]


def test_index(client: FlaskClient) -> None:
    """The generation and how it was built."""
    assert client.get("/v1/index").get_json()["generation"] == "g1"


def test_alive_without_the_engine(client: FlaskClient, engine: HandMade) -> None:
    """Liveness asks nothing of the index."""
    engine.legs = {"dense": False}
    assert client.get("/healthz").get_json() == {"status": "alive"}


def test_ready_and_not(client: FlaskClient, engine: HandMade, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leg that does not find a known sentence makes the server not ready, and is named."""
    monkeypatch.setattr("qa.web.readiness.CACHE_S", 0.0)
    assert client.get("/readyz").get_json() == {"status": "ready", "legs": {"dense": True, "lexical": True}}
    engine.legs["dense"] = False
    response = client.get("/readyz")
    assert "dense" in problem(response, Code.NOT_READY)["detail"]
    assert response.headers["Retry-After"] == "5"


def test_an_internal_error_is_logged_and_not_shown(
    client: FlaskClient, engine: HandMade, caplog: pytest.LogCaptureFixture
) -> None:
    """A 500 does not show its cause; the log has it with the request id of the caller."""
    engine.error = RuntimeError("the secret cause")
    with caplog.at_level(logging.ERROR):
        response = client.post("/v1/ask", json={"question": "a"}, headers={"X-Request-ID": "mine-1"})
    problem(response, Code.INTERNAL_ERROR)
    assert "secret" not in response.text
    assert "the secret cause" in caplog.text
    assert [vars(record)["fields"] for record in caplog.records] == [{"request_id": "mine-1"}]


@pytest.mark.parametrize(("sent", "kept"), [
    ("abc-DEF_1.2", True), ("x" * 64, True), ("x" * 65, False), ("", False), ("a b", False), ("<script>", False),
])  # fmt: skip
def test_request_ids(client: FlaskClient, sent: str, kept: bool) -> None:
    """A valid id comes back, any other is replaced; on failures, too."""
    for url in ("/healthz", "/nope"):
        assert (client.get(url, headers={"X-Request-ID": sent}).headers["X-Request-ID"] == sent) is kept


@pytest.mark.parametrize("url", ["/", "/v1/ask?q=a", "/nope", "/static/style.css", "/metrics"])
def test_headers_of_every_response(client: FlaskClient, url: str) -> None:
    """Server-Timing and the security headers are on every response."""
    with client.get(url) as response:
        headers = response.headers
    assert float(headers["Server-Timing"].removeprefix("total;dur=")) >= 0
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "microphone=()" in headers["Permissions-Policy"].split(", ")
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert "script-src 'self'" in policy
    assert not any("unsafe" in rule or "http" in rule for rule in policy)
    assert "Access-Control-Allow-Origin" not in headers


def test_head_and_options(client: FlaskClient) -> None:
    """HEAD is GET without its body; OPTIONS names the methods."""
    head = client.head("/v1/ask?q=Who")
    assert (head.status_code, head.data) == (200, b"")
    assert set(client.options("/v1/ask").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_metrics_count_routes_answers_and_legs(client: FlaskClient, engine: HandMade) -> None:
    """Requests are counted by template, answers by status, legs that failed by name."""
    engine.degraded = ("dense",)
    client.get("/v1/ask?q=Who")
    client.post("/v1/ask/batch", json={"questions": ["the capital", "perhaps"]})
    client.get(f"/v1/documents/{DOCUMENT}")
    client.open("/nope", method="BREW")
    text = client.get("/metrics").text
    for line in (
        'netsphere_requests_total{method="GET",route="/v1/documents/<path:id>",status="200"} 1.0',
        'netsphere_requests_total{method="other",route="unmatched",status="404"} 1.0',
        'netsphere_request_seconds_count{method="GET",route="/v1/ask"} 1.0',
        'netsphere_answers_total{status="answered"} 1.0',
        'netsphere_answers_total{status="not_found"} 1.0',
        'netsphere_degraded_legs_total{leg="dense"} 3.0',
        'netsphere_index_info{generation="g1",model="model"} 1.0',
    ):
        assert line in text
