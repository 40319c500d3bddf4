"""OpenDocument: texts, sheets and slides of LibreOffice and others. Headers, footers, comments are left out."""

from collections.abc import Iterator
from pathlib import Path

from index.errors import LoadError
from index.parsers.office.open_cells import read_sheet, read_table
from index.parsers.office.open_charts import list_titles, read_chart
from index.parsers.office.open_text import TextReader
from index.parsers.office.package import ENCRYPTED, Element, Package, attribute, child, descendants, local_name
from index.parsers.office.properties import read_properties
from index.parsers.office.sheets import add_sheet
from index.parsers.office.slides import Slide, add_slide
from index.parsers.text_builder import TextBuilder
from index.types import Document

CONTENT, STYLES, META, MANIFEST = "content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"
# What a frame on a slide or a page of notes is for, if it is the same on each of them.
SKIPPED_CLASSES = frozenset({"header", "footer", "date-time", "page-number", "page", "handout"})


def parse_odt(path: Path, id: str) -> list[Document]:
    """Return one document: a text. Raise LoadError for a file that is damaged, encrypted or hostile."""
    with Package(path) as package:
        reader, body = _open_body(package, "text")
        reader.add_blocks(body)
        return [_read_meta(package, reader.builder, id)]


def parse_ods(path: Path, id: str) -> list[Document]:
    """Return one document: the tables of each sheet. Raise LoadError as for a text. Hidden sheets are left out."""
    with Package(path) as package:
        reader, body = _open_body(package, "spreadsheet")
        count = 0
        for table in (one for one in body if local_name(one) == "table"):
            if attribute(table, "style-name") not in reader.hidden_tables:
                sheet = read_sheet(reader, table, count)
                count += sum(len(row) for row in sheet.rows.values())
                sheet.drawn += _read_drawn(package, reader, table)
                add_sheet(reader.builder, sheet)
        return [_read_meta(package, reader.builder, id, has_title_heading=False)]


def parse_odp(path: Path, id: str) -> list[Document]:
    """Return one document: slides and notes. Raise LoadError as for a text. Hidden slides are left out."""
    with Package(path) as package:
        reader, body = _open_body(package, "presentation")
        pages = (one for one in body if local_name(one) == "page")
        for number, page in enumerate(pages, 1):
            if attribute(page, "style-name") not in reader.hidden_pages:
                add_slide(reader.builder, number, _read_slide(package, reader, page))
        return [_read_meta(package, reader.builder, id)]


def _open_body(package: Package, kind: str) -> tuple[TextReader, Element]:
    """Return a reader that knows the styles, and the element with the content."""
    manifest = package.parse_optional(MANIFEST)
    if any(True for _ in descendants(manifest, "encryption-data")):
        raise LoadError(ENCRYPTED)
    root = package.parse(CONTENT)
    body = child(root, "body", kind)
    if body is None:
        raise package.report_damage()
    return TextReader(package, [package.parse_optional(STYLES), root]), body


def _read_drawn(package: Package, reader: TextReader, table: Element) -> list[str]:
    """Return the words of shapes beside the cells of a sheet, and the titles of charts."""
    shapes = child(table, "shapes")
    words = [] if shapes is None else reader.read_paragraphs(shapes)
    return words + [title for one in descendants(table, "object") for title in list_titles(package, reader, one)]


def _read_meta(package: Package, builder: TextBuilder, id: str, has_title_heading: bool = True) -> Document:
    return read_properties(package.parse_optional(META)).complete(builder, id, has_title_heading)


def _read_slide(package: Package, reader: TextReader, page: Element) -> Slide:
    """Return what is on a slide, in the order of its shapes."""
    slide = Slide()
    for shape in _find_shapes(page):
        kind = attribute(shape, "class")
        texts = reader.read_paragraphs(shape)
        if kind == "title":
            slide.add_title(" ".join(texts))
        elif kind not in SKIPPED_CLASSES:
            table = child(shape, "table")
            slide.blocks += texts if table is None else [read_table(reader, table)[:2]]
            for one in descendants(shape, "object"):
                slide.blocks += read_chart(package, reader, one)
    for shape in _find_shapes(child(page, "notes")):
        if attribute(shape, "class") not in SKIPPED_CLASSES:
            slide.notes += reader.read_paragraphs(shape)
    return slide


def _find_shapes(container: Element | None) -> Iterator[Element]:
    """Yield the shapes on a page, also those in groups."""
    for element in [] if container is None else container:
        if local_name(element) in {"g", "a"}:
            yield from _find_shapes(element)
        elif local_name(element) not in {"notes", "annotation", "forms", "page-thumbnail"}:
            yield element
