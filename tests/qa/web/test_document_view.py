"""A document cut for its page."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from index.types import PassageKind, Span
from qa.collection.catalog import DocumentContent, DocumentInfo, PassageSpan
from qa.web.pages.document_view import DocumentView, build_document_view

TEXT = "One. Two. Three. Four. Five."


def document(*passages: tuple[int, int], text: str = TEXT) -> DocumentContent:
    spans = tuple(PassageSpan(f"d#{start}-{end}", start, end, None, PassageKind.BODY, None) for start, end in passages)
    return DocumentContent(DocumentInfo("d", "", "ab" * 32, len(text), len(spans), {}), text, spans)


def marked(found: DocumentView) -> list[str]:
    """The words of each mark, joined over the passages that it crosses."""
    pieces = [piece for segment in found.segments for piece in segment.runs]
    return ["".join(piece.text for piece in pieces if piece.mark == mark) for mark in found.marks]


def test_marks_and_passages_are_where_they_should_be() -> None:
    """A mark may cross the border of two passages and has its anchor once."""
    found = build_document_view(document((0, 9), (10, 22)), [Span(5, 16)], "")
    assert marked(found) == ["Two. Three."]
    assert [segment.anchor for segment in found.segments] == ["p0-9", None, "p10-22", None]
    anchors = [piece.anchor for segment in found.segments for piece in segment.runs if piece.anchor]
    assert anchors == ["5-16"]


def test_of_marks_that_overlap_the_first_stays() -> None:
    """Touching ones both stay; those outside of the text are left out."""
    found = build_document_view(document(), [Span(5, 9), Span(7, 16), Span(9, 10), Span(20, 99)], "")
    assert found.marks == ("5-9", "9-10")


SPANS = st.tuples(st.integers(0, 40), st.integers(1, 10)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


@given(st.text(max_size=45), st.lists(SPANS, max_size=6), st.lists(st.integers(1, 9), max_size=6))
def test_nothing_of_the_text_is_lost(text: str, places: list[Span], sizes: list[int]) -> None:
    """The pieces joined are the text, and each mark is the very slice that was asked for."""
    edges = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
    passages = [(a, b) for a, b in pairwise(edges) if b <= len(text)]
    found = build_document_view(document(*passages, text=text), places, "")
    assert "".join(piece.text for segment in found.segments for piece in segment.runs) == text
    assert marked(found) == [text[slice(*map(int, mark.split("-")))] for mark in found.marks]
