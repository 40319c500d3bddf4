"""Every bad input to every route: its status and its code."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from qa.web.errors.problems import Code, ProblemError
from qa.web.requests.parsing import decode_json
from tests.qa.web.helpers import DOCUMENT, HandMade
from tests.qa.web.shape import problem

ASK = "/v1/ask"
BATCH = "/v1/ask/batch"
NUL = "a\0b"
LONG = "x" * 100_000

BYTES = [
    (b"", Code.MALFORMED_JSON),
    (b"{", Code.MALFORMED_JSON),
    (b'{"question": "a"', Code.MALFORMED_JSON),
    (b'{"question": "a"} and more', Code.MALFORMED_JSON),
    (b'{"question": "a", "question": "b"}', Code.MALFORMED_JSON),
    (b'{"question": "a", "top_k": NaN}', Code.MALFORMED_JSON),
    (b'{"question": "a", "top_k": -Infinity}', Code.MALFORMED_JSON),
    (b'{"question": "a", "top_k": ' + b"9" * 5000 + b"}", Code.MALFORMED_JSON),
    (b"[" * 100_000, Code.MALFORMED_JSON),
    (b'{"question": "\xff"}', Code.MALFORMED_JSON),
    ('{"question": "a"}'.encode("utf-16"), Code.MALFORMED_JSON),
    (b'{"a":' * 300 + b"1" + b"}" * 300, Code.MISSING_FIELD),
    (b'{"question": "a", "top_k": 1e400}', Code.WRONG_TYPE),
    (b"[]", Code.WRONG_TYPE),
    (b"null", Code.WRONG_TYPE),
    (b'"Who?"', Code.WRONG_TYPE),
    (b"1" * (1024 * 1024 + 1), Code.BODY_TOO_LARGE),
]

BODIES: list[tuple[dict[str, Any], Code, str]] = [
    ({}, Code.MISSING_FIELD, "question"),
    ({"question": None}, Code.WRONG_TYPE, "question"),
    ({"question": 5}, Code.WRONG_TYPE, "question"),
    ({"question": ["a"]}, Code.WRONG_TYPE, "question"),
    ({"question": ""}, Code.OUT_OF_BOUNDS, "question"),
    ({"question": " \t\n\u3000\x1c"}, Code.OUT_OF_BOUNDS, "question"),
    ({"question": "x" * 1001}, Code.OUT_OF_BOUNDS, "question"),
    ({"question": LONG}, Code.OUT_OF_BOUNDS, "question"),
    ({"question": NUL}, Code.INVALID_TEXT, "question"),
    ({"question": "\ud800"}, Code.INVALID_TEXT, "question"),
    ({"question": "a", "colour": 1}, Code.UNKNOWN_FIELD, "colour"),
    ({"question": "a", "\x00\n": 1}, Code.UNKNOWN_FIELD, "\x00\n"),
    ({"question": "a", "\ud800": 1}, Code.INVALID_TEXT, "body"),
    ({"question": "a", "top_k": "5"}, Code.WRONG_TYPE, "top_k"),
    ({"question": "a", "top_k": 5.5}, Code.WRONG_TYPE, "top_k"),
    ({"question": "a", "top_k": True}, Code.WRONG_TYPE, "top_k"),
    ({"question": "a", "top_k": None}, Code.WRONG_TYPE, "top_k"),
    ({"question": "a", "top_k": 0}, Code.OUT_OF_BOUNDS, "top_k"),
    ({"question": "a", "top_k": 51}, Code.OUT_OF_BOUNDS, "top_k"),
    ({"question": "a", "top_k": 10**9}, Code.OUT_OF_BOUNDS, "top_k"),
    ({"question": "a", "top_k": -(10**30)}, Code.OUT_OF_BOUNDS, "top_k"),
    ({"question": "a", "mode": "Precise"}, Code.OUT_OF_BOUNDS, "mode"),
    ({"question": "a", "mode": None}, Code.OUT_OF_BOUNDS, "mode"),
    ({"question": "a", "explain": "true"}, Code.WRONG_TYPE, "explain"),
    ({"question": "a", "explain": 1}, Code.WRONG_TYPE, "explain"),
    ({"question": "a", "history": {}}, Code.WRONG_TYPE, "history"),
    ({"question": "a", "history": ["b"]}, Code.WRONG_TYPE, "history[0]"),
    ({"question": "a", "history": [{"question": "b"}] * 21}, Code.OUT_OF_BOUNDS, "history"),
    ({"question": "a", "history": [{}]}, Code.MISSING_FIELD, "history[0].question"),
    ({"question": "a", "history": [{"question": " "}]}, Code.OUT_OF_BOUNDS, "history[0].question"),
    ({"question": "a", "history": [{"question": "b", "answer": NUL}]}, Code.INVALID_TEXT, "history[0].answer"),
    ({"question": "a", "history": [{"question": "b", "answer": "\ud800"}]}, Code.INVALID_TEXT, "history[0].answer"),
    ({"question": "a", "history": [{"question": "b", "answer": LONG}]}, Code.OUT_OF_BOUNDS, "history[0].answer"),
    ({"question": "a", "history": [{"question": "b", "by": "c"}]}, Code.UNKNOWN_FIELD, "history[0].by"),
    ({"question": "a", "filter": []}, Code.WRONG_TYPE, "filter"),
    ({"question": "a", "filter": {"title": ["b"]}}, Code.UNKNOWN_FIELD, "filter.title"),
    ({"question": "a", "filter": {"document": "b"}}, Code.WRONG_TYPE, "filter.document"),
    ({"question": "a", "filter": {"document": []}}, Code.OUT_OF_BOUNDS, "filter.document"),
    ({"question": "a", "filter": {"document": ["*"] * 101}}, Code.OUT_OF_BOUNDS, "filter.document"),
    ({"question": "a", "filter": {"document": [""]}}, Code.OUT_OF_BOUNDS, "filter.document[0]"),
    ({"question": "a", "filter": {"document": [5]}}, Code.WRONG_TYPE, "filter.document[0]"),
    ({"question": "a", "filter": {"document": [NUL]}}, Code.INVALID_TEXT, "filter.document[0]"),
    ({"question": "a", "filter": {"document": ["\ud800"]}}, Code.INVALID_TEXT, "filter.document[0]"),
    ({"question": "a", "filter": {"document": ["*", "no"]}}, Code.UNKNOWN_DOCUMENT, "filter.document[1]"),
]

BATCHES: list[tuple[dict[str, Any], Code, str]] = [
    ({}, Code.MISSING_FIELD, "questions"),
    ({"questions": "a"}, Code.WRONG_TYPE, "questions"),
    ({"questions": []}, Code.OUT_OF_BOUNDS, "questions"),
    ({"questions": ["a"] * 257}, Code.OUT_OF_BOUNDS, "questions"),
    ({"questions": ["a"], "top_k": 5}, Code.UNKNOWN_FIELD, "top_k"),
    ({"questions": ["a", 5]}, Code.WRONG_TYPE, "questions[1]"),
    ({"questions": ["a", None]}, Code.WRONG_TYPE, "questions[1]"),
    ({"questions": ["a", " "]}, Code.OUT_OF_BOUNDS, "questions[1].question"),
    ({"questions": ["a", NUL]}, Code.INVALID_TEXT, "questions[1].question"),
]

URLS = [
    (ASK, Code.MISSING_FIELD, "q"),
    (f"{ASK}?q=", Code.OUT_OF_BOUNDS, "q"),
    (f"{ASK}?q=+%09", Code.OUT_OF_BOUNDS, "q"),
    (f"{ASK}?q={'x' * 1001}", Code.OUT_OF_BOUNDS, "q"),
    (f"{ASK}?q=a%00b", Code.INVALID_TEXT, "q"),
    (f"{ASK}?q=%ED%A0%80", Code.MALFORMED_QUERY, None),
    (f"{ASK}?q=%FF", Code.MALFORMED_QUERY, None),
    (f"{ASK}?" + "q=a&" * 201, Code.MALFORMED_QUERY, None),
    (f"{ASK}?q=a&q=b", Code.REPEATED_FIELD, "q"),
    (f"{ASK}?q=a&colour=red", Code.UNKNOWN_FIELD, "colour"),
    (f"{ASK}?question=a", Code.MISSING_FIELD, "q"),
    (f"{ASK}?q=a&top_k=", Code.WRONG_TYPE, "top_k"),
    (f"{ASK}?q=a&top_k=ten", Code.WRONG_TYPE, "top_k"),
    (f"{ASK}?q=a&top_k=5.5", Code.WRONG_TYPE, "top_k"),
    (f"{ASK}?q=a&top_k=%D9%A5", Code.WRONG_TYPE, "top_k"),
    (f"{ASK}?q=a&top_k=10%5E9", Code.WRONG_TYPE, "top_k"),
    (f"{ASK}?q=a&top_k={'9' * 5000}", Code.WRONG_TYPE, "top_k"),
    (f"{ASK}?q=a&top_k=0", Code.OUT_OF_BOUNDS, "top_k"),
    (f"{ASK}?q=a&top_k=-1", Code.OUT_OF_BOUNDS, "top_k"),
    (f"{ASK}?q=a&top_k=1000000000", Code.OUT_OF_BOUNDS, "top_k"),
    (f"{ASK}?q=a&mode=slow", Code.OUT_OF_BOUNDS, "mode"),
    (f"{ASK}?q=a&explain=yes", Code.WRONG_TYPE, "explain"),
    (f"{ASK}?q=a&document=no.txt", Code.UNKNOWN_DOCUMENT, "document[0]"),
    ("/v1/documents?offset=-1", Code.OUT_OF_BOUNDS, "offset"),
    ("/v1/documents?limit=0", Code.OUT_OF_BOUNDS, "limit"),
    ("/v1/documents?limit=201", Code.OUT_OF_BOUNDS, "limit"),
    ("/v1/documents?limit=all", Code.WRONG_TYPE, "limit"),
    ("/v1/documents?page=1", Code.UNKNOWN_FIELD, "page"),
    ("/v1/documents/no.txt", Code.DOCUMENT_NOT_FOUND, None),
    (f"/v1/documents/{DOCUMENT}?x=1", Code.UNKNOWN_FIELD, "x"),
    (f"/v1/documents/{DOCUMENT}?start=-1", Code.OUT_OF_BOUNDS, "start"),
    (f"/v1/documents/{DOCUMENT}?end=1.5", Code.WRONG_TYPE, "end"),
    ("/v1/documents/", Code.ROUTE_NOT_FOUND, None),
    ("/v1/documents/%FF", Code.DOCUMENT_NOT_FOUND, None),
    ("/v1/index?x=1", Code.UNKNOWN_FIELD, "x"),
    ("/v1/index/", Code.ROUTE_NOT_FOUND, None),
    ("/v1//index", Code.ROUTE_NOT_FOUND, None),
    ("/healthz/", Code.ROUTE_NOT_FOUND, None),
    (f"/?q={'x' * 1001}", Code.OUT_OF_BOUNDS, "q"),
    ("/?q=a%00b", Code.INVALID_TEXT, "q"),
    ("/?q=%FF", Code.MALFORMED_QUERY, None),
    ("/documents/no.txt", Code.DOCUMENT_NOT_FOUND, None),
    ("/static/no.css", Code.ROUTE_NOT_FOUND, None),
    ("/static/../app.py", Code.ROUTE_NOT_FOUND, None),
    ("/static/%00", Code.ROUTE_NOT_FOUND, None),
    ("/no/such/route", Code.ROUTE_NOT_FOUND, None),
    ("/%00%FF", Code.ROUTE_NOT_FOUND, None),
]

KINDS = [
    {"content_type": "application/x-www-form-urlencoded", "data": "question=a"},
    {"content_type": "multipart/form-data; boundary=b", "data": "--b--"},
    {"content_type": "text/plain", "data": '{"question": "a"}'},
    {"data": '{"question": "a"}'},
    {"content_type": "application/json", "data": b"\x1f\x8b", "headers": {"Content-Encoding": "gzip"}},
]

WRONG_METHODS = [
    ("DELETE", ASK),
    ("GET", BATCH),
    ("POST", f"/v1/documents/{DOCUMENT}"),
    ("PUT", "/v1/documents"),
    ("POST", "/v1/index"),
    ("POST", "/"),
    ("POST", "/metrics"),
    ("DELETE", "/static/style.css"),
    ("BREW", "/docs"),
]


def post(client: FlaskClient, url: str, body: object) -> TestResponse:
    """Send JSON in ASCII, so that a lone surrogate is sent as its escape."""
    return client.post(url, data=json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(("body", "code"), BYTES, ids=lambda value: repr(value)[:40])
@pytest.mark.parametrize("url", [ASK, BATCH])
def test_bytes_that_are_no_valid_body(client: FlaskClient, url: str, body: bytes, code: Code) -> None:
    """Unparsable bytes are 400, a missing field or another type than an object 422, too many bytes 413."""
    refused = client.post(url, data=body, content_type="application/json")
    expected = Code.MISSING_FIELD if url == BATCH and code is Code.WRONG_TYPE and body[:1] == b"{" else code
    problem(refused, expected)


@pytest.mark.parametrize(("body", "code", "field"), BODIES, ids=lambda value: repr(value)[:50])
def test_fields_out_of_bounds(
    client: FlaskClient, engine: HandMade, body: dict[str, Any], code: Code, field: str
) -> None:
    """Each bad field has its code and its name, and the engine is not asked."""
    refused = problem(post(client, ASK, body), code)
    assert field in [error["field"] for error in refused["errors"]]
    assert not engine.asked


@pytest.mark.parametrize(("body", "code", "field"), BODIES, ids=lambda value: repr(value)[:50])
def test_the_item_of_a_batch_is_named(client: FlaskClient, body: dict[str, Any], code: Code, field: str) -> None:
    """The same errors in a batch name the position of the question."""
    refused = problem(post(client, BATCH, {"questions": ["fine", body]}), code)
    expected = "questions[1]" if field == "body" else f"questions[1].{field}"
    assert expected in [error["field"] for error in refused["errors"]]


@pytest.mark.parametrize(("body", "code", "field"), BATCHES, ids=lambda value: repr(value)[:50])
def test_batches_out_of_bounds(client: FlaskClient, body: dict[str, Any], code: Code, field: str) -> None:
    """A bad batch is rejected as a whole."""
    refused = problem(post(client, BATCH, body), code)
    assert field in [error["field"] for error in refused["errors"]]


@pytest.mark.parametrize(("url", "code", "field"), URLS, ids=lambda value: str(value)[:50])
def test_urls(client: FlaskClient, url: str, code: Code, field: str | None) -> None:
    """Each bad URL has its code."""
    refused = problem(client.get(url), code)
    assert field is None or field in [error["field"] for error in refused["errors"]]


@pytest.mark.parametrize("url", [ASK, BATCH])
@pytest.mark.parametrize("sent", KINDS, ids=repr)
def test_bodies_of_the_wrong_kind(client: FlaskClient, url: str, sent: dict[str, Any]) -> None:
    """A form, a text or a compressed body is 415, and the detail names the remedy."""
    refused = problem(client.post(url, **sent), Code.UNSUPPORTED_MEDIA_TYPE)
    assert "application/json" in refused["detail"]


@pytest.mark.parametrize(("method", "url"), WRONG_METHODS)
def test_wrong_methods(client: FlaskClient, method: str, url: str) -> None:
    """A method that a route does not allow is 405, and Allow names those that it does."""
    response = client.open(url, method=method)
    problem(response, Code.METHOD_NOT_ALLOWED)
    assert "GET" in response.headers["Allow"] or "POST" in response.headers["Allow"]


@pytest.mark.parametrize("depth", [50, 500, 900, 950, 980, 990, 1000, 5000])
@pytest.mark.parametrize("field", ["history", "question", "top_k", "colour"])
def test_deep_nesting_is_never_an_internal_error(client: FlaskClient, field: str, depth: int) -> None:
    """At any depth, and wherever Python's own limit is, it is a problem of the caller."""
    nested = "[" * depth + "]" * depth
    body = f'{{"question": "a", "{field}": {nested}}}'
    if field == "question":
        body = f'{{"question": {nested}}}'
    refused = client.post(ASK, data=body, content_type="application/json")
    assert refused.status_code in (400, 422), refused.text


def test_a_query_on_a_post_is_rejected(client: FlaskClient) -> None:
    """Options in the URL of a POST would be ignored silently, so they are rejected."""
    refused = problem(client.post(f"{ASK}?top_k=3", json={"question": "a"}), Code.UNKNOWN_FIELD)
    assert refused["errors"][0]["field"] == "top_k"


def test_twenty_of_a_thousand_errors_are_listed(client: FlaskClient) -> None:
    """A body that is wrong everywhere does not cause a response of its own size."""
    refused = problem(client.post(ASK, json={f"f{i}": i for i in range(5000)}), Code.MISSING_FIELD)
    assert len(refused["errors"]) == 20


def test_detail_names_value_and_bound(client: FlaskClient) -> None:
    """The sentence says what was sent and what is allowed."""
    refused = problem(client.post(ASK, json={"question": "a", "top_k": 10**9}), Code.OUT_OF_BOUNDS)
    assert refused["detail"] == "top_k should be less than or equal to 50, not 1000000000."


@pytest.mark.parametrize(
    ("url", "body", "detail"),
    [
        (BATCH, {"questions": ["a"] * 257}, "questions should have at most 256 items, not 257."),
        (BATCH, {"questions": []}, "questions should have at least 1 item, not 0."),
        (ASK, {"question": "x" * 1001}, "question should have at most 1000 characters, not 1,001."),
        (ASK, {"question": " "}, "question should have at least 1 character, not ''."),
        (ASK, {"question": "a", "history": [{"question": "b"}] * 21}, "history should have at most 20 items, not 21."),
        (ASK, {"question": "a", "explain": 1}, "explain should be a valid boolean, not 1."),
        (
            ASK,
            {"question": "a", "x": 1},
            "x is not known; the fields are question, history, top_k, mode, filter, explain, literal, timeout_ms, "
            "collection, plain.",
        ),
    ],
)
def test_a_detail_is_one_sentence_that_says_each_thing_once(
    client: FlaskClient, url: str, body: dict[str, Any], detail: str
) -> None:
    """The field, the bound and the value."""
    assert client.post(url, json=body).get_json()["detail"] == detail


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(st.none() | st.floats() | st.text(), st.lists).map(lambda value: json.dumps(value).encode())
)
def test_any_bytes_decode_or_are_rejected(body: bytes) -> None:
    """Any bytes give a value or a ProblemError, never another exception."""
    try:
        decode_json(body)
    except ProblemError as refused:
        assert refused.code is Code.MALFORMED_JSON
