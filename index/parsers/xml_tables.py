"""Tables in XML: those of DocBook and DITA (CALS: ``tgroup``, ``row``, ``entry``), and those of HTML.

A cell that spans rows is in each of them, a header that spans columns is above each of them, and several rows of
headers become one, so that each row can be read alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.parsers.cell_copies import MAX_COLUMNS, CellCopies
from index.parsers.tables import arrange_rows
from index.parsers.text_builder import TextBuilder
from index.parsers.xml_elements import get_name, has_own_text, read_line, read_pieces, tidy

if TYPE_CHECKING:
    from lxml.etree import _Element

TABLES = frozenset("table informaltable".split())
ROWS = frozenset("row tr".split())
GROUPS = frozenset("thead tbody tfoot".split())
CELLS = frozenset("entry entrytbl td th".split())
# What tells how a table looks.
SPECIFICATIONS = frozenset("colspec spanspec col colgroup".split())
# What is a line of its own inside a cell.
LINES = frozenset("para simpara p li listitem member term title programlisting screen entry row td th tr br".split())


@dataclass(frozen=True, slots=True)
class _Cell:
    """The words of a cell, how many rows and columns it covers, and the column it is in, None for the next one."""

    words: str
    rows: int = 1
    columns: int = 1
    column: int | None = None


def is_table(element: "_Element") -> bool:
    """Return whether an element is a table with rows of cells and nothing between them, not data of the same name.

    One that declares more than ``MAX_COLUMNS`` is none: a cell could span all of them in each row.
    """
    if get_name(element) not in TABLES:
        return False
    groups = _find_groups(element)
    rows = [row for group in groups for _, row in _iterate_rows(group)]
    is_marked = groups[0] is not element or any(get_name(row) == "tr" and len(row) for row in rows)
    is_wide = any(len(_find_specifications(group)) > MAX_COLUMNS for group in groups)
    return is_marked and not is_wide and not _has_more(element, groups, rows)


def _find_groups(table: "_Element") -> Sequence["_Element"]:
    """Return the parts with columns of their own; a table of HTML is one itself."""
    return [child for child in table if get_name(child) == "tgroup"] or [table]


def _has_more(table: "_Element", groups: Sequence["_Element"], rows: Sequence["_Element"]) -> bool:
    """Return whether there is text or anything else between rows and cells, which would be lost."""
    sections = [child for group in groups for child in group if get_name(child) in GROUPS]
    allowed = [(row, CELLS) for row in rows] + [(one, ROWS | SPECIFICATIONS) for one in sections]
    allowed += [(group, GROUPS | SPECIFICATIONS) for group in groups if group is not table]
    has_words = any(map(has_own_text, [table, *(one for one, _ in allowed)]))
    return has_words or any(get_name(child) not in names for one, names in allowed for child in one.iterchildren("*"))


def write_table(builder: TextBuilder, table: "_Element") -> None:
    """Add the title and all else that is not in rows as paragraphs, and a line for each row."""
    groups = _find_groups(table)
    written = GROUPS | SPECIFICATIONS | ROWS if groups[0] is table else {"tgroup"}
    for child in table.iterchildren("*"):
        if get_name(child) not in written:
            builder.add_paragraph(_read_cell(child))
    for group in groups:
        sections = _read_sections(group)
        body = [*sections.get("", []), *sections.get("tbody", []), *sections.get("tfoot", [])]
        titles, rows, has_header = arrange_rows(sections.get("thead", []), body)
        for line in titles:
            builder.add_paragraph(line)
        # A table without marked headers may have some that look like them.
        builder.add_table(rows, has_header)


def _iterate_rows(group: "_Element") -> Iterator[tuple[str, "_Element"]]:
    """Yield the section and the element of each row."""
    for child in group.iterchildren("*"):
        if get_name(child) in GROUPS:
            yield from ((get_name(child), row) for row in child.iterchildren("*") if get_name(row) in ROWS)
        elif get_name(child) == "tr":
            yield "", child


def _read_sections(group: "_Element") -> Mapping[str, Sequence[Sequence[str]]]:
    """Return the rows of each section of a table, with a cell for each column; rows of ``th`` alone are headers."""
    columns = _read_columns(group)
    sections: dict[str, list[list[_Cell]]] = {}
    for name, row in _iterate_rows(group):
        cells = [cell for cell in row.iterchildren("*") if get_name(cell) in CELLS]
        names_columns = name != "tfoot" and len(cells) > 1 and all(get_name(cell) == "th" for cell in cells)
        section = "thead" if names_columns and not sections.keys() - {"thead"} else name
        sections.setdefault(section, []).append([_read_span(cell, columns) for cell in cells])
    copies = CellCopies(sum(len(cell.words) for rows in sections.values() for row in rows for cell in row))
    return {name: list(_expand_rows(rows, name == "thead", copies)) for name, rows in sections.items()}


def _find_specifications(group: "_Element") -> Sequence["_Element"]:
    """Return what a table says of each of its columns."""
    return [child for child in group if get_name(child) == "colspec"]


def _read_columns(group: "_Element") -> Mapping[str, tuple[int, int]]:
    """Return the first and the last column, from 0, of each name of a column or of a span of columns."""
    columns: dict[str, tuple[int, int]] = {}
    number = 0
    for child in _find_specifications(group):
        number = _to_number(child.get("colnum"), number + 1)
        columns.setdefault(child.get("colname") or "", (number - 1, number - 1))
    for child in (inner for inner in group if get_name(inner) == "spanspec"):
        first, last = (columns.get(child.get(key) or "") for key in ("namest", "nameend"))
        if first and last:
            columns.setdefault(child.get("spanname") or "", (first[0], last[1]))
    columns.pop("", None)
    return columns


def _read_span(cell: "_Element", columns: Mapping[str, tuple[int, int]]) -> _Cell:
    words = _read_cell(cell)
    if get_name(cell) in {"td", "th"}:
        return _Cell(words, _to_number(cell.get("rowspan"), 1), _to_number(cell.get("colspan"), 1))
    rows = _to_number(cell.get("morerows"), 0) + 1
    first = columns.get(cell.get("spanname") or cell.get("namest") or cell.get("colname") or "")
    if first is None:
        return _Cell(words, rows)
    last = first if cell.get("spanname") else columns.get(cell.get("nameend") or "", first)
    return _Cell(words, rows, max(1, last[1] - first[0] + 1), first[0])


def _expand_rows(rows: Iterable[Sequence[_Cell]], is_header: bool, copies: CellCopies) -> Iterator[list[str]]:
    """Yield the words of each row by columns; only headers are repeated in each column that they cover."""
    # By column, the cells that reach down, each with the number of rows below.
    hanging: dict[int, tuple[int, str]] = {}
    for cells in rows:
        line = {column: copies.copy(words) for column, (_, words) in hanging.items()}
        hanging = {column: (below - 1, words) for column, (below, words) in hanging.items() if below > 1}
        column = 0
        for cell in cells:
            column = max(column, cell.column or 0)
            while column in line:
                column += 1
            for place in range(column, column + cell.columns):
                if place in line:
                    break
                is_first = place == column
                line[place] = cell.words if is_first else copies.copy(cell.words) if is_header else ""
                if cell.rows > 1:
                    hanging[place] = cell.rows - 1, cell.words if is_first or is_header else ""
        yield [line.get(column, "") for column in range(max(line, default=-1) + 1)]


def _read_cell(cell: "_Element") -> str:
    """Return the words of a cell on one line, with a space between its paragraphs."""
    if not any(get_name(inner) in LINES for inner in cell.iterdescendants("*")):
        return read_line(cell)
    return tidy("".join(_read_lines(cell)))


def _read_lines(element: "_Element") -> Iterator[str]:
    if len(element) == 0:
        yield from read_pieces(element)
        return
    yield element.text or ""
    for child in element:
        edge = " " if get_name(child) in LINES else ""
        yield edge
        yield from _read_lines(child)
        yield edge + (child.tail or "")


def _to_number(value: str | None, default: int) -> int:
    """Return a number of rows or columns, at most as many as a table has for its readers."""
    value = (value or "").strip()
    is_number = value.isdecimal() and len(value) < 6
    return min(int(value), MAX_COLUMNS) or default if is_number else default
