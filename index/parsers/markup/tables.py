"""Tables of data, and those that only arrange what is on a page."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from index.parsers.cell_copies import MAX_COLUMNS, CellCopies
from index.parsers.markup.tree import Element, get_tag, read_line

# What is in the cells of a table that only arranges a page.
LAYOUT_TAGS = frozenset("h1 h2 h3 h4 h5 h6 ol pre table ul".split())
# Cells of longer text belong to a table that only arranges a page.
MAX_CELL_CHARS = 400


def has_data_table(root: Element) -> bool:
    """Return whether there is a table of data in a page."""
    return any(read_table(element) for element in root.iter("{*}table"))


def count_headers(table: Element) -> int:
    """Return how many rows at the top say that their cells name the columns: those of ``thead``, or one of ``th``."""
    rows = list(table.iter("{*}tr"))
    first = rows[0]
    marked = len(list(takewhile(lambda row: get_tag(row.getparent()) == "thead", rows)))
    return marked or int(len(first) > 0 and all(get_tag(cell) == "th" for cell in first))


def read_table(table: Element) -> Sequence[Sequence[str]]:
    """Return the rows of a table of data; nothing for one that only arranges what is on a page."""
    if any(get_tag(inner) in LAYOUT_TAGS for inner in table.iterdescendants()):
        return []
    rows = list(_expand_rows(table))
    filled = [row for row in rows if sum(bool(cell) for cell in row) > 1]
    is_short = all(len(cell) <= MAX_CELL_CHARS for row in rows for cell in row)
    return rows if len(filled) > 1 and is_short else []


def _expand_rows(table: Element) -> Iterator[Sequence[str]]:
    """Yield the cells of each row; a cell that spans rows is in each of them, a header in each of its columns."""
    below: dict[int, tuple[int, str]] = {}
    copies = CellCopies(sum(map(len, table.itertext())))
    for row in table.iter("{*}tr"):
        cells: list[str] = []
        for cell in (cell for cell in row if get_tag(cell) in {"td", "th"}):
            _add_from_above(cells, below, copies)
            text, lasts = read_line(cell), _read_span(cell, "rowspan") - 1
            for column in range(_read_span(cell, "colspan") if len(cells) < MAX_COLUMNS else 1):
                if lasts and len(cells) < MAX_COLUMNS:
                    below[len(cells)] = (lasts, text)
                cells.append(text if not column else copies.copy(text) if get_tag(cell) == "th" else "")
        _add_from_above(cells, below, copies)
        yield cells


def _add_from_above(cells: list[str], below: dict[int, tuple[int, str]], copies: CellCopies) -> None:
    while len(cells) in below:
        lasts, text = below.pop(len(cells))
        if lasts > 1:
            below[len(cells)] = (lasts - 1, text)
        cells.append(copies.copy(text))


def _read_span(cell: Element, name: str) -> int:
    value = cell.get(name) or ""
    return min(int(value), MAX_COLUMNS) or 1 if value.isdecimal() and len(value) < 7 else 1
