"""Excel: the tables of each sheet, with numbers and dates as a person sees them; hidden sheets are left out.

Formulas have the value that the program stored for them; a cell with an error, or without a value, is left out. Hidden
rows and columns are read, because a filter or a collapsed outline hides rows that are as true as the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import regex

from index.errors import LoadError
from index.parsers.office.drawings import read_sheet_drawing
from index.parsers.office.number_code import BUILT_IN
from index.parsers.office.number_format import format_iso_date, format_stored_number
from index.parsers.office.package import (
    Element,
    Package,
    attribute,
    child,
    descendants,
    local_name,
    read_count,
    relation_id,
)
from index.parsers.office.properties import read_core_properties
from index.parsers.office.sheets import MAX_CELLS, TOO_MANY_CELLS, Merge, Sheet, add_sheet
from index.parsers.text_builder import TextBuilder
from index.types import Document

REFERENCE = regex.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
# What Excel allows.
MAX_ROWS = 1_048_576
# A format that is neither built in nor written in the file.
GENERAL = "General"
# The second is a chart that fills a sheet of its own.
SHEETS = frozenset({"worksheet", "chartsheet"})
# How Excel writes a character that XML has not, such as the carriage return of a line break: "_x000D_".
ESCAPE = regex.compile(r"_x([0-9A-Fa-f]{4})_")


def parse_xlsx(path: Path, id: str) -> list[Document]:
    """Return one document. Raise LoadError for a file that is damaged, encrypted or hostile. Macros are not read."""
    with Package(path) as package:
        main = package.find_main()
        root = package.parse(main)
        relations = package.relations(main)
        workbook = _read_workbook(package, main, root)
        builder = TextBuilder()
        for sheet in descendants(child(root, "sheets"), "sheet"):
            relation = relations.get(relation_id(sheet))
            if relation is None:
                raise package.report_damage()
            if relation.kind in SHEETS and attribute(sheet, "state", "visible") == "visible":
                add_sheet(builder, workbook.read_sheet(package, relation.target, attribute(sheet, "name")))
        return [read_core_properties(package).complete(builder, id, has_title_heading=False)]


def _read_workbook(package: Package, main: str, root: Element) -> "_Workbook":
    strings = package.find_related("sharedStrings", main)
    shared = [_read_string(one) for one in package.iterate(strings, "si")] if strings and package.has(strings) else []
    styles = package.parse_optional(package.find_related("styles", main))
    codes = {attribute(one, "numFmtId"): attribute(one, "formatCode") for one in descendants(styles, "numFmt")}
    formats = [attribute(one, "numFmtId", "0") for one in descendants(child(styles, "cellXfs"), "xf")]
    is_1904 = attribute(child(root, "workbookPr"), "date1904") in {"1", "true"}
    return _Workbook(shared, [codes.get(code) or BUILT_IN.get(read_count(code), GENERAL) for code in formats], is_1904)


@dataclass(slots=True)
class _Workbook:
    """What the cells of all sheets refer to: texts, and the formats of numbers by style."""

    shared: list[str]
    formats: list[str]
    is_1904: bool
    cells: int = 0

    def read_sheet(self, package: Package, part: str, name: str) -> Sheet:
        """Return the cells of a sheet that show something."""
        sheet, number = Sheet(name), 0
        for element in package.iterate(part, "row", "mergeCell"):
            if local_name(element) == "mergeCell":
                sheet.merges += _read_range(attribute(element, "ref"))
                continue
            number = read_count(attribute(element, "r"), default=number + 1, limit=MAX_ROWS)
            row = dict(self._read_row(element))
            self.cells += len(row)
            if self.cells > MAX_CELLS:
                raise LoadError(TOO_MANY_CELLS)
            if row:
                sheet.rows[number] = {**sheet.rows.get(number, {}), **row}
        sheet.drawn += read_sheet_drawing(package, part)
        return sheet

    def _read_row(self, row: Element) -> Iterator[tuple[int, str]]:
        column = 0
        for cell in row:
            if local_name(cell) == "c":
                reference = REFERENCE.fullmatch(attribute(cell, "r"))
                column = _read_column(reference[1]) if reference else column + 1
                text = self._read_cell(cell)
                if text.strip():
                    yield column, text

    def _read_cell(self, cell: Element) -> str:
        """Return what a cell shows."""
        kind, value = attribute(cell, "t", "n"), child(cell, "v")
        text = "" if value is None else (value.text or "").strip()
        if kind == "inlineStr":
            return _read_string(child(cell, "is"))
        if kind == "s":
            position = read_count(text, default=len(self.shared), limit=len(self.shared))
            return self.shared[position] if position < len(self.shared) else ""
        if kind == "e":
            return ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(text, "")
        if kind == "d":
            return format_iso_date(text)
        if kind == "str":
            return _restore_characters(text)
        return format_stored_number(text, self._find_code(attribute(cell, "s")), self.is_1904)

    def _find_code(self, style: str) -> str:
        position = read_count(style, default=0)
        return self.formats[position] if position < len(self.formats) else GENERAL


def _read_string(element: Element | None) -> str:
    """Return a text, of which parts may have formats of their own; without phonetic guides."""
    pieces = []
    for part in [] if element is None else element:
        if local_name(part) == "t":
            pieces.append(part.text or "")
        elif local_name(part) == "r":
            text = child(part, "t")
            pieces.append("" if text is None else text.text or "")
    return _restore_characters("".join(pieces))


def _restore_characters(text: str) -> str:
    """Return a text without escapes; control characters are left out, except those that separate words."""
    return ESCAPE.sub(lambda escape: _restore_character(int(escape[1], 16)), text)


def _restore_character(code: int) -> str:
    character = chr(code)
    return "" if code < 32 and not character.isspace() else character


def _read_range(reference: str) -> list[Merge]:
    """Return the merged cells of a range such as A1:C1, or nothing."""
    corners = [REFERENCE.fullmatch(corner) for corner in reference.split(":")]
    first, last = corners[0], corners[-1]
    if first is None or last is None:
        return []
    return [Merge(int(first[2]), _read_column(first[1]), int(last[2]), _read_column(last[1]))]


def _read_column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
