"""Evidence is marked without losing or adding a character."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.answer.highlight import TextPiece, split_at_marks

spans = st.lists(st.builds(Span, st.integers(-5, 60), st.integers(-5, 60)), max_size=6)


@given(st.text(max_size=40), spans, st.integers(0, 10))
def test_pieces_are_the_text_and_mark_what_the_spans_cover(text: str, spans: list[Span], offset: int) -> None:
    """Joined they are the text; a character is marked if and only if a span covers it."""
    found = split_at_marks(text, spans, offset)
    assert "".join(piece.text for piece in found) == text
    covered = [any(s.start <= i + offset < s.end for s in spans) for i in range(len(text))]
    assert [piece.marked for piece in found for _ in piece.text] == covered


@given(st.text(max_size=40), spans)
def test_pieces_alternate(text: str, spans: list[Span]) -> None:
    """No piece is empty and no two neighbours are alike, so spans that touch are one mark."""
    found = split_at_marks(text, spans)
    assert all(piece.text for piece in found)
    assert all(a.marked != b.marked for a, b in pairwise(found))


def test_spans_that_touch_are_one_mark() -> None:
    """Two evidence sentences in a row read as one."""
    assert split_at_marks("abcd", [Span(2, 3), Span(1, 2)]) == [
        TextPiece("a", False),
        TextPiece("bc", True),
        TextPiece("d", False),
    ]
