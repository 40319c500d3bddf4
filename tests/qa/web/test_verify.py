"""Citation check: whether a quotation is still in its document."""

import json

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.collection.catalog import DocumentContent, DocumentInfo
from qa.collection.citations import CitationStatus, check_citation
from qa.web.errors.problems import Code
from tests.qa.web.helpers import DOCUMENT, SENTENCE, TEXT
from tests.qa.web.shape import problem

QUOTE = TEXT[SENTENCE.start : SENTENCE.end]


def asked(client: FlaskClient, **change: object) -> dict[str, object]:
    body = {"document": DOCUMENT, "sha256": "ab" * 32, "start": SENTENCE.start, "end": SENTENCE.end, "text": QUOTE}
    reply = client.post("/v1/verify", json=body | change)
    assert reply.status_code == 200, reply.text
    found: dict[str, object] = reply.get_json()
    return found


def test_words_at_their_place_are_valid(client: FlaskClient) -> None:
    """In its place, to the letter."""
    assert asked(client) == {
        "status": "valid", "document": DOCUMENT, "sha256": "ab" * 32,
        "start": SENTENCE.start, "end": SENTENCE.end, "text": QUOTE, "document_changed": False,
    }  # fmt: skip


def test_words_of_another_version_are_not_valid(client: FlaskClient) -> None:
    """The same words at the same place: the citation has to be updated, and the hash to cite is returned."""
    found = asked(client, sha256="cd" * 32)
    assert (found["status"], found["sha256"], found["document_changed"]) == ("moved", "ab" * 32, True)
    assert (found["start"], found["end"], found["text"]) == (SENTENCE.start, SENTENCE.end, QUOTE)


def test_without_a_hash_any_version_is_valid(client: FlaskClient) -> None:
    """Nothing is said of a change."""
    for sha256 in ({}, {"sha256": None}):
        body = {"document": DOCUMENT, "start": SENTENCE.start, "end": SENTENCE.end, "text": QUOTE} | sha256
        found = client.post("/v1/verify", json=body).get_json()
        assert (found["status"], found["document_changed"]) == ("valid", None)


@pytest.mark.parametrize("text", [QUOTE, QUOTE.upper(), QUOTE.replace(" ", "\n")])
def test_words_elsewhere_or_written_otherwise_have_moved(client: FlaskClient, text: str) -> None:
    """The new place is given, with the words as they read there."""
    found = asked(client, start=0, end=len(text), text=text)
    assert (found["status"], found["start"], found["end"], found["text"]) == ("moved", *(22, 63), QUOTE)


def test_missing_words_are_gone(client: FlaskClient) -> None:
    """Other words, and any words of a document that is not indexed."""
    assert asked(client, text="Quite other words")["status"] == "gone"
    changed = asked(client, text="Quite other words", sha256="cd" * 32)
    assert (changed["status"], changed["sha256"], changed["document_changed"]) == ("gone", "ab" * 32, True)
    gone = asked(client, document="deleted.txt")
    assert (gone["status"], gone["sha256"], gone["start"], gone["document_changed"]) == ("gone", None, None, None)


@pytest.mark.parametrize("change", [{"text": ""}, {"start": -1}, {"sha256": "ab"}, {"start": "5"}, {"document": ""}])
def test_an_invalid_body_is_rejected(client: FlaskClient, change: dict[str, object]) -> None:
    """Out of bounds or of the wrong type."""
    body = {"document": DOCUMENT, "sha256": "ab" * 32, "start": 0, "end": 5, "text": "Plans"} | change
    assert client.post("/v1/verify", json=body).status_code == 422
    problem(client.post("/v1/verify", json={"text": "a"}), Code.MISSING_FIELD)


@given(st.text(min_size=1, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_words_that_are_there_are_found_and_slice_exactly(quote: str, before: str, after: str) -> None:
    """Whatever is around them."""
    text = before + quote + after
    document = DocumentContent(DocumentInfo("d", "", "ab" * 32, len(text), 0, {}), text, ())
    found = check_citation(quote, Span(0, len(quote)), document)
    assert found.status in {CitationStatus.VALID, CitationStatus.MOVED}
    assert found.span is not None
    assert text[found.span.start : found.span.end] == found.text == quote


@pytest.mark.parametrize("field", ["document", "text"])
def test_a_quotation_without_unicode_is_refused(client: FlaskClient, field: str) -> None:
    """A lone surrogate can be in no document, and in none of our responses."""
    body = {"document": DOCUMENT, "start": 0, "end": 1, "text": "a"} | {field: "\ud800"}
    refused = client.post("/v1/verify", data=json.dumps(body), content_type="application/json")
    assert [error["field"] for error in problem(refused, Code.INVALID_TEXT)["errors"]] == [field]
