"""Tables as text: a line for each row that can be read alone, because it names the column of each cell.

"France · daily allowance: 58.00 EUR · hotel: 120.00 EUR"
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

import regex

SEPARATOR = " · "
# A longer line would be cut into passages of which only the first names the row.
MAX_LINE_CHARS = 400
# Names of columns are shorter, also if they are questions of a survey. They are written in each row.
MAX_HEADER_CHARS = 200
# Names of rows are shorter; a longer first cell is not repeated.
MAX_NAME_CHARS = 80
# A cell of figures, with a currency or unit at most: "58.00 EUR", "12 %", "2026-01-31".
FIGURES = regex.compile(r"[^\p{L}]*\d[^\p{L}]*\p{L}{0,3}\.?")
LETTER = regex.compile(r"\p{L}")


def describe_rows(rows: Sequence[Sequence[str]], has_header: bool | None = None) -> Iterator[str]:
    """Yield a line for each row that is not empty, cells in order; the header row comes first, as it is.

    ``has_header``: whether the first row names the columns; if None, it does if it looks like it. A first cell in words
    names its row, so it has no header before it. An empty cell is left out. A row that is too long for one line becomes
    several, each with its first cell.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return
    named = looks_like_header(filled) if has_header is None else has_header
    header = filled[0] if named else ()
    if named:
        yield from join_cells(header)
    for row in filled[1:] if named else filled:
        yield from join_cells(_name_cells(header, row))


def join_cells(cells: Iterable[str], names: Sequence[str] | None = None) -> Iterator[str]:
    """Yield the cells as one line, or as several if that is too long; empty cells are left out, and none is cut.

    Each line begins with ``names``; if None, each but the first begins with the first cell.
    """
    filled = [cell for cell in cells if cell.strip()]
    begin = list(names or ())
    line, length, is_begun = begin, _measure(begin), False
    if names is None:
        begin = [cell for cell in filled[:1] if len(cell) <= MAX_NAME_CHARS]
    for cell in filled:
        if is_begun and length + len(cell) > MAX_LINE_CHARS:
            yield SEPARATOR.join(line)
            line, length = begin, _measure(begin)
        line = [*line, cell]
        length += len(cell) + len(SEPARATOR)
        is_begun = True
    if is_begun:
        yield SEPARATOR.join(line)


def _measure(cells: Sequence[str]) -> int:
    return sum(len(cell) + len(SEPARATOR) for cell in cells)


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
        and not any(FIGURES.fullmatch(name) or len(name) > MAX_HEADER_CHARS for name in given)
    )


def _name_cells(header: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    for column, (name, cell) in enumerate(zip_longest(header, row, fillvalue="")):
        names_row = column == 0 and LETTER.search(cell) and not FIGURES.fullmatch(cell)
        if cell.strip():
            yield cell if names_row or not name.strip() else f"{name.rstrip(':')}: {cell}"


def merge_headers(rows: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Return the titles above the headers of a table, and its rows of headers as one: "Allowance" over "day" is both.

    A row with the same words in all of its columns is a title, unless there is no other row.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    is_title = [len(row) > 1 and len(set(row)) == 1 and len(filled) > 1 for row in filled]
    titles = [row[0] for row, alone in zip(filled, is_title, strict=True) if alone]
    named = [row for row, alone in zip(filled, is_title, strict=True) if not alone]
    columns = zip_longest(*named, fillvalue="")
    return titles, [" ".join(dict.fromkeys(cell for cell in column if cell.strip())) for column in columns]


def arrange_rows(
    headers: Sequence[Sequence[str]], body: Sequence[Sequence[str]]
) -> tuple[list[str], list[Sequence[str]], bool | None]:
    """Return the titles above a table with marked headers, its rows, and ``has_header`` as ``describe_rows`` takes it.

    Headers without rows below them are rows that were marked by mistake; long ones would be repeated in each row.
    """
    if not any(cell.strip() for row in body for cell in row):
        return [], [*headers, *body], None
    titles, header = merge_headers(headers)
    if not header:
        return titles, list(body), None
    return titles, [header, *body], all(len(name) <= MAX_HEADER_CHARS for name in header)
