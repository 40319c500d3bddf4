"""Whether a quotation still stands."""

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


def test_what_stands_is_valid(client: FlaskClient) -> None:
    """In its place, to the letter."""
    assert asked(client) == {
        "status": "valid", "document": DOCUMENT, "sha256": "ab" * 32,
        "start": SENTENCE.start, "end": SENTENCE.end, "text": QUOTE,
    }  # fmt: skip


@pytest.mark.parametrize("text", [QUOTE, QUOTE.upper(), QUOTE.replace(" ", "\n")])
def test_what_stands_elsewhere_or_in_other_letters_has_moved(client: FlaskClient, text: str) -> None:
    """The new place is given, with the words as they read there."""
    found = asked(client, start=0, end=len(text), text=text)
    assert (found["status"], found["start"], found["end"], found["text"]) == ("moved", *(22, 63), QUOTE)


def test_what_is_not_there_is_gone(client: FlaskClient) -> None:
    """Other words, and any words of a document that is not indexed."""
    assert asked(client, text="Quite other words")["status"] == "gone"
    gone = asked(client, document="deleted.txt")
    assert (gone["status"], gone["sha256"], gone["start"]) == ("gone", None, None)


@pytest.mark.parametrize("change", [{"text": ""}, {"start": -1}, {"sha256": "ab"}, {"start": "5"}, {"document": ""}])
def test_a_body_that_is_none_is_refused(client: FlaskClient, change: dict[str, object]) -> None:
    """Out of bounds or of the wrong type."""
    body = {"document": DOCUMENT, "sha256": "ab" * 32, "start": 0, "end": 5, "text": "Plans"} | change
    assert client.post("/v1/verify", json=body).status_code == 422
    problem(client.post("/v1/verify", json={"text": "a"}), Code.MISSING_FIELD)


@given(st.text(min_size=1, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_words_that_are_there_are_found_and_slice_exactly(quote: str, before: str, after: str) -> None:
    """Whatever stands around them."""
    text = before + quote + after
    view = DocumentContent(DocumentInfo("d", "", "ab" * 32, len(text), 0, {}), text, ())
    found = check_citation(quote, Span(0, len(quote)), view, "d")
    assert found.status in {CitationStatus.VALID, CitationStatus.MOVED}
    assert found.span is not None
    assert text[found.span.start : found.span.end] == found.text == quote
