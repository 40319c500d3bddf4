"""What a catalog says about documents is what their texts say."""

import pytest

from index.types import Span
from qa.collection.catalog import PassageSpan
from qa.engine import Engine


@pytest.fixture
def document(engine: Engine) -> str:
    """The id of a document that has several passages."""
    return engine.catalog.list_documents(0, 1)[0].id


def overlapping(spans: tuple[PassageSpan, ...], part: Span) -> tuple[PassageSpan, ...]:
    return tuple(span for span in spans if span.start < part.end and part.start < span.end)


def test_a_part_is_a_slice_of_the_whole(engine: Engine, document: str) -> None:
    """Its text is the slice, and its passages are those that overlap it, with offsets of the whole text."""
    whole = engine.catalog.get_document(document)
    assert whole is not None
    assert len(whole.passages) > 3
    edges = sorted({0, *(edge for span in whole.passages for edge in (span.start, span.start + 1, span.end))})
    for start in edges:
        for end in (*edges, len(whole.text) + 10):
            part = engine.catalog.get_document(document, Span(start, end))
            assert part is not None
            assert (part.info, part.text) == (whole.info, whole.text[start:end])
            assert part.passages == (overlapping(whole.passages, Span(start, end)) if start < end else ())


def test_the_text_alone(engine: Engine, document: str) -> None:
    """Without passages, for a search in a long text; a document that is not indexed has none."""
    whole, text = engine.catalog.get_document(document), engine.catalog.get_text(document)
    assert whole is not None
    assert text is not None
    assert (text.info, text.text) == (whole.info, whole.text)
    assert engine.catalog.get_text("no.txt") is None
