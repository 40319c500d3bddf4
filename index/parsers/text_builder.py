"""The text of a document whose format is not text: blocks between empty lines, with headings and places."""

from collections.abc import Mapping, Sequence
from typing import Any

from index.parsers.encoding import repair_surrogates, unify_newlines
from index.parsers.tables import describe_rows
from index.types import Document, Heading, Place

SEPARATOR = "\n\n"


class TextBuilder:
    """Collects what a parser finds, in reading order, and becomes a document.

    An empty line separates blocks, so that no block is taken for the continuation of another.
    """

    def __init__(self) -> None:
        """Begin with an empty text."""
        self._blocks: list[str] = []
        self._headings: list[Heading] = []
        self._places: list[Place] = []
        self._length = 0
        # Where the next block will begin if it is not empty.
        self._place: str | None = None

    def begin_place(self, name: str) -> None:
        """Begin a slide, sheet, chapter or the like; one that turns out to be empty is left out."""
        self._place = _tidy_line(name)

    def add_heading(self, words: str, level: int = 1) -> None:
        """Add a heading on a line of its own; level 1 is the highest."""
        line = _tidy_line(words)
        if line:
            start = self._add(line)
            self._headings.append(Heading(start, start + len(line), level))

    def add_paragraph(self, text: str) -> None:
        """Add a block of text. Its line breaks are kept; empty lines in it become line breaks."""
        lines = (" ".join(line.split()) for line in _repair(text).split("\n"))
        self._add("\n".join(line for line in lines if line))

    def add_code(self, text: str) -> None:
        """Add a block of text in which white space matters."""
        self._add(_repair(text).strip("\n").rstrip())

    def add_table(self, rows: Sequence[Sequence[str]], has_header: bool | None = None) -> None:
        """Add a line for each row, with the header of each cell; see ``describe_rows``."""
        for line in describe_rows([[_tidy_line(cell) for cell in row] for row in rows], has_header):
            self._add(line)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added that has text."""
        return not self._blocks

    def build(self, id: str, title: str = "", metadata: Mapping[str, Any] | None = None) -> Document:
        """Return the document."""
        return Document(
            id,
            SEPARATOR.join(self._blocks),
            _tidy_line(title),
            metadata or {},
            tuple(self._headings),
            places=tuple(self._places),
        )

    def _add(self, block: str) -> int:
        """Add a block unless it is empty, and return where it begins."""
        start = self._length + len(SEPARATOR) * bool(self._blocks)
        if not block.strip():
            return start
        if self._place:
            self._places.append(Place(start, self._place))
            self._place = None
        self._blocks.append(block)
        self._length = start + len(block)
        return start


def _repair(text: str) -> str:
    return unify_newlines(repair_surrogates(text))


def _tidy_line(text: str) -> str:
    """Return the words of a text on one line."""
    return " ".join(_repair(text).split())
