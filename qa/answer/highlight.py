"""Splitting a text at its marks: the templates escape and wrap it piece by piece."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.types import Span


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of text that is marked or not."""

    text: str
    marked: bool


def split_at_marks(text: str, spans: Iterable[Span], offset: int = 0) -> list[TextPiece]:
    """Split the text into pieces, none empty; joined they are the text again.

    ``offset`` is where the text begins in the document to which the spans refer. Spans may
    come in any order, overlap, touch (they then become one) or reach beyond the text.
    """
    found = []
    done = 0
    for start, end in _merge_spans(spans, offset, len(text)):
        found += [TextPiece(text[done:start], False), TextPiece(text[start:end], True)]
        done = end
    found.append(TextPiece(text[done:], False))
    return [piece for piece in found if piece.text]


def _merge_spans(spans: Iterable[Span], offset: int, length: int) -> list[tuple[int, int]]:
    """Return the spans inside ``[0, length)``, in order, those that overlap or touch as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((max(span.start - offset, 0), min(span.end - offset, length)) for span in spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            previous = merged.pop()
            start, end = previous[0], max(previous[1], end)
        merged.append((start, end))
    return merged
