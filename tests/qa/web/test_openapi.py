"""The OpenAPI document is valid and true to behaviour."""

import re
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis.checks import CHECKS

import qa.web.pages as pages
from qa.web import create_app
from qa.web.documents.uploads import EXTENSIONS as MEDIA_TYPES
from qa.web.service import AppOptions
from tests.qa.web.helpers import HandMade, is_short_when_trimmed

FOLDER = Path(mkdtemp())
OPTIONS = AppOptions(feedback=FOLDER / "feedback.sqlite", admin_key="KEY", index=FOLDER)
STATIC = Path(pages.__file__).parent / "static"
# The server says with 503 that it is too busy, or that the deadline of the request has passed.
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]}}}
)
APP = create_app(HandMade(), OPTIONS)
# What is compressed is not decompressed by a client without a network.
PLAIN = {"Accept-Encoding": "identity"}
# The id of a document may end like the path of another route, as "a/original" does, whose methods it then has, too.
OVERLAPPING = ("allow_header_conformance", "unsupported_method")
SCHEMA = schemathesis.openapi.from_wsgi("/openapi.json", APP, config=CONFIG)


@schemathesis.serializer(*MEDIA_TYPES, "application/x-ndjson", "*/*")
def serialize_text(_: object, value: Any) -> bytes:  # noqa: ANN401  (what the schema describes)
    """Send a text as it is."""
    return str(value).encode()


def test_it_is_valid(client: FlaskClient) -> None:
    """The document passes the validator of its standard."""
    validate(client.get("/openapi.json").get_json())


def test_it_holds_every_route_and_no_other(app: Flask, client: FlaskClient) -> None:
    """Flask's own table and the document name the same methods of the same paths, but for what describes itself."""
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    paths = client.get("/openapi.json").get_json()["paths"]
    assert {(path, method) for path, item in paths.items() for method in item} == served - {("/mcp", "post")}


@pytest.mark.parametrize("name", [path.name for path in STATIC.iterdir()])
def test_every_static_file_has_a_media_type_of_the_document(client: FlaskClient, name: str) -> None:
    """The style sheet and the scripts."""
    described = client.get("/openapi.json").get_json()["paths"]["/static/{name}"]["get"]["responses"]["200"]["content"]
    with client.get(f"/static/{name}") as response:
        assert response.mimetype in described


@SCHEMA.parametrize()
@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_is_true_to_behaviour(case: schemathesis.Case) -> None:
    """Whatever is sent, good or bad, the document describes the response, and none is a 5xx but for 503."""
    # An id may fit its schema without being indexed, so good data is not always accepted.
    names = ["positive_data_acceptance", *OVERLAPPING]
    if is_short_when_trimmed([case.body, case.query]):
        names.append("negative_data_rejection")
    case.call_and_validate(excluded_checks=[CHECKS.get_one(name) for name in names], headers=PLAIN)


@SCHEMA.include(path_regex="^/v1/(documents|jobs)").parametrize()
@settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_is_true_with_a_key(case: schemathesis.Case) -> None:
    """The same for the routes that write, whose bodies are read only with a key."""
    # A body that is no string becomes a text on its way, and a text is a document.
    names = ("positive_data_acceptance", "negative_data_rejection", "ignored_auth", *OVERLAPPING)
    excluded = [CHECKS.get_one(name) for name in names]
    case.call_and_validate(excluded_checks=excluded, headers={"Authorization": "Bearer KEY", **PLAIN})


@pytest.mark.parametrize("number", ["43.0", "4.3e1", "43"])
def test_a_whole_number_is_an_integer(client: FlaskClient, number: str) -> None:
    """In JSON Schema 43.0 is one, so the document allows it, and it is accepted in a body and in a URL."""
    body = f'{{"question": "cats", "top_k": {number}}}'
    assert client.post("/v1/ask", data=body, content_type="application/json").status_code == 200
    if "e" not in number:
        assert client.get(f"/v1/ask?q=cats&top_k={number}").status_code == 200


@pytest.mark.parametrize("question", ["a\0b", "\0", " ", "\x1c\x85", "\u3000", ""])
def test_the_document_allows_no_text_that_is_refused(client: FlaskClient, question: str) -> None:
    """A NUL, or nothing but white space, is refused by the schema as by the server."""
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
    assert not Draft202012Validator(schemas["AskBody"]["properties"]["question"]).is_valid(question)
    assert not Draft202012Validator(schemas["VerifyBody"]["properties"]["text"]).is_valid("a\0b")
    assert client.post("/v1/ask", json={"question": question}).status_code == 422


@given(st.text(max_size=20))
def test_the_document_refuses_no_text_that_is_accepted(text: str) -> None:
    """Whatever has a character beside white space, and no NUL."""
    question = SCHEMA.raw_schema["components"]["schemas"]["AskBody"]["properties"]["question"]
    assert Draft202012Validator(question).is_valid(text) == (bool(text.strip()) and "\0" not in text)
