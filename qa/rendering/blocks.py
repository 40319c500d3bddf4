"""A block of Markdown and all that is in it, from the tokens of markdown-it to nodes."""

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.utils import EnvType

from qa.rendering.alignment import (
    AlignmentError,
    Content,
    SourceLines,
    align_cells,
    align_heading,
    align_lines,
)
from qa.rendering.inline import MAX_INLINE_CHARS, render_inline
from qa.rendering.raw_html import render_html
from qa.rendering.source_map import Element, Node, Void

if TYPE_CHECKING:
    from markdown_it.token import Token

# Blocks of code, and how many lines of theirs are before the first line of the code.
CODE = {"fence": 1, "code_block": 0}
TAGS = {
    "blockquote_open": "blockquote",
    "bullet_list_open": "ul",
    "ordered_list_open": "ol",
    "list_item_open": "li",
    **{f"{tag}_open": tag for tag in ("table", "thead", "tbody", "tr", "th", "td")},
}


def build_block(
    tokens: "Sequence[Token]", lines: SourceLines, parser: MarkdownIt, definitions: EnvType
) -> tuple[Node, ...]:
    """Return the nodes of one block. Raise AlignmentError if a part of it is not where it should be."""
    return _BlockBuilder(lines, parser, definitions).build(tokens)


class _BlockBuilder:
    """Keeps the elements that are open while it goes through the tokens."""

    def __init__(self, lines: SourceLines, parser: MarkdownIt, definitions: EnvType) -> None:
        self._lines, self._parser, self._definitions = lines, parser, definitions
        # The children of the open elements, from the outside in.
        self._levels: list[list[Node]] = [[]]
        self._opened: list[Token] = []
        # The cells of the row that is open, which are aligned together.
        self._cells: list[Content] = []

    def build(self, tokens: "Sequence[Token]") -> tuple[Node, ...]:
        for i, token in enumerate(tokens):
            if token.type == "tr_open":
                self._cells = self._align_row(tokens[i:])
            if token.nesting > 0:
                self._opened.append(token)
                self._levels.append([])
            elif token.nesting < 0:
                children = tuple(self._levels.pop())
                self._levels[-1].append(_make_element(self._opened.pop(), children))
            else:
                self._levels[-1] += self._render(token)
        return tuple(self._levels[0])

    def _align_row(self, tokens: "Sequence[Token]") -> list[Content]:
        row = takewhile(lambda token: token.type != "tr_close", tokens)
        cells = [token.content for token in row if token.type == "inline"]
        return align_cells(cells, self._lines, _get_line(tokens[0]), nested=tokens[0].level > 2)[::-1]

    def _render(self, token: "Token") -> Sequence[Node]:
        line = _get_line(token)
        if token.type == "inline":
            return render_inline(self._parser, self._align_inline(token, line), self._definitions)
        if token.type in CODE:
            content = align_lines(token.content, self._lines, line + CODE[token.type])
            return (Element("pre", tuple(content.make_texts(0, len(content.text)))),)
        if token.type == "html_block" and len(token.content) <= MAX_INLINE_CHARS:
            return tuple(render_html(align_lines(token.content, self._lines, line)))
        if token.type == "hr":
            return (Void("hr", self._lines.get_span(line, line + 1).start),)
        raise AlignmentError

    def _align_inline(self, token: "Token", line: int) -> Content:
        opening = self._opened[-1]
        if opening.type in {"th_open", "td_open"}:
            return self._cells.pop()
        # Other headings than "## …" have their marks in the line below.
        if opening.type == "heading_open" and opening.markup.startswith("#"):
            return align_heading(token.content, opening.markup, self._lines, line)
        return align_lines(token.content, self._lines, line)


def _get_line(token: "Token") -> int:
    if token.map is None:
        raise AlignmentError
    return token.map[0]


def _make_element(opening: "Token", children: tuple[Node, ...]) -> Element:
    if opening.type == "heading_open":
        return Element("h", children, level=int(opening.tag.removeprefix("h")))
    if opening.type == "paragraph_open":
        return Element("line" if opening.hidden else "p", children)
    number = int(opening.info) if opening.type == "list_item_open" and opening.info.isdecimal() else None
    return Element(TAGS[opening.type], children, number=number)
