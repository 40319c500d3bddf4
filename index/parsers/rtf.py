"""Rich Text Format: paragraphs, headings, tables and footnotes of WordPad, Word, LibreOffice and others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.parsers.office.cells import MAX_SPAN, Cells, add_table
from index.parsers.office.properties import Properties
from index.parsers.office.rtf_groups import Event, read_rtf
from index.parsers.office.word_styles import BODY_LEVEL, Style, read_style_name
from index.parsers.text_builder import TextBuilder
from index.types import Document

NOTE_KINDS = frozenset({"footnote", "box"})
PARAGRAPH_ENDS = frozenset({"par", "sect", "page"})
# Right edges of cells that are this close, in twentieths of a point, are one line.
TOLERANCE = 40


def parse_rtf(path: Path, id: str) -> list[Document]:
    """Return one document. Raise LoadError for a file that is damaged, cut off or nested too deep."""
    reader = _Reader()
    for event in read_rtf(path.read_bytes()):
        reader.add_event(event)
    reader.end_table()
    return [reader.properties.complete(reader.builder, id)]


@dataclass(slots=True)
class _Place:
    """Where a cell is in its row: its right edge, and whether it continues the cell to the left or above."""

    edge: int
    merge: str = ""


@dataclass(slots=True)
class _Row:
    texts: list[str] = field(default_factory=list)
    places: Sequence[_Place] = ()
    is_header: bool = False


class _Reader:
    """Collects the words of paragraphs and cells until they end."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.properties = Properties()
        self._styles: dict[int, Style] = {}
        self._date: dict[str, int] = {}
        # By kind of group: what is read in it, until it ends.
        self._words: dict[str, list[str]] = {}
        self._anchored: list[str] = []
        self._row, self._rows = _Row(), list[_Row]()
        self._nested_row, self._nested = _Row(), list[_Row]()
        self._definition: list[_Place] = []
        self._merge = ""

    def add_event(self, event: Event) -> None:
        """Add a text or follow a control word."""
        kind = event.group.kind
        if event.name == "text":
            self._words.setdefault(kind, []).append(event.text)
        elif event.name == "end":
            self._end_group(event)
        elif kind == "body":
            self._follow(event)
        elif kind in {"created", "revised"}:
            self._date[event.name] = event.number or 0
        elif event.name in PARAGRAPH_ENDS:
            self._words.setdefault(kind, []).append("\n")

    def end_table(self) -> None:
        """Add the table that has been read, if there is one, and the text that no mark of a paragraph ends."""
        words = self._take("body")
        # A row that is cut off, or never ended, has cells all the same.
        _add_rows(self.builder, [*self._rows, self._row] if self._row.texts else self._rows)
        _add_rows(self.builder, [*self._nested, self._nested_row] if self._nested_row.texts else self._nested)
        self._row, self._rows = _Row(), []
        self._nested_row, self._nested = _Row(), []
        self.builder.add_paragraph(words)
        self._add_anchored()

    def _follow(self, event: Event) -> None:
        name = event.name
        if name in PARAGRAPH_ENDS:
            self._end_paragraph(event)
        elif name == "cell":
            self._row.texts.append(self._take("body"))
        elif name == "nestcell":
            self._nested_row.texts.append(self._take("body"))
        elif name == "row":
            self._row.places = tuple(self._definition)
            self._rows.append(self._row)
            self._row = _Row(is_header=self._row.is_header)
        elif name == "nestrow":
            self._nested.append(self._nested_row)
            self._nested_row = _Row()
        else:
            self._define_row(event)

    def _define_row(self, event: Event) -> None:
        if event.name == "trowd":
            self._definition, self._merge = [], ""
            self._row.is_header = False
        elif event.name == "trhdr":
            self._row.is_header = True
        elif event.name in {"clmrg", "clvmrg", "clvmgf"}:
            self._merge = event.name
        elif event.name == "cellx":
            self._definition.append(_Place(event.number or 0, self._merge))
            self._merge = ""

    def _end_paragraph(self, event: Event) -> None:
        if event.group.in_table:
            self._words.setdefault("body", []).append("\n")
            return
        words = self._take("body")
        if self._rows or self._row.texts:
            self.end_table()
        style = self._styles.get(event.group.style, Style())
        level = event.group.level
        level = style.level if level < 0 else 0 if level >= BODY_LEVEL else level + 1
        if level and not style.is_contents:
            self.builder.add_heading(words, level)
        elif not style.is_contents:
            self.builder.add_paragraph(words)
        self._add_anchored()

    def _end_group(self, event: Event) -> None:
        """Use what was read in a group that is not part of the body."""
        group, words = event.group, self._take(event.group.kind).strip()
        if group.kind == "styles":
            style = read_style_name(words.rstrip(";"))
            if not style.level and not style.is_contents and 0 <= group.level < BODY_LEVEL:
                style = Style(group.level + 1)
            self._styles.setdefault(group.style, style)
        elif group.kind in NOTE_KINDS and words:
            self._anchored.append(f"Footnote: {words}" if group.kind == "footnote" else words)
        elif group.kind in {"created", "revised"}:
            self._add_date()
        elif group.kind in {"title", "author", "tags"}:
            self.properties.add(group.kind, words)

    def _add_date(self) -> None:
        year, month, day = (self._date.get(unit, 0) for unit in ("yr", "mo", "dy"))
        self.properties.add("date", f"{year:04}-{month:02}-{day:02}")
        self._date = {}

    def _add_anchored(self) -> None:
        for text in self._anchored:
            self.builder.add_paragraph(text)
        self._anchored = []

    def _take(self, kind: str) -> str:
        return "".join(self._words.pop(kind, []))


def _add_rows(builder: TextBuilder, rows: Sequence[_Row]) -> None:
    """Add a table; one of a single column is a frame around text."""
    if all(len(row.texts) <= 1 for row in rows):
        for row in rows:
            builder.add_paragraph("\n".join(row.texts))
        return
    columns = _number_columns({place.edge for row in rows for place in row.places})
    cells = Cells()
    for row in rows:
        cells.begin_row()
        _add_row(cells, row, columns)
    headers = [row.is_header for row in rows]
    add_table(builder, cells.rows, cells.wide, [*headers, False].index(False))


def _add_row(cells: Cells, row: _Row, columns: dict[int, int]) -> None:
    """Add the cells of a row, each up to the column at its right edge."""
    if len(row.places) != len(row.texts):
        for text in row.texts:
            cells.add(text)
        return
    left = -1
    for text, place in zip(row.texts, row.places, strict=True):
        right = columns[place.edge]
        if place.merge in {"clmrg", "clvmrg"}:
            cells.cover(right - left)
        else:
            cells.add(text, right - left, MAX_SPAN if place.merge == "clvmgf" else 1)
        left = max(left + 1, right)


def _number_columns(edges: set[int]) -> dict[int, int]:
    """Return the number of the column to the left of each edge."""
    numbers: dict[int, int] = {}
    number, last = -1, None
    for edge in sorted(edges):
        if last is None or edge - last > TOLERANCE:
            number += 1
        numbers[edge], last = number, edge
    return numbers
