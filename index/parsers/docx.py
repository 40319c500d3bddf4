"""Word: the text in reading order, without headers, footers, comments and what tracked changes have deleted."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from index.parsers.office.cells import Cells, add_block, add_table
from index.parsers.office.drawings import REFERENCES, read_drawings
from index.parsers.office.package import (
    Element,
    Package,
    attribute,
    child,
    descendants,
    local_name,
    read_count,
)
from index.parsers.office.properties import read_core_properties
from index.parsers.office.word_lists import read_lists
from index.parsers.office.word_styles import is_on, read_styles
from index.parsers.text_builder import TextBuilder
from index.types import Document

# What is no text, or is not shown: deleted, moved from here, the older form of a drawing, phonetic guides.
SKIPPED = frozenset({"del", "moveFrom", "Fallback", "pPr", "rPr", "sdtPr", "rt", "instrText", "delText", "tblPr"})
NOTES = {"footnoteReference": ("footnotes", "footnote"), "endnoteReference": ("endnotes", "endnote")}
BREAKS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}
MAX_SPAN_ROWS = 1_000_000


def parse_docx(path: Path, id: str) -> list[Document]:
    """Return one document. Raise LoadError for a file that is damaged, encrypted or hostile. Macros are not read."""
    with Package(path) as package:
        main = package.find_main()
        body = child(package.parse(main), "body")
        if body is None:
            raise package.report_damage()
        reader = _Reader(package, main)
        reader.add_blocks(body)
        return [read_core_properties(package).complete(reader.builder, id)]


def _read_notes(package: Package, main: str) -> Mapping[tuple[str, str], Element]:
    """Return footnotes and endnotes by the element that refers to them and their id."""
    notes = {}
    for reference, (part, name) in NOTES.items():
        for note in descendants(package.parse_optional(package.find_related(part, main)), name):
            notes[reference, attribute(note, "id")] = note
    return notes


class _Reader:
    """Adds what is in the body of a document, block by block."""

    def __init__(self, package: Package, main: str) -> None:
        self.builder = TextBuilder()
        self._package, self._relations = package, package.relations(main)
        self._styles = read_styles(package, main)
        self._lists = read_lists(package, main, self._styles)
        self._notes = _read_notes(package, main)

    def add_blocks(self, container: Element) -> None:
        """Add the paragraphs and tables in an element."""
        for element in container:
            name = local_name(element)
            if name == "p":
                self._add_paragraph(element)
            elif name == "tbl":
                self._add_table(element)
            elif name not in SKIPPED and not _is_contents(element):
                # A content control, an insertion, custom XML: what counts is inside.
                self.add_blocks(element)

    def _add_paragraph(self, paragraph: Element) -> None:
        """Add a paragraph, then what is anchored in it: text boxes, charts, diagrams and notes."""
        style = self._styles.find(child(paragraph, "pPr"))
        if not style.is_contents:
            number, words = self._read_numbered(paragraph)
            text = f"{number} {words}" if words.strip() else ""
            if style.level:
                self.builder.add_heading(text, style.level)
            else:
                self.builder.add_paragraph(text)
        self._add_anchored(paragraph)

    def _add_anchored(self, element: Element) -> None:
        for anchored in _walk(element, stops=("txbxContent", "tbl")):
            if local_name(anchored) == "txbxContent":
                self.add_blocks(anchored)
            elif local_name(anchored) in REFERENCES:
                for block in read_drawings(self._package, self._relations, anchored):
                    add_block(self.builder, block)
            elif local_name(anchored) in NOTES:
                self._add_note(self._notes.get((local_name(anchored), attribute(anchored, "id"))))

    def _add_note(self, note: Element | None) -> None:
        if note is None:
            return
        text = "\n".join(self._read_text(paragraph) for paragraph in descendants(note, "p"))
        if text.strip():
            self.builder.add_paragraph(f"{local_name(note).capitalize()}: {text.strip()}")

    def _add_table(self, table: Element) -> None:
        rows = [row for row in _find_rows(table) if child(row, "trPr", "del") is None]
        if all(len(list(_find_cells(row))) == 1 for row in rows):
            # A frame around text, which may have headings and lists in it.
            for row in rows:
                for cell in _find_cells(row):
                    self.add_blocks(cell)
            return
        cells, nested = Cells(), list[Element]()
        for row in rows:
            self._add_row(cells, row, nested)
        headers = [is_on(child(row, "trPr", "tblHeader")) for row in rows]
        add_table(self.builder, cells.rows, cells.wide, [*headers, False].index(False))
        for row in rows:
            for cell in _find_cells(row):
                self._add_anchored(cell)
        for one in nested:
            self._add_table(one)

    def _add_row(self, cells: Cells, row: Element, nested: list[Element]) -> None:
        cells.begin_row()
        skipped = read_count(attribute(child(row, "trPr", "gridBefore"), "val"), default=0)
        if skipped:
            cells.add("", skipped)
        for cell in _find_cells(row):
            properties = child(cell, "tcPr")
            columns = read_count(attribute(child(properties, "gridSpan"), "val"))
            merge = child(properties, "vMerge")
            if merge is not None and attribute(merge, "val", "continue") == "continue":
                cells.cover(columns)
                continue
            inside = list(_walk(cell, stops=("p", "tbl", "txbxContent")))
            # A cell may have a number and no words.
            text = "\n".join(" ".join(self._read_numbered(one)) for one in inside if local_name(one) == "p")
            nested += [one for one in inside if local_name(one) == "tbl"]
            cells.add(text, columns, 1 if merge is None else MAX_SPAN_ROWS)

    def _read_numbered(self, paragraph: Element) -> tuple[str, str]:
        """Return the number that Word computes for a paragraph, empty for most, and its words."""
        return self._lists.number_paragraph(child(paragraph, "pPr")), self._read_text(paragraph)

    def _read_text(self, element: Element) -> str:
        """Return the words of a paragraph, without those of text boxes and notes."""
        pieces = []
        for one in _walk(element, stops=("r", "txbxContent"), skips=self._styles.is_hidden):
            if local_name(one) == "r":
                pieces += [_read_piece(piece) for piece in _walk(one, stops=("txbxContent",))]
        return "".join(pieces)


def _read_piece(element: Element) -> str:
    name = local_name(element)
    if name == "t":
        return element.text or ""
    return "" if name == "br" and attribute(element, "type") in {"page", "column"} else BREAKS.get(name, "")


def _walk(element: Element, stops: Iterable[str], skips: object = None) -> Iterator[Element]:
    """Yield everything inside an element that is shown, in order; nothing inside of ``stops``."""
    for one in element:
        name = local_name(one)
        if name in SKIPPED or (callable(skips) and skips(one)):
            continue
        yield one
        if name not in stops:
            yield from _walk(one, stops, skips)


def _find_rows(table: Element) -> Iterator[Element]:
    return (one for one in _walk(table, stops=("tr",)) if local_name(one) == "tr")


def _find_cells(row: Element) -> Iterator[Element]:
    return (one for one in _walk(row, stops=("tc",)) if local_name(one) == "tc")


def _is_contents(element: Element) -> bool:
    """Return whether a content control holds a table of contents, which repeats the headings."""
    gallery = child(element, "sdtPr", "docPartObj", "docPartGallery")
    return attribute(gallery, "val") == "Table of Contents"
