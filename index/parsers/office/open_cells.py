"""The cells of OpenDocument: tables in texts and on slides, and sheets."""

from collections.abc import Iterator
from typing import Protocol

import regex

from index.errors import LoadError
from index.parsers.office.cells import MAX_SPAN, Cells
from index.parsers.office.number_format import format_iso_date
from index.parsers.office.package import Element, attribute, local_name, read_count
from index.parsers.office.sheets import MAX_CELLS, TOO_MANY_CELLS, Merge, Sheet

CELLS = frozenset({"table-cell", "covered-table-cell"})
HEADERS = frozenset({"table-header-rows"})
ROW_GROUPS = frozenset({"table-row-group", "table-rows"}) | HEADERS
# How a file stores a time, or a length of time.
TIME = regex.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")
# What LibreOffice shows in place of a value that it cannot compute.
ERROR = regex.compile(r"#[A-Z/0]+[!?]?|Err:\d+|#N/A")


class ReadsParagraphs(Protocol):
    """What reads the words in a cell."""

    def read_paragraphs(self, element: Element) -> list[str]:
        """Return the words of each paragraph inside an element."""


def read_table(reader: ReadsParagraphs, table: Element) -> tuple[Cells, int, list[Element]]:
    """Return the cells of a table, the number of its header rows (0: not stated), and the elements of the cells."""
    cells, headers, inside = Cells(), 0, list[Element]()
    for row, is_header in _find_rows(table):
        cells.begin_row()
        headers += is_header
        for cell in (one for one in row if local_name(one) in CELLS):
            repeated = min(read_count(attribute(cell, "number-columns-repeated")), MAX_SPAN)
            if local_name(cell) == "covered-table-cell":
                for _ in range(repeated):
                    cells.cover()
                continue
            text = "\n".join(reader.read_paragraphs(cell))
            for _ in range(repeated):
                # The places that it covers follow, as cells of their own.
                cells.add(text, rows=read_count(attribute(cell, "number-rows-spanned")))
            inside.append(cell)
    return cells, headers, inside


def read_sheet(reader: ReadsParagraphs, table: Element, count: int) -> Sheet:
    """Return the cells of a sheet that show something; ``count`` cells were read before. Rows count from 1.

    A row that is repeated is read once, because its copies say the same. Raise LoadError for too many cells.
    """
    sheet, number = Sheet(attribute(table, "name")), 1
    for row, _ in _find_rows(table):
        column, found = 1, dict[int, str]()
        for cell in (one for one in row if local_name(one) in CELLS):
            repeated = read_count(attribute(cell, "number-columns-repeated"))
            text = _read_cell(reader, cell) if local_name(cell) == "table-cell" else ""
            if text.strip():
                count += min(repeated, MAX_SPAN)
                if count > MAX_CELLS:
                    raise LoadError(TOO_MANY_CELLS)
                found |= dict.fromkeys(range(column, column + min(repeated, MAX_SPAN)), text)
                rows = read_count(attribute(cell, "number-rows-spanned"))
                columns = read_count(attribute(cell, "number-columns-spanned"))
                if rows > 1 or columns > 1:
                    sheet.merges.append(Merge(number, column, number + rows - 1, column + columns - 1))
            column += repeated
        if found:
            sheet.rows[number] = found
        number += max(1, read_count(attribute(row, "number-rows-repeated")))
    return sheet


def _read_cell(reader: ReadsParagraphs, cell: Element) -> str:
    """Return what a cell of a sheet shows; a date is in ISO form."""
    kind = attribute(cell, "value-type")
    if kind == "date" and (date := format_iso_date(attribute(cell, "date-value"))):
        return date
    text = "\n".join(reader.read_paragraphs(cell)).strip()
    if not text and kind in {"float", "percentage", "currency", "boolean", "string"}:
        # Written by a program that leaves it to its readers how a value is shown.
        name = {"boolean": "boolean-value", "string": "string-value"}.get(kind, "value")
        text = f"{attribute(cell, name)} {attribute(cell, 'currency')}".strip()
    if not text and (time := TIME.fullmatch(attribute(cell, "time-value"))):
        text = ":".join(time.groups())
    return "" if attribute(cell, "formula") and ERROR.fullmatch(text) else text


def _find_rows(table: Element, is_header: bool = False) -> Iterator[tuple[Element, bool]]:
    """Yield the rows of a table, also those in groups, and whether they are header rows."""
    for element in table:
        name = local_name(element)
        if name == "table-row":
            yield element, is_header
        elif name in ROW_GROUPS:
            yield from _find_rows(element, is_header or name in HEADERS)
