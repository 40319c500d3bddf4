"""Tables as text: a line for each row that can be read alone, because it names the column of each cell.

"France · daily allowance: 58.00 EUR · hotel: 120.00 EUR"
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

import regex

SEPARATOR = " · "
# A cell of figures, with a currency or unit at most: "58.00 EUR", "12 %", "2026-01-31".
FIGURES = regex.compile(r"[^\p{L}]*\d[^\p{L}]*\p{L}{0,3}\.?")
LETTER = regex.compile(r"\p{L}")


def describe_rows(rows: Sequence[Sequence[str]], has_header: bool | None = None) -> Iterator[str]:
    """Yield a line for each row that is not empty, cells in order; the header row comes first, as it is.

    ``has_header``: whether the first row names the columns; if None, it does if it looks like it. A first cell in words
    names its row, so it has no header before it. An empty cell is left out.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return
    named = looks_like_header(filled) if has_header is None else has_header
    header = filled[0] if named else ()
    if named:
        yield _join(header)
    for row in filled[1:] if named else filled:
        yield _join(_name_cells(header, row))


def looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names the columns: two or more different names, no figures, and rows below it."""
    names = [cell.strip() for cell in rows[0]]
    given = [name for name in names if name]
    return (
        len(rows) > 1
        and len(given) > 1
        # The corner above the names of rows may be empty.
        and all(names[1:])
        and len(set(given)) == len(given)
        and not any(FIGURES.fullmatch(name) for name in given)
    )


def _name_cells(header: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for column, (name, cell) in enumerate(zip_longest(header, row, fillvalue="")):
        names_row = column == 0 and LETTER.search(cell) and not FIGURES.fullmatch(cell)
        if cell.strip():
            yield cell if names_row or not name.strip() else f"{name.rstrip(':')}: {cell}"


def _join(cells: "Sequence[str] | Iterator[str]") -> str:
    return SEPARATOR.join(cell for cell in cells if cell.strip())
