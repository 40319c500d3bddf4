"""Tables of cells that may span rows and columns, as rows of text."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

import regex

from index.parsers.tables import FIGURES, looks_like_header
from index.parsers.text_builder import TextBuilder

# A cell that spans rows belongs to each of them, so each repeats it, unless it is longer than the name of something.
MAX_REPEATED_CHARS = 100
# What programs allow is far less.
MAX_SPAN = 1000
# A table with more empty places for each cell is no table; to write them all down would take memory without bound.
MAX_AREA_PER_CELL = 30
YEAR = regex.compile(r"(?:19|20)\d\d")

Row = Mapping[int, str]
# A paragraph, or a table with the number of its header rows (0: not stated).
Block: TypeAlias = "str | tuple[Cells, int]"


class Cells:
    """The rows of one table of a text or slide, put together cell by cell."""

    def __init__(self) -> None:
        """Begin without a row."""
        self.rows: list[dict[int, str]] = []
        # Positions of rows with a cell that spans columns.
        self.wide: set[int] = set()
        self._column = 0
        # By column: the last text that spans rows, and the row after its last one.
        self._spanning: dict[int, tuple[str, int]] = {}

    def begin_row(self) -> None:
        """Begin a row."""
        self.rows.append({})
        self._column = 0

    def add(self, text: str, columns: int = 1, rows: int = 1) -> None:
        """Add a cell that spans ``columns``, which the format writes once, and ``rows``."""
        self._put(text)
        repeated = text if len(text) <= MAX_REPEATED_CHARS else ""
        self._spanning[self._column] = (repeated, len(self.rows) - 1 + rows)
        if columns > 1:
            self.wide.add(len(self.rows) - 1)
        self._column += max(1, min(columns, MAX_SPAN))

    def cover(self, columns: int = 1) -> None:
        """Add a place that a cell above or to the left covers; if it is the one above, its text is repeated."""
        text, end = self._spanning.get(self._column, ("", 0))
        if len(self.rows) - 1 < end:
            self._put(text)
        else:
            self.wide.add(len(self.rows) - 1)
        self._column += max(1, min(columns, MAX_SPAN))

    def add_row(self, texts: Sequence[str]) -> None:
        """Add a row of cells that span nothing."""
        self.begin_row()
        for text in texts:
            self.add(text)

    def _put(self, text: str) -> None:
        if text.strip():
            self.rows[-1][self._column] = text


def add_block(builder: TextBuilder, block: Block) -> None:
    """Add a paragraph or a table."""
    if isinstance(block, str):
        builder.add_paragraph(block)
    else:
        cells, headers = block
        add_table(builder, cells.rows, cells.wide, headers or None)


def add_table(
    builder: TextBuilder, rows: Sequence[Row], wide: Collection[int] = (), header_rows: int | None = None
) -> None:
    """Add a table.

    ``wide`` are the positions of rows with cells that span columns; if the first row is one, the second may name the
    columns together with it. ``header_rows`` says how many rows name the columns, if the format says so. Rows above the
    header that have one cell only are a caption, so they are paragraphs.
    """
    filled = [(row, position in wide) for position, row in enumerate(rows) if any(row.values())]
    while not header_rows and len(filled) > 1 and len(filled[0][0]) == 1 and len(filled[1][0]) > 1:
        caption, _ = filled.pop(0)
        builder.add_paragraph(next(iter(caption.values())))
    if not filled:
        return
    table = make_dense([row for row, _ in filled])
    if not table:
        builder.add_table([list(row.values()) for row, _ in filled], has_header=False)
        return
    headers = header_rows or _count_headers(table, is_first_wide=filled[0][1])
    builder.add_table(_join_headers(table, min(headers, len(table))) if headers else table, has_header=headers > 0)


def make_dense(rows: Sequence[Row]) -> list[list[str]]:
    """Return rows with all columns; none if most places would be empty."""
    columns = sorted({column for row in rows for column in row})
    if len(columns) * len(rows) > MAX_AREA_PER_CELL * sum(map(len, rows)):
        return []
    return [[row.get(column, "") for column in columns] for row in rows]


def _count_headers(table: Sequence[Sequence[str]], is_first_wide: bool) -> int:
    """Return how many rows name the columns, by what is in them."""
    if names_columns(table):
        return 1
    return 2 if is_first_wide and _are_two_headers(table) else 0


def _join_headers(table: Sequence[Sequence[str]], count: int) -> list[Sequence[str]]:
    """Return the table with one header row in place of ``count``; a cell that spans columns names all of them."""
    names: list[list[str]] = [[] for _ in table[0]]
    for level, row in enumerate(table[:count]):
        above = ""
        for column, text in enumerate(row):
            # Only a column with a name of its own below can be one of those that the cell to the left spans.
            above = text or (above if level < count - 1 and table[count - 1][column] else "")
            if above and above not in names[column]:
                names[column].append(above)
    return [[" ".join(parts) for parts in names], *table[count:]]


def _are_two_headers(table: Sequence[Sequence[str]]) -> bool:
    """Return whether the first two rows name the columns together: each another one, in words or years."""
    if len(table) < 3:
        return False
    names = _join_headers(table, 2)[0]
    lowest = [below or above for above, below in zip(table[0], table[1], strict=True)]
    in_words = all(YEAR.fullmatch(name) or not FIGURES.fullmatch(name) for name in lowest)
    return all(names[1:]) and len({*names}) == len(names) and in_words


def names_columns(table: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row names the columns, by words or by years."""
    if looks_like_header(table):
        return True
    first = [cell.strip() for cell in table[0]]
    others = first[1:]
    years = [name for name in others if YEAR.fullmatch(name)]
    # Beside the years there may be a column in words, such as their total.
    in_words = all(YEAR.fullmatch(name) or (name and not FIGURES.fullmatch(name)) for name in others)
    is_named = in_words and len({*others}) == len(others) and not YEAR.fullmatch(first[0])
    return len(table) > 1 and is_named and len(years) > 1
