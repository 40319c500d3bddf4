"""HTML tables whose rows can be read alone: cells that span rows or columns are repeated, rows of headers become one.

A reader of the page would see "Allowance" over "day" and "night"; a row alone says "Allowance day".
"""

from collections.abc import MutableMapping
from copy import deepcopy
from itertools import dropwhile, takewhile
from typing import Protocol, Self

from index.parsers.cell_copies import MAX_COLUMNS, MAX_COPIES, MAX_REPEATED_CHARS

CELLS = "./td | ./th"
ROWS = "./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"


class Cell(Protocol):
    """The part of an HTML element of lxml that is used here."""

    tag: str
    text: str | None
    tail: str | None
    attrib: MutableMapping[str, str]

    def xpath(self, path: str) -> list[Self]:
        """Return the elements that the path finds."""

    def makeelement(self, tag: str) -> Self:
        """Return an empty element."""

    def text_content(self) -> str:
        """Return the text of the element."""

    def addprevious(self, element: Self) -> None:
        """Put an element before this one."""

    def addnext(self, element: Self) -> None:
        """Put an element after this one."""

    def append(self, element: Self) -> None:
        """Put an element at the end, inside of this one."""

    def clear(self) -> None:
        """Remove all that the element has."""

    def drop_tree(self) -> None:
        """Remove the element from its parent, without what comes after it."""


def repeat_spanning_cells(tree: Cell) -> None:
    """Copy each cell that spans rows into all of them, and each header that spans columns above each of them.

    Then make several rows of headers one.
    """
    copier = _Copier()
    for table in tree.xpath("//table"):
        # Cells that reach down, by their column, each with the number of rows below.
        hanging: dict[int, tuple[Cell, int]] = {}
        for row in table.xpath(ROWS):
            copier.repeat_headers(row)
            hanging = copier.repeat_hanging(row, hanging)
        _merge_headers(table)


def _merge_headers(table: Cell) -> None:
    """Write the headers of all rows at the top that have nothing else into the first of them: "Allowance day"."""
    # A row with one cell above the headers is a title; one below them ends them.
    rows = list(dropwhile(lambda cells: len(cells) < 2, (row.xpath(CELLS) for row in table.xpath(ROWS))))
    headers = list(takewhile(lambda cells: len(cells) > 1 and all(cell.tag == "th" for cell in cells), rows))
    # The headers of a table without other rows, or of different width, are rows that are marked by mistake.
    if len(headers) < 2 or len(headers) == len(rows) or len({len(cells) for cells in headers}) > 1:
        return
    for column in zip(*headers, strict=True):
        names = dict.fromkeys(" ".join(cell.text_content().split()) for cell in column)
        column[0].clear()
        column[0].text = " ".join(filter(None, names))
        for cell in column[1:]:
            cell.drop_tree()


class _Copier:
    """Puts copies of cells into rows, until there are too many."""

    def __init__(self) -> None:
        self._left = MAX_COPIES

    def repeat_headers(self, row: Cell) -> None:
        """Put a header that spans columns above each of them, unless it is alone and so the title of rows."""
        cells = row.xpath(CELLS)
        if len(cells) > 1 and all(cell.tag == "th" for cell in cells):
            for cell in cells:
                for _ in range(_take_span(cell, "colspan") - 1):
                    cell.addnext(self._copy(cell))

    def repeat_hanging(self, row: Cell, hanging: dict[int, tuple[Cell, int]]) -> dict[int, tuple[Cell, int]]:
        """Put the cells that reach into this row where they belong, and return those that reach into the next."""
        below: dict[int, tuple[Cell, int]] = {}
        column = 0
        for cell in [*row.xpath(CELLS), None]:
            while column in hanging:
                above, rows = hanging.pop(column)
                below[column] = above, rows - 1
                column += _read_span(above, "colspan")
                copy = self._copy(above)
                if cell is None:
                    row.append(copy)
                else:
                    cell.addprevious(copy)
            if cell is not None:
                below[column] = cell, _take_span(cell, "rowspan") - 1
                column += _read_span(cell, "colspan")
        # This row ends before the columns of those that are left.
        below |= {column: (cell, rows - 1) for column, (cell, rows) in hanging.items()}
        return {column: (cell, rows) for column, (cell, rows) in below.items() if rows}

    def _copy(self, cell: Cell) -> Cell:
        """Return a copy, which is empty if the cell is long or there are too many."""
        self._left -= 1
        if self._left < 0 or len(cell.text_content()) > MAX_REPEATED_CHARS:
            return cell.makeelement(cell.tag)
        copy = deepcopy(cell)
        copy.tail = None
        return copy


def _take_span(cell: Cell, name: str) -> int:
    """Return how many rows or columns a cell covers, and let it cover one."""
    span = _read_span(cell, name)
    cell.attrib.pop(name, None)
    return span


def _read_span(cell: Cell, name: str) -> int:
    """Return how many rows or columns a cell covers; a value that is none is 1."""
    value = cell.attrib.get(name, "1").strip()
    return max(1, min(int(value), MAX_COLUMNS)) if value.isdecimal() and len(value) < 6 else 1
