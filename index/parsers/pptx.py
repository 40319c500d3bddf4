"""PowerPoint: slide by slide, what is on it and then its speaker notes; hidden slides are left out."""

from collections.abc import Iterator
from pathlib import Path

from index.parsers.office.cells import Cells
from index.parsers.office.drawing_text import read_paragraphs
from index.parsers.office.drawings import read_drawings
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
from index.parsers.office.slides import Slide, add_slide
from index.parsers.text_builder import TextBuilder
from index.types import Document

TITLES = frozenset({"title", "ctrTitle"})
# Date, footer and number are the same on each slide; a slide image stands on each page of notes.
SKIPPED_PLACEHOLDERS = frozenset({"dt", "ftr", "hdr", "sldNum", "sldImg"})


def parse_pptx(path: Path, id: str) -> list[Document]:
    """Return one document. Raise LoadError for a file that is damaged, encrypted or hostile. Macros are not read."""
    with Package(path) as package:
        main = package.find_main()
        relations = package.relations(main)
        builder = TextBuilder()
        for number, entry in enumerate(descendants(package.parse(main), "sldId"), 1):
            relation = relations.get(relation_id(entry))
            if relation is None:
                raise package.report_damage()
            root = package.parse(relation.target)
            if attribute(root, "show", "1") not in {"0", "false"}:
                add_slide(builder, number, _read_slide(package, relation.target, root))
        return [read_core_properties(package).complete(builder, id)]


def _read_slide(package: Package, part: str, root: Element) -> Slide:
    """Return what is on a slide, in the order of its shapes, which is the order in which it is read aloud."""
    slide = Slide()
    relations = package.relations(part)
    for shape in _find_shapes(child(root, "cSld", "spTree")):
        kind = _read_placeholder(shape)
        if kind in TITLES:
            slide.add_title(" ".join(read_paragraphs(shape)))
        elif local_name(shape) == "graphicFrame":
            slide.blocks += [_read_table(table) for table in descendants(shape, "tbl")]
            slide.blocks += read_drawings(package, relations, shape)
        elif kind not in SKIPPED_PLACEHOLDERS:
            slide.blocks += read_paragraphs(shape)
    notes = package.parse_optional(package.find_related("notesSlide", part))
    for shape in _find_shapes(child(notes, "cSld", "spTree")):
        if _read_placeholder(shape) not in SKIPPED_PLACEHOLDERS:
            slide.notes += read_paragraphs(shape)
    return slide


def _find_shapes(tree: Element | None) -> Iterator[Element]:
    """Yield the shapes with text or tables, also those in groups; of two forms of one shape the newer one."""
    for element in [] if tree is None else tree:
        name = local_name(element)
        if name in {"sp", "cxnSp", "graphicFrame"}:
            yield element
        elif name in {"grpSp", "AlternateContent", "Choice"}:
            yield from _find_shapes(element)


def _read_placeholder(shape: Element) -> str:
    """Return what the place that a shape fills is for; empty for a shape of its own."""
    for properties in shape:
        if local_name(properties).startswith("nv"):
            return attribute(child(properties, "nvPr", "ph"), "type")
    return ""


def _read_table(table: Element) -> tuple[Cells, int]:
    """Return the cells of a table and its number of header rows (0: not stated)."""
    cells = Cells()
    for row in (one for one in table if local_name(one) == "tr"):
        cells.begin_row()
        for cell in (one for one in row if local_name(one) == "tc"):
            if "1" in (attribute(cell, "hMerge"), attribute(cell, "vMerge")):
                cells.cover()
                continue
            # The places that it covers follow, as cells of their own.
            cells.add("\n".join(read_paragraphs(cell)), rows=read_count(attribute(cell, "rowSpan")))
    return cells, int(attribute(child(table, "tblPr"), "firstRow") in {"1", "true"})
