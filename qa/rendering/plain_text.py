"""Nodes as lines of plain text, for a terminal and for a quotation of a few words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.types import Span
from qa.answer.highlight import TextPiece, split_at_marks
from qa.rendering.source_map import BLOCKS, Element, Node, Text

BULLET, QUOTE, RULE, INDENT, GAP = "• ", "│ ", "───", "  ", " · "
# A line break that is no character of the source; a line separator in its text is white space as any other.
BREAK = "\N{LINE SEPARATOR}"
VOIDS = {"br": BREAK, "hr": f"{BREAK}{RULE}{BREAK}", "gap": " "}
RUNS = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line in pieces that are marked or not. ``title`` says whether it is a heading."""

    pieces: tuple[TextPiece, ...]
    title: bool = False

    @property
    def text(self) -> str:
        """The line without its marks."""
        return "".join(piece.text for piece in self.pieces)

    def indent(self, prefix: str) -> "Line":
        """Return the line with something before it."""
        return Line((TextPiece(prefix, False), *self.pieces), self.title)


def write_text(nodes: Sequence[Node]) -> str:
    """Return the nodes as plain text."""
    return "\n".join(line.text for line in write_lines(nodes, ()))


def write_lines(nodes: Sequence[Node], marks: Sequence[Span]) -> list[Line]:
    """Return the nodes as lines: items with bullets or numbers, cells beside each other, code line by line."""
    return [line for line in _LineWriter(marks).write(nodes) if line.pieces]


class _LineWriter:
    """Writes nodes with the same marks."""

    def __init__(self, marks: Sequence[Span]) -> None:
        self._marks = marks

    def write(self, nodes: Sequence[Node]) -> Iterator[Line]:
        """Yield the lines of blocks, and of the text between them."""
        inline: list[Node] = []
        for node in nodes:
            if isinstance(node, Element) and node.tag in BLOCKS:
                yield from self._write_inline(inline)
                inline = []
                yield from self._write_block(node)
            else:
                inline.append(node)
        yield from self._write_inline(inline)

    def _write_block(self, element: Element) -> Iterator[Line]:
        match element.tag:
            case "h":
                yield from (Line(line.pieces, title=True) for line in self._write_inline(element.children))
            case "pre" | "source" | "lines":
                indent = INDENT if element.tag == "pre" else ""
                yield from (line.indent(indent) for line in self._write_verbatim(element.children))
            case "li":
                yield from self._write_item(element)
            case "blockquote":
                yield from (line.indent(QUOTE) for line in self.write(element.children))
            case "tr":
                yield self._write_row(element)
            case _:
                yield from self.write(element.children)

    def _write_item(self, item: Element) -> Iterator[Line]:
        bullet = BULLET if item.number is None else f"{item.number}. "
        for i, line in enumerate(self.write(item.children)):
            yield line.indent(" " * len(bullet) if i else bullet)

    def _write_row(self, row: Element) -> Line:
        """Return the cells of a row that have text, in one line."""
        cells = [list(self.write(cell.children)) for cell in row.children if isinstance(cell, Element)]
        pieces: list[TextPiece] = []
        for cell in filter(None, cells):
            pieces += [TextPiece(GAP, False)] if pieces else []
            pieces += [piece for line in cell for piece in line.pieces]
        return Line(tuple(pieces))

    def _write_inline(self, nodes: Sequence[Node]) -> Iterator[Line]:
        """Yield text with its white space collapsed, in a line or in several if it has line breaks."""
        for line in _split_lines(self._list_pieces(nodes), BREAK):
            pieces = _join_pieces(_collapse_spaces(line))
            if pieces:
                yield Line(pieces)

    def _write_verbatim(self, nodes: Sequence[Node]) -> Iterator[Line]:
        """Yield text line by line, as it is."""
        for line in _split_lines(self._list_pieces(nodes), "\n"):
            if any(piece.text.strip() for piece in line):
                yield Line(_join_pieces(line))

    def _list_pieces(self, nodes: Sequence[Node]) -> Iterator[TextPiece]:
        for node in nodes:
            if isinstance(node, Text):
                yield from self._cut(node)
            elif isinstance(node, Element):
                yield from self._list_pieces(node.children)
            else:
                yield TextPiece(VOIDS[node.tag], False)

    def _cut(self, text: Text) -> list[TextPiece]:
        if text.verbatim:
            return split_at_marks(text.text, self._marks, text.start)
        span = Span(text.start, text.end)
        return [TextPiece(text.text, any(span.overlaps(mark) for mark in self._marks))]


def _split_lines(pieces: Iterable[TextPiece], separator: str) -> list[list[TextPiece]]:
    lines: list[list[TextPiece]] = [[]]
    for piece in pieces:
        first, *others = piece.text.split(separator)
        lines[-1].append(TextPiece(first, piece.marked))
        lines += [[TextPiece(other, piece.marked)] for other in others]
    return lines


def _collapse_spaces(pieces: Sequence[TextPiece]) -> list[TextPiece]:
    """Return the pieces with one space for any white space, and none at the beginning and the end."""
    collapsed: list[TextPiece] = []
    gaps: list[bool] = []
    for piece in pieces:
        for run in RUNS.findall(piece.text):
            if run.isspace():
                gaps.append(piece.marked)
                continue
            if gaps and collapsed:
                # A space at the border of a mark is outside of it.
                collapsed.append(TextPiece(" ", all(gaps) and collapsed[-1].marked and piece.marked))
            collapsed.append(TextPiece(run, piece.marked))
            gaps = []
    return collapsed


def _join_pieces(pieces: Iterable[TextPiece]) -> tuple[TextPiece, ...]:
    """Return the pieces with neighbours that are both marked, or both not, as one, and without empty ones."""
    groups = groupby((piece for piece in pieces if piece.text), key=lambda piece: piece.marked)
    return tuple(TextPiece("".join(piece.text for piece in group), marked) for marked, group in groups)
