"""Markdown as a tree of nodes, of a whole document or of any part of it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.utils import EnvType

from index.parsers.front_matter import FRONT_MATTER, parse_front_matter
from index.types import Span
from qa.rendering.alignment import AlignmentError, SourceLines
from qa.rendering.blocks import build_block
from qa.rendering.inline import create_parser
from qa.rendering.source_map import Element, Node, Text, cut_nodes, get_visible_text, show_source

if TYPE_CHECKING:
    from markdown_it.token import Token

# A line break of another system would move what follows it; texts that were loaded have none.
SAME_LENGTH = str.maketrans({"\r": " ", "\0": "\N{REPLACEMENT CHARACTER}"})
# "[label]: address", of which only the two are needed here.
DEFINITION = re.compile(r"^ {0,3}\[((?:[^\[\]\\\n]|\\.){1,999})\]:[ \t]*\n?[ \t]*<?([^\s<>]+)", re.MULTILINE)
# A block outside of all others, or what is between two of them, which has no tokens: definitions of links.
Block = tuple[Span, "Sequence[Token]"]


class MarkdownText:
    """A text in Markdown, a document or the part of it from one heading to another, of which any part can be rendered.

    A part may begin and end anywhere, in the middle of a table or of a block of code: the blocks are those of the text.
    """

    def __init__(self, text: str, offset: int = 0, definitions: Mapping[str, object] | None = None) -> None:
        """Parse the blocks of a text that begins at ``offset`` of its document.

        ``definitions`` are those of links elsewhere in the document, as ``find_definitions`` returns them.
        """
        self._text, self._offset = text, offset
        source = text.translate(SAME_LENGTH)
        self._front = 0 if offset else parse_front_matter(source)[1]
        self._lines = SourceLines(source[self._front :], offset + self._front)
        self._definitions: EnvType = {"references": dict(definitions or {})}
        self._blocks = list(self._list_blocks(_get_parser().parse(source[self._front :], self._definitions)))

    def render(self, part: Span, marks: Sequence[Span] = ()) -> tuple[Node, ...]:
        """Return the nodes of a part of the document, with offsets in the document.

        A block that cannot be aligned with its source is shown as it was written, as is one that is marked only where
        nothing is visible, for example in the address of a link.
        """
        nodes: list[Node] = []
        for span, tokens in self._blocks:
            if span.overlaps(part):
                nodes += self._render_block(tokens, span, _intersect(span, part), marks)
        # What only defines links, or is a comment, is shown as it was written rather than not at all.
        return tuple(nodes) if get_visible_text(nodes).strip() or not self._read(part) else (self._show_source(part),)

    def _render_block(
        self, tokens: "Sequence[Token]", span: Span, part: Span, marks: Sequence[Span]
    ) -> tuple[Node, ...]:
        try:
            whole = self._build(tokens, span)
        except AlignmentError:
            return (self._show_source(part),)
        nodes = cut_nodes(whole, part)
        inside = [_intersect(mark, part) for mark in marks if mark.overlaps(part)]
        hidden = any(self._read(mark).strip() for mark in inside)
        visible = any(get_visible_text(nodes, mark).strip() for mark in inside)
        return (self._show_source(part),) if hidden and not visible else nodes

    def _build(self, tokens: "Sequence[Token]", span: Span) -> tuple[Node, ...]:
        if tokens:
            return build_block(tokens, self._lines, _get_parser(), self._definitions)
        # Front matter is the only text before the first line; it is shown without the lines around it.
        front = FRONT_MATTER.match(self._text) if span.end <= self._front else None
        return (Element("pre", (Text(front[1], *front.span(1)),)),) if front else ()

    def _show_source(self, part: Span) -> Element:
        return show_source(self._read(part), max(part.start, self._offset))

    def _read(self, span: Span) -> str:
        return self._text[max(span.start - self._offset, 0) : max(span.end - self._offset, 0)]

    def _list_blocks(self, tokens: "Sequence[Token]") -> Iterator[Block]:
        """Yield the blocks outside of all others and what is between them, in order; together they are the text."""
        groups = list(_group_tokens(tokens))
        spans = [self._lines.get_span(*(group[0].map or (0, 0))) for group in groups]
        done = self._offset
        if self._front:
            yield Span(done, self._front), ()
            done = self._front
        for span, group in zip(spans, groups, strict=True):
            if done < span.start:
                yield Span(done, span.start), ()
            yield Span(max(span.start, done), span.end), group
            done = max(span.end, done)
        if done < self._offset + len(self._text):
            yield Span(done, self._offset + len(self._text)), ()


def find_definitions(text: str) -> dict[str, object]:
    """Return the definitions of links of a whole document, by their normalized labels."""
    found: dict[str, object] = {}
    for label, address in DEFINITION.findall(text):
        # The first one counts.
        found.setdefault(normalizeReference(label), {"href": address, "title": ""})
    return found


@cache
def _get_parser() -> MarkdownIt:
    return create_parser()


def _group_tokens(tokens: "Sequence[Token]") -> Iterator["Sequence[Token]"]:
    """Yield the tokens of each block that is in no other one."""
    starts = [i for i, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
    for start, end in pairwise([*starts, len(tokens)]):
        yield tokens[start:end]


def _intersect(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))
