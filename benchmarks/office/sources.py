"""The readable form in which the files of the collection are kept: headers as in a mail, then simple Markdown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.parser import Parser
from itertools import groupby
from pathlib import Path
from typing import Literal

EXTENSION = ".md"
BlockKind = Literal["heading", "paragraph", "bullets", "table", "notes"]
MARKS: tuple[tuple[str, BlockKind], ...] = (("#", "heading"), ("- ", "bullets"), ("| ", "table"), ("> ", "notes"))


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with its ``level``, or lines: of a paragraph, of bullets, of notes, or the rows of a table."""

    kind: BlockKind
    lines: tuple[str, ...]
    level: int = 0

    @property
    def text(self) -> str:
        """The words of the lines, on one line."""
        return " ".join(self.lines)

    @property
    def rows(self) -> list[list[str]]:
        """The cells of a table, row by row."""
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in self.lines]


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the collection before it is written in its format: who wrote it and when, and the text."""

    headers: Message
    body: str

    @property
    def title(self) -> str:
        """The title, which is the subject of a mail."""
        return str(self.headers["Title"])

    @property
    def author(self) -> str:
        """Who wrote it."""
        return str(self.headers["Author"])

    @property
    def date(self) -> datetime:
        """The day of a file other than a mail."""
        return datetime.fromisoformat(str(self.headers["Date"]))

    @property
    def blocks(self) -> list[Block]:
        """What is between empty lines."""
        parts = (lines for is_empty, lines in groupby(self.body.splitlines(), lambda line: not line) if not is_empty)
        return [block for lines in parts for block in _parse_part(list(lines))]

    def split_at_headings(self) -> Iterator[tuple[str, list[Block]]]:
        """Yield each heading of the first level, and what is below it: sheets, slides or chapters."""
        found: list[tuple[str, list[Block]]] = []
        for block in self.blocks:
            if block.kind == "heading" and block.level == 1:
                found.append((block.text, []))
            else:
                found[-1][1].append(block)
        yield from found


def read_source(path: Path) -> Source:
    """Read a source of the collection."""
    message = Parser().parsestr(path.read_text(encoding="utf-8"))
    return Source(message, str(message.get_payload()).strip("\n"))


def _parse_part(lines: list[str]) -> Iterator[Block]:
    kind: BlockKind = next((kind for mark, kind in MARKS if lines[0].startswith(mark)), "paragraph")
    if kind == "heading":
        words = lines[0].lstrip("#")
        yield Block(kind, (words.strip(),), len(lines[0]) - len(words))
    elif kind in {"bullets", "notes"}:
        yield Block(kind, tuple(line[2:] for line in lines))
    else:
        yield Block(kind, tuple(lines))
