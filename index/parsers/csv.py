"""CSV and TSV: a line for each row that can be read alone. Encoding, delimiter and header are found."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import islice
from pathlib import Path

from index.errors import LoadError
from index.parsers.encoding import decode_bytes
from index.parsers.tables import looks_like_header
from index.parsers.text_builder import TextBuilder
from index.types import Document

DELIMITERS = ",;\t|"
# Enough rows to see how a file is written.
SAMPLE_ROWS = 200
# Excel's own hint in the first line, which is no row.
EXCEL_HINT = re.compile(r"sep=(.)\n")
# Put after the rows, to see that no cell takes it in.
LAST_ROW = "last"
YEAR = re.compile(r"(?:1[89]|20|21)\d\d")

Rows = list[list[str]]


def parse_csv(path: Path, id: str) -> list[Document]:
    """Return one document; lines above the table are paragraphs. Raise LoadError for binary data and a file of no cell.

    The delimiter is the one that gives most rows the same number of cells: comma, semicolon, tab or vertical bar.
    """
    text = decode_bytes(path.read_bytes())
    hint = EXCEL_HINT.match(text)
    if hint:
        text = text[hint.end() :]
    with _allow_long_cells(len(text)):
        padded = _read_rows(text, hint[1] if hint else _find_delimiter(text, path.suffix.lower()))
    rows = [_trim(row) for row in padded]
    first = _find_first_row(rows) if _have_one_width(padded) else 0
    table = rows[first:]
    builder = TextBuilder()
    for row in rows[:first]:
        builder.add_paragraph(" ".join(row))
    builder.add_table(table, has_header=bool(table) and _has_header(table))
    if builder.is_empty:
        raise LoadError("has no cell with text; fill it or leave it out")
    return [builder.build(id)]


def _find_delimiter(text: str, extension: str) -> str:
    """Return the delimiter that gives most rows the same number of cells; of two, the one with more cells."""
    usual = "\t" if extension == ".tsv" else ","

    def rate(delimiter: str) -> tuple[float, bool, int]:
        rows = islice(csv.reader(_split(text), delimiter=delimiter), SAMPLE_ROWS)
        widths = Counter(len(row) for row in rows if row)
        several = [(count, width) for width, count in widths.items() if width > 1]
        count, width = max(several, default=(0, 1))
        return count / max(1, widths.total()), delimiter == usual, width

    return max(DELIMITERS, key=rate)


def _read_rows(text: str, delimiter: str) -> Rows:
    """Return the cells of each row that has any with text."""
    rows = list(csv.reader([*_split(text), "\n", LAST_ROW], delimiter=delimiter))
    if rows.pop() != [LAST_ROW]:
        # A quotation mark is never closed, and the rest of the file would be one cell.
        rows = list(csv.reader(_split(text), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    return [row for row in rows if _trim(row)]


def _split(text: str) -> StringIO:
    """Iterate over the lines; ``str.splitlines`` would tear cells at characters that end no row."""
    return StringIO(text, newline="\n")


@contextmanager
def _allow_long_cells(length: int) -> Iterator[None]:
    """Let the csv module, which refuses cells of more than 131,072 characters, accept any in a text of this length."""
    limit = csv.field_size_limit()
    csv.field_size_limit(max(limit, length + len(LAST_ROW)))
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _trim(row: list[str]) -> list[str]:
    """Return a row without empty cells at its end."""
    end = max((number for number, cell in enumerate(row, 1) if cell.strip()), default=0)
    return row[:end]


def _have_one_width(rows: Rows) -> bool:
    """Return whether most rows have the same number of cells, and more than one, empty ones included."""
    widths = Counter(len(row) for row in rows[:SAMPLE_ROWS])
    usual, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return usual > 1 and count * 2 >= widths.total()


def _find_first_row(rows: Rows) -> int:
    """Return where the table begins: exports of banks and offices have lines above it, of one cell or few."""
    widths = Counter(len(row) for row in rows[:SAMPLE_ROWS] if len(row) > 1)
    usual, _ = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    starts = (number for number, row in enumerate(rows) if len(row) >= usual)
    return next(starts, 0)


def _has_header(rows: Rows) -> bool:
    """Return whether the first row names the columns; years are figures, but two or more of them do, too."""
    first, below = [cell.strip() for cell in rows[0]], [cell.strip() for cell in rows[1]] if len(rows) > 1 else []
    years = {column for column, cell in enumerate(first) if YEAR.fullmatch(cell)}
    values = {column for column, cell in enumerate(below) if YEAR.fullmatch(cell)}
    if 0 in years or len(years) < 2 or years & values:
        return looks_like_header(rows)
    return looks_like_header([[f"year {cell}" if cell.isdecimal() else cell for cell in first], below])
