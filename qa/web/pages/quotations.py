"""Passages and quotations as HTML, of documents whose format has a structure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.types import Span
from qa.rendering.html import Anchors, write_html
from qa.rendering.plain_text import write_text
from qa.rendering.renderer import Renderer
from qa.rendering.source_map import BLOCKS, Element, unwrap_words
from qa.types import AnswerText, Quote

# Of headings of level 1: they are below the heading of the answer or of the other sources, and of the page.
PASSAGE_LEVEL, DOCUMENT_LEVEL = 4, 2

# More than a wide line holds, which the style sheet cuts.
SNIPPET_CHARS = 160


@dataclass(frozen=True, slots=True)
class QuotationView:
    """A quotation as text without markup, and as HTML. ``block``: whether it has more than the text of one line."""

    text: str
    html: str
    block: bool


@dataclass(frozen=True, slots=True)
class HeadlineView:
    """The parts of a headline, one unless it is a list, and its sentence with the parts marked."""

    parts: tuple[QuotationView, ...]
    sentence: QuotationView

    @property
    def text(self) -> str:
        """The headline as text, the parts of a list as the answer joins them."""
        return ", ".join(part.text for part in self.parts)


def build_headline_view(renderer: Renderer, headline: AnswerText) -> HeadlineView | None:
    """Build the view of a headline, or None if its text is shown as it is."""
    spans = [Span(part.start, part.end) for part in headline.spans]
    parts = [_build_quotation(renderer, headline.document, part, ()) for part in headline.spans]
    sentence = _build_quotation(renderer, headline.document, headline.sentence, spans)
    shown = tuple(part for part in parts if part)
    return HeadlineView(shown, sentence) if sentence and len(shown) == len(parts) else None


def _build_quotation(renderer: Renderer, document: str, quote: Quote, marks: Sequence[Span]) -> QuotationView | None:
    span = Span(quote.start, quote.end)
    nodes = renderer.render(document, span, [span, *marks])
    if nodes is None:
        return None
    inner = unwrap_words(nodes)
    block = any(isinstance(node, Element) and node.tag in BLOCKS for node in inner)
    html = write_html(inner, mark_spans(marks), PASSAGE_LEVEL)
    return QuotationView(write_text(inner), html, block)


def render_passage(renderer: Renderer, document: str, span: Span, marks: Sequence[Span]) -> str | None:
    """Return a passage as HTML with its evidence marked, or None if its text is shown as it is."""
    nodes = renderer.render(document, span, marks)
    if nodes is None:
        return None
    return write_html(nodes, mark_spans(marks), PASSAGE_LEVEL)


def write_snippet(renderer: Renderer, document: str, span: Span, text: str) -> str:
    """Return the beginning of a span in one line of plain text; ``text`` is how the document has it."""
    nodes = renderer.render(document, span, [span])
    plain = text if nodes is None else write_text(unwrap_words(nodes))
    return " ".join(plain[: 2 * SNIPPET_CHARS].split())[:SNIPPET_CHARS]


def mark_spans(spans: Iterable[Span]) -> Anchors:
    """Return spans as marks without anchors, those that overlap or touch as one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return Anchors([(None, span) for span in merged])
