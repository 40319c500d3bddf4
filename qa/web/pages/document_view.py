"""The document view: a document cut into passages and marked spans, with the citation check of a quotation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from index.types import Heading, PassageKind, Span
from qa.collection.catalog import DocumentContent
from qa.collection.citations import CitationCheck, check_citation
from qa.rendering.html import Anchors, write_html
from qa.rendering.renderer import Renderer
from qa.web.pages.quotations import DOCUMENT_LEVEL

# Of the outline, which is beside the text.
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of text with at most one mark. ``anchor`` is the id of the mark, at its first run only."""

    text: str
    mark: str | None
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A passage with its anchor, or the text between two passages; its runs joined are its text."""

    anchor: str | None
    runs: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class OutlineItem:
    """A heading, how deep it is below the topmost ones, and the anchor of the passage below it."""

    text: str
    depth: int
    anchor: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document to display. ``marks`` are the anchors of all marks, in the order of the text.

    ``html`` is the document as its format shows it, and None if its text is shown as it is. ``places`` are the spans of
    the marks by their anchors.
    """

    document: DocumentContent
    segments: tuple[Segment, ...]
    marks: tuple[str, ...]
    quote: str
    citation: CitationCheck | None
    html: str | None = None
    places: Mapping[str, Span] = field(default_factory=dict)


def build_document_view(
    document: DocumentContent, spans: Sequence[Span], quote: str, renderer: Renderer | None = None
) -> DocumentView:
    """Build the view of a document with ``spans`` marked; ``quote``, once at the first of them, is looked for.

    A mark keeps the anchor of the span that was requested, wherever its words are now, so that old links
    still lead there. Spans outside of the text are left out; of overlapping spans the first is kept. Without a
    ``renderer`` the text is shown as it is.
    """
    check = check_citation(quote, spans[0], document) if quote and spans else None
    by_anchor = {f"{span.start}-{span.end}": span for span in spans}
    if check:
        by_anchor[next(iter(by_anchor))] = check.span or Span(0, 0)
    marks = _drop_overlaps(by_anchor, len(document.text))
    html = _render_text(renderer, document, marks) if renderer else None
    if html is None:
        return DocumentView(document, tuple(_cut_segments(document, marks)), tuple(marks), quote, check, None, marks)
    # A mark of nothing but markup, as the line before code, is nowhere to be seen.
    visible = tuple(anchor for anchor in marks if f'<mark id="{anchor}"' in html)
    return DocumentView(document, (), visible, quote, check, html, {anchor: marks[anchor] for anchor in visible})


def build_outline(document: DocumentContent, headings: Sequence[Heading]) -> tuple[OutlineItem, ...]:
    """Return the headings that the passages of a document are below, in order; none if there is but one.

    Headings that were recognised in flattened text have no level, and are as deep as the topmost.
    """
    names = (heading.words or document.text[heading.start : heading.end].strip() for heading in headings)
    levels = dict(zip(names, (heading.level for heading in headings), strict=True))
    body = [passage for passage in document.passages if passage.kind is PassageKind.BODY and passage.heading]
    firsts = [next(same) for _, same in groupby(body, key=lambda passage: passage.heading)]
    depths = [levels.get(str(one.heading), 1) for one in firsts]
    top = min(depths, default=1)
    items = [
        OutlineItem(str(one.heading), min(depth - top, MAX_DEPTH), f"p{one.start}-{one.end}")
        for one, depth in zip(firsts, depths, strict=True)
    ]
    return tuple(items) if len(items) > 1 else ()


def _render_text(renderer: Renderer, document: DocumentContent, marks: dict[str, Span]) -> str | None:
    """Return the document as its format shows it, or None if it has no structure."""
    nodes = renderer.render(document.info.id, Span(0, len(document.text)), list(marks.values()))
    if nodes is None:
        return None
    anchors = Anchors(tuple(marks.items()), tuple(_name_passages(document).items()))
    return write_html(nodes, anchors, DOCUMENT_LEVEL)


def _name_passages(document: DocumentContent) -> dict[str, Span]:
    """Return the spans of the passages by their anchors."""
    return {f"p{passage.start}-{passage.end}": Span(passage.start, passage.end) for passage in document.passages}


def _drop_overlaps(by_anchor: dict[str, Span], length: int) -> dict[str, Span]:
    """Return the spans that lie within the text and overlap none before them, in order."""
    kept: dict[str, Span] = {}
    end = 0
    for anchor, span in sorted(by_anchor.items(), key=lambda pair: (pair[1].start, pair[1].end)):
        if end <= span.start < span.end <= length:
            kept[anchor] = span
            end = span.end
    return kept


def _cut_segments(document: DocumentContent, marks: dict[str, Span]) -> Iterator[Segment]:
    """Yield the text, cut wherever a passage or a mark begins or ends."""
    passages = _name_passages(document)
    edges = {edge for span in (*passages.values(), *marks.values()) for edge in (span.start, span.end)}
    bounds = list(pairwise(sorted(edges | {0, len(document.text)})))
    passage_at, mark_at = _SpanCursor(passages), _SpanCursor(marks)
    for passage, inside in groupby(bounds, key=lambda bound: passage_at.advance(bound[0])):
        yield Segment(
            passage, tuple(_cut_run(document.text, bound, mark_at.advance(bound[0]), marks) for bound in inside)
        )


def _cut_run(text: str, bound: tuple[int, int], mark: str | None, marks: dict[str, Span]) -> TextRun:
    start, end = bound
    return TextRun(text[start:end], mark, mark if mark and marks[mark].start == start else None)


class _SpanCursor:
    """Looks up the span at each of a series of ascending places, among ordered spans without overlaps."""

    def __init__(self, spans: dict[str, Span]) -> None:
        self._left = list(spans.items())[::-1]

    def advance(self, place: int) -> str | None:
        """Return the name of the span that holds the place."""
        while self._left and self._left[-1][1].end <= place:
            self._left.pop()
        return self._left[-1][0] if self._left and self._left[-1][1].start <= place else None
