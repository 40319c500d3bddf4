"""Charts in OpenDocument, which are documents of their own inside the file, with what they draw as a table."""

from posixpath import join, normpath

from index.parsers.office.cells import Block
from index.parsers.office.open_cells import ReadsParagraphs, read_table
from index.parsers.office.package import Element, Package, attribute, child, descendants

CONTENT = "content.xml"
# How programs write a point that a chart leaves out.
MISSING = frozenset({"nan", "1.#nan"})


def read_chart(package: Package, reader: ReadsParagraphs, element: Element) -> list[Block]:
    """Return the titles of the chart that an element ``object`` shows, and its table; nothing for other objects."""
    chart = _open_chart(package, element)
    blocks: list[Block] = [*_list_titles(reader, chart)]
    table = child(chart, "table")
    if table is not None:
        cells, headers, _ = read_table(reader, table)
        for row in cells.rows:
            for column in [column for column, text in row.items() if text.strip().lower() in MISSING]:
                del row[column]
        blocks.append((cells, headers))
    return blocks


def list_titles(package: Package, reader: ReadsParagraphs, element: Element) -> list[str]:
    """Return only the titles of a chart; on a sheet, its numbers are in cells."""
    return _list_titles(reader, _open_chart(package, element))


def _open_chart(package: Package, element: Element) -> Element | None:
    root = package.parse_optional(join(normpath(attribute(element, "href")), CONTENT))
    return child(root, "body", "chart", "chart")


def _list_titles(reader: ReadsParagraphs, chart: Element | None) -> list[str]:
    titles = (" ".join(reader.read_paragraphs(title)) for title in descendants(chart, "title", "subtitle"))
    return [title for title in titles if title.strip()]
