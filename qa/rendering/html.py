"""Nodes as HTML that is safe by construction.

Nothing of a document is ever passed on as HTML: every tag and attribute is written here, every character of the text is
escaped, and an address is in a link only if it is one of the web or of mail (``inline.LINK_SCHEMES``). So there is
nothing for an allow-list library to remove; the tests parse what is written and compare it with such a list.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from index.types import Span
from qa.rendering.source_map import Element, Node, Text, Void

# The tags that are written as they are; what is missing has a form of its own below.
PLAIN = frozenset("p ul ol blockquote thead tbody tr th td em strong s code".split())
FORMS = {
    "pre": ('<pre tabindex="0"><code>', "</code></pre>"),
    "table": ('<div class="wide"><table>', "</table></div>"),
    "image": ('<span class="image">', "</span>"),
    "lines": ('<p class="lines">', "</p>"),
    "source": ('<p class="source">', "</p>"),
    "line": ("", ""),
}
VOIDS = {"br": "<br>", "hr": "<hr>", "gap": " "}
MAX_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Anchors:
    """What is to be found in the text: spans with their anchors, in order and without overlaps.

    ``marks`` are marked, each with its anchor, if it has one, at its first character. The ``segments`` are passages,
    whose anchors are where their text begins.
    """

    marks: Sequence[tuple[str | None, Span]] = ()
    segments: Sequence[tuple[str | None, Span]] = ()


def write_html(nodes: Sequence[Node], anchors: Anchors, top_level: int) -> str:
    """Return the nodes as HTML; headings of level 1 become those of ``top_level``, and none skips a level."""
    return "".join(_HtmlWriter(anchors, top_level).write(nodes))


class _HtmlWriter:
    """Writes nodes and remembers which anchors are written."""

    def __init__(self, anchors: Anchors, top_level: int) -> None:
        self._top_level, self._level = top_level, top_level - 1
        self._marks, self._segments = anchors.marks, anchors.segments
        self._mark_starts, self._segment_starts = (
            [span.start for _, span in spans] for spans in (self._marks, self._segments)
        )
        self._edges = sorted({edge for _, span in (*self._marks, *self._segments) for edge in (span.start, span.end)})
        self._written: set[str] = set()

    def write(self, nodes: Sequence[Node]) -> Iterator[str]:
        """Yield the pieces of the HTML."""
        for node in nodes:
            if isinstance(node, Text):
                yield from map(self._write_run, self._cut(node))
            elif isinstance(node, Void):
                yield VOIDS[node.tag]
            else:
                opening, closing = self._frame(node)
                yield opening
                yield from self.write(node.children)
                yield closing

    def _frame(self, element: Element) -> tuple[str, str]:
        """Return what is written before and after the children."""
        tag = element.tag
        if tag == "h":
            self._level = min(self._top_level + element.level - 1, self._level + 1, MAX_LEVEL)
            tag = f"h{self._level}"
            return f'<{tag} dir="auto">', f"</{tag}>"
        if tag == "a":
            return self._frame_link(element.href)
        if tag == "li":
            # Each item has its number, because a part of a list may begin anywhere.
            return "<li>" if element.number is None else f'<li value="{element.number}">', "</li>"
        return FORMS[tag] if tag not in PLAIN else (f"<{tag}>", f"</{tag}>")

    def _frame_link(self, href: str) -> tuple[str, str]:
        if not href:
            return "", ""
        return f'<a href="{escape(href)}" rel="noopener noreferrer nofollow">', "</a>"

    def _cut(self, text: Text) -> Iterator[Text]:
        """Yield a text, cut wherever a mark or a segment begins or ends."""
        first, last = bisect_right(self._edges, text.start), bisect_right(self._edges, text.end - 1)
        edges = [text.start, *self._edges[first:last], text.end]
        if not text.verbatim or len(edges) == 2:
            yield text
            return
        for start, end in pairwise(edges):
            yield Text(text.text[start - text.start : end - text.start], start, end)

    def _write_run(self, text: Text) -> str:
        shown = escape(text.text)
        if mark := _find_span(self._marks, self._mark_starts, text):
            anchor = self._write_anchor(mark[0], 'tabindex="-1"')
            shown = f"<mark{anchor}>{shown}</mark>"
        segment = _find_span(self._segments, self._segment_starts, text)
        anchor = self._write_anchor(segment[0], 'class="segment"') if segment else ""
        return f"<span{anchor}>{shown}</span>" if anchor else shown

    def _write_anchor(self, anchor: str | None, attributes: str) -> str:
        """Return the attributes of the first run of a span, which has its anchor."""
        if not anchor or anchor in self._written:
            return ""
        self._written.add(anchor)
        return f' id="{escape(anchor)}" {attributes}'


def _find_span(
    spans: Sequence[tuple[str | None, Span]], starts: Sequence[int], text: Text
) -> tuple[str | None, Span] | None:
    """Return the last span that has a character of the text, which no edge divides."""
    after = bisect_right(starts, text.end - 1)
    return spans[after - 1] if after and spans[after - 1][1].end > text.start else None
