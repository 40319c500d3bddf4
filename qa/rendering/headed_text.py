"""Plain text whose headings are known, as parsers of HTML and of office formats make it."""

import re
from collections.abc import Iterator, Sequence

from index.types import Heading, Span
from qa.rendering.source_map import Element, Node, Text, cut_nodes

# Empty lines divide paragraphs.
PARAGRAPH = re.compile(r"\S(?:.*\S)?(?:\n[^\S\n]*\S.*)*")


def render_headed(text: str, headings: Sequence[Heading], part: Span, offset: int = 0) -> tuple[Node, ...]:
    """Return the nodes of a part of a document: headings, and paragraphs with their lines.

    ``text`` begins at ``offset`` of the document and holds the whole part; all other offsets are in the document.
    """
    nodes: list[Node] = []
    done = part.start
    for heading in headings:
        if done <= heading.start and heading.end <= part.end:
            nodes += _list_paragraphs(text, Span(done, heading.start), offset)
            nodes.append(Element("h", (_make_text(text, Span(heading.start, heading.end), offset),), heading.level))
            done = heading.end
    nodes += _list_paragraphs(text, Span(done, part.end), offset)
    return cut_nodes(nodes, part)


def _list_paragraphs(text: str, span: Span, offset: int) -> Iterator[Element]:
    for match in PARAGRAPH.finditer(text, span.start - offset, span.end - offset):
        yield Element("lines", (_make_text(text, Span(match.start() + offset, match.end() + offset), offset),))


def _make_text(text: str, span: Span, offset: int) -> Text:
    return Text(text[span.start - offset : span.end - offset], span.start, span.end)
