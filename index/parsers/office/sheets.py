"""The tables on a sheet, as a place of a document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import NamedTuple

import regex

from index.parsers.office.cells import MAX_REPEATED_CHARS, MAX_SPAN, Row, add_table, names_columns
from index.parsers.text_builder import TextBuilder

# Cells with text in one file. A file with more is data for a database.
MAX_CELLS = 3_000_000
TOO_MANY_CELLS = f"has more than {MAX_CELLS:,} cells; split it, or leave it out"
# "Sheet1", "Tabelle2": what programs call a sheet that nobody named says nothing about it.
DEFAULT_NAME = regex.compile(r"Sheet|\p{L}{3,}\d+")

Band = Mapping[int, Row]


class Merge(NamedTuple):
    """The first and the last row and column of cells that are shown as one."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet that show something, by row and column, in any order of columns, and which are merged.

    ``drawn`` are the words of what is drawn on it: text boxes, and titles of charts.
    """

    name: str
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)


def add_sheet(builder: TextBuilder, sheet: Sheet) -> None:
    """Add the tables of a sheet. Its name is a heading, too, so that the rows are found by it."""
    rows = {number: dict(sorted(sheet.rows[number].items())) for number in sorted(sheet.rows)}
    wide = _spread_merges(rows, sheet.merges)
    if not rows and not sheet.drawn:
        return
    builder.begin_place(f"sheet {sheet.name}")
    if not DEFAULT_NAME.fullmatch(sheet.name):
        builder.add_heading(sheet.name)
    for table in find_tables(rows):
        add_table(builder, list(table.values()), [i for i, number in enumerate(table) if number in wide])
    for words in sheet.drawn:
        builder.add_paragraph(words)


def _spread_merges(rows: dict[int, dict[int, str]], merges: Iterable[Merge]) -> set[int]:
    """Repeat the text of a cell that spans rows in each of them; return the rows with a cell that spans columns."""
    wide = set()
    for merge in merges:
        text = rows.get(merge.first_row, {}).get(merge.first_column, "")
        if text and merge.last_column > merge.first_column:
            wide.add(merge.first_row)
        if text and len(text) <= MAX_REPEATED_CHARS:
            for number in range(merge.first_row + 1, min(merge.last_row, merge.first_row + MAX_SPAN) + 1):
                # A row that is empty otherwise would be a row of this cell alone.
                if number in rows:
                    rows[number] = dict(sorted({merge.first_column: text, **rows[number]}.items()))
    return wide


def find_tables(rows: Band) -> Iterator[Band]:
    """Yield the tables on a sheet, from top to bottom and left to right: an empty row or column is between them.

    ``rows`` are those that are not empty, by number, in order. Rows after an empty row that have no header of their own
    belong to a table above if they are under its columns, such as a row of totals.
    """
    above: list[dict[int, Row]] = []
    for band in _split_at_rows(rows):
        continued = next((table for table in above if _continues(table, band)), None)
        if continued is not None:
            continued.update(band)
            continue
        yield from above
        # Parts that are beside each other may have empty rows of their own.
        above = [dict(block) for part in _split_at_columns(band) for block in _split_at_rows(part)]
    yield from above


def _split_at_rows(rows: Band) -> Iterator[Band]:
    band: dict[int, Row] = {}
    for number, row in rows.items():
        if band and number - 1 not in band:
            yield band
            band = {}
        band[number] = row
    if band:
        yield band


def _split_at_columns(band: Band) -> Sequence[Band]:
    columns = sorted({column for row in band.values() for column in row})
    group, groups = 0, dict.fromkeys(columns[:1], 0)
    for left, right in pairwise(columns):
        group += right - left > 1
        groups[right] = group
    parts: list[dict[int, dict[int, str]]] = [{} for _ in range(group + 1)]
    for number, row in band.items():
        for column, text in row.items():
            parts[groups[column]].setdefault(number, {})[column] = text
    return parts


def _continues(above: Band, block: Band) -> bool:
    """Return whether a block has no header of its own and is under the columns of the table above it."""
    head = _first_rows(above)
    inside = {column for row in block.values() for column in row}
    if not head or len(inside) < 2 or not inside <= {*head[0]} or not names_columns(_make_dense(head)):
        return False
    below = _first_rows(block)
    return not below or not names_columns(_make_dense(below))


def _first_rows(band: Band) -> list[Row]:
    """Return the first two rows that are no caption."""
    return list(islice((row for row in band.values() if len(row) > 1), 2))


def _make_dense(rows: Sequence[Row]) -> list[list[str]]:
    columns = sorted({column for row in rows for column in row})
    return [[row.get(column, "") for column in columns] for row in rows]
