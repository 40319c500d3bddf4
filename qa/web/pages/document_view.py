"""A document cut for the page that shows it: where passages begin, what is marked, whether a quotation still stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from index.types import Span
from qa.collection.catalog import DocumentView
from qa.collection.citations import Verified, verify


@dataclass(frozen=True, slots=True)
class Marked:
    """Text with one mark or none. ``anchor`` leads to the mark and stands where it begins."""

    text: str
    mark: str | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """One passage with its anchor, or what lies between two; its pieces joined are its text."""

    anchor: str | None
    pieces: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A document to be read. ``marks`` are the anchors of all that is marked, in the order of the text."""

    view: DocumentView
    stretches: tuple[Stretch, ...]
    marks: tuple[str, ...]
    quoted: str
    verified: Verified | None


def opened(view: DocumentView, places: Sequence[Span], quote: str) -> Opened:
    """A document with stretches marked. What was quoted at the first of them is looked for where it stands now.

    A mark keeps the anchor of the place that was asked for, wherever its words are now, so that old links
    lead there. Places outside of the text are left out; of those that overlap the first counts.
    """
    verified = verify(quote, places[0], view, view.info.id) if quote and places else None
    named = {f"{place.start}-{place.end}": place for place in places}
    if verified:
        named[next(iter(named))] = verified.span or Span(0, 0)
    marks = _apart(named, len(view.text))
    return Opened(view, tuple(_stretches(view, marks)), tuple(marks), quote, verified)


def _apart(named: dict[str, Span], length: int) -> dict[str, Span]:
    """Those that lie within the text and touch none before them, in order."""
    kept: dict[str, Span] = {}
    end = 0
    for name, span in sorted(named.items(), key=lambda pair: (pair[1].start, pair[1].end)):
        if end <= span.start < span.end <= length:
            kept[name] = span
            end = span.end
    return kept


def _stretches(view: DocumentView, marks: dict[str, Span]) -> Iterator[Stretch]:
    """The text cut wherever a passage or a mark begins or ends."""
    passages = {f"p{passage.start}-{passage.end}": Span(passage.start, passage.end) for passage in view.passages}
    edges = {edge for span in (*passages.values(), *marks.values()) for edge in (span.start, span.end)}
    bounds = list(pairwise(sorted(edges | {0, len(view.text)})))
    inside, marked = _Walk(passages), _Walk(marks)
    for passage, some in groupby(bounds, key=lambda bound: inside.at(bound[0])):
        yield Stretch(passage, tuple(_marked(view.text, bound, marked.at(bound[0]), marks) for bound in some))


def _marked(text: str, bound: tuple[int, int], mark: str | None, marks: dict[str, Span]) -> Marked:
    start, end = bound
    return Marked(text[start:end], mark, mark if mark and marks[mark].start == start else None)


class _Walk:
    """Spans that do not overlap, in order, asked for ever later places."""

    def __init__(self, spans: dict[str, Span]) -> None:
        self._left = list(spans.items())[::-1]

    def at(self, place: int) -> str | None:
        """The name of the span that holds the place."""
        while self._left and self._left[-1][1].end <= place:
            self._left.pop()
        return self._left[-1][0] if self._left and self._left[-1][1].start <= place else None
