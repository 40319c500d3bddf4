"""A text cut where it is marked: what the templates escape and wrap piece by piece."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.types import Span


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is marked or is not."""

    text: str
    marked: bool


def pieces(text: str, spans: Iterable[Span], offset: int = 0) -> list[Piece]:
    """The text in pieces, none empty; joined they are the text again.

    ``offset`` is where the text begins in the document that the spans speak of. Spans may
    come in any order, overlap, touch (they then become one) or reach outside of the text.
    """
    found = []
    done = 0
    for start, end in _merged(spans, offset, len(text)):
        found += [Piece(text[done:start], False), Piece(text[start:end], True)]
        done = end
    found.append(Piece(text[done:], False))
    return [piece for piece in found if piece.text]


def _merged(spans: Iterable[Span], offset: int, length: int) -> Iterator[tuple[int, int]]:
    """The spans inside of ``[0, length)``, in order, those that overlap or touch as one."""
    inside = sorted((max(s.start - offset, 0), min(s.end - offset, length)) for s in spans)
    current: tuple[int, int] | None = None
    for start, end in inside:
        if start >= end:
            continue
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current
