"""A tree of blocks, as trafilatura makes it from a page, becomes text with headings.

An empty line separates paragraphs and the rows of tables, which name the column of each cell (``describe_rows``); a
line break separates list items. A line break inside a paragraph is kept; other white space becomes one space.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from index.parsers.encoding import repair_surrogates, unify_newlines
from index.parsers.tables import describe_rows
from index.types import Heading

# Weakest first: if two meet, the stronger one is written.
SEPARATORS = ("", "\n", "\n\n")

# What separates an element from its neighbours; elements that are not listed are part of a line.
SEPARATOR_OF_TAG = {
    "head": "\n\n",
    "p": "\n\n",
    "quote": "\n\n",
    "list": "\n",
    "table": "\n\n",
    "item": "\n",
    "lb": "\n",
}


class Element(Protocol):
    """The part of an lxml element that is used here."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, key: str) -> str | None:
        """Return the value of an attribute."""

    def itertext(self) -> Iterable[str]:
        """Iterate over every piece of text inside."""

    def __iter__(self) -> "Iterator[Element]":
        """Iterate over the children."""

    def iter(self) -> "Iterator[Element]":
        """Iterate over this element and all that is inside."""


@dataclass(frozen=True, slots=True)
class HeadedText:
    """Text and the headings in it."""

    text: str = ""
    headings: tuple[Heading, ...] = ()


def flatten_blocks(body: Element) -> HeadedText:
    """Return the text of the tree in the order of the page, with its headings."""
    writer = _Writer()
    writer.add_element(body)
    writer.end_block(SEPARATORS[-1])
    return HeadedText("".join(writer.pieces), tuple(writer.headings))


class _Writer:
    """Collector of the words of a block until the next block begins."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.headings: list[Heading] = []
        self._length = 0
        self._separator = SEPARATORS[0]
        self._words: list[str] = []

    def add_element(self, element: Element) -> None:
        """Add what is inside the element; the tail after it belongs to its parent."""
        separator = _find_separator(element)
        if separator is None:
            self._add_children(element)
            return
        self.end_block(separator)
        if element.tag == "table":
            self._write_table(element)
            return
        whole = _read_whole(element)
        if whole is None:
            self._add_children(element)
        else:
            self._write_whole(whole, element)
        self.end_block(separator)

    def end_block(self, separator: str) -> None:
        """Write the block collected so far; at least ``separator`` comes before the next one."""
        self._write(_tidy_lines("".join(self._words)))
        self._words.clear()
        self._separator = max(self._separator, separator, key=SEPARATORS.index)

    def _add_children(self, element: Element) -> None:
        self._words.append(element.text or "")
        for child in element:
            self.add_element(child)
            self._words.append(child.tail or "")

    def _write_table(self, table: Element) -> None:
        """Write a line for each row; rows of one cell above the others are a caption."""
        rows = [[cell for cell in row if cell.tag == "cell"] for row in table if row.tag == "row"]
        words = [[_read_cell(cell) for cell in row] for row in rows]
        first = next((number for number, row in enumerate(words) if sum(map(bool, row)) > 1), 0)
        lines = [" ".join(filter(None, row)) for row in words[:first]]
        for line in [*lines, *describe_rows(words[first:], _find_header(rows[first:]))]:
            self._write(line)
            self.end_block(SEPARATORS[-1])

    def _write_whole(self, text: str, element: Element) -> None:
        end = self._write(text)
        if text and element.tag == "head":
            self.headings.append(Heading(end - len(text), end, _parse_level(element)))

    def _write(self, text: str) -> int:
        """Write a piece if there is any, and return the length of the text so far."""
        if text:
            piece = self._separator + text if self.pieces else text
            self.pieces.append(piece)
            self._length += len(piece)
            self._separator = SEPARATORS[0]
        return self._length


def _find_separator(element: Element) -> str | None:
    """Return what separates the element from its neighbours, or None for one inside a line of text."""
    several_lines = element.tag == "code" and "\n" in "".join(element.itertext()).strip("\n")
    return SEPARATORS[-1] if several_lines else SEPARATOR_OF_TAG.get(element.tag)


def _read_whole(element: Element) -> str | None:
    """Return the text of an element that is written in one piece, or None for one with blocks inside."""
    if element.tag == "head":
        return " ".join(_repair_text("".join(element.itertext())).split())
    if element.tag == "code":
        return _repair_text("".join(element.itertext())).strip("\n")
    return None


def _read_cell(cell: Element) -> str:
    """Return the words of a cell on one line: paragraphs inside it would tear the row apart."""
    return " ".join(_repair_text(" ".join(cell.itertext())).split())


def _find_header(rows: Sequence[Sequence[Element]]) -> bool | None:
    """Return whether the first row names the columns, or None if no cell of it is marked as a header (``th``)."""
    marked = [cell.get("role") == "head" for cell in rows[0]] if rows else []
    return all(marked[1:]) and len(marked) > 1 if any(marked) else None


def _parse_level(head: Element) -> int:
    """Return the digit of ``rend="h2"``, or 1 if there is none."""
    rend = head.get("rend") or ""
    return int(rend[1]) if rend[1:] in set("123456") else 1


def _tidy_lines(text: str) -> str:
    """Collapse white space inside lines and remove empty lines."""
    lines = (" ".join(line.split()) for line in _repair_text(text).split("\n"))
    return "\n".join(line for line in lines if line)


def _repair_text(text: str) -> str:
    """Remove what decoding has kept out and character references such as ``&#13;`` can bring back in."""
    return unify_newlines(repair_surrogates(text))
