"""Charts and diagrams in Office Open XML, which are parts of their own: words, and what a chart draws as a table."""

from collections.abc import Iterator, Mapping
from itertools import chain

from index.parsers.office.cells import Block, Cells
from index.parsers.office.drawing_text import read_paragraph, read_paragraphs
from index.parsers.office.number_format import format_stored_number
from index.parsers.office.package import (
    Element,
    Package,
    Relation,
    child,
    descendants,
    local_name,
    read_count,
    relation_id,
)

# The attribute that names the part of a chart or diagram, by the element.
REFERENCES = {"chart": "id", "relIds": "dm"}
CACHES = ("strCache", "numCache", "strLit", "numLit")

# Texts by the number of their point.
Points = Mapping[int, str]


def read_drawings(package: Package, relations: Mapping[str, Relation], element: Element) -> list[Block]:
    """Return the words of the charts and diagrams inside an element, and each chart as a table."""
    blocks: list[Block] = []
    for one in descendants(element, *REFERENCES):
        root = _open_part(package, relations, one)
        if local_name(one) == "chart":
            blocks += [*list_titles(root), *_read_tables(root)]
        else:
            blocks += [text for point in descendants(root, "pt") for text in read_paragraphs(point)]
    return blocks


def read_sheet_drawing(package: Package, sheet: str) -> list[str]:
    """Return the words of text boxes on a sheet, and the titles of charts, whose numbers are in cells."""
    part = package.find_related("drawing", sheet)
    relations = package.relations(part) if part else {}
    words: list[str] = []
    for one in descendants(package.parse_optional(part), "sp", "chart"):
        is_shape = local_name(one) == "sp"
        words += read_paragraphs(one) if is_shape else list_titles(_open_part(package, relations, one))
    return words


def list_titles(root: Element | None) -> list[str]:
    """Return the titles of a chart and of its axes."""
    titles = (_read_words(title) for title in descendants(root, "title"))
    return [title for title in titles if title.strip()]


def _open_part(package: Package, relations: Mapping[str, Relation], element: Element) -> Element | None:
    relation = relations.get(relation_id(element, REFERENCES[local_name(element)]))
    return package.parse_optional(relation.target) if relation else None


def _read_words(element: Element | None) -> str:
    """Return a text that is written in the chart, or copied from a cell."""
    written = [read_paragraph(paragraph) for paragraph in descendants(element, "p")]
    return " ".join(written or [value.text or "" for value in descendants(element, "v")])


def _read_tables(root: Element | None) -> Iterator[Block]:
    """Yield a table for all series with the same categories: a row for each category, a column for each series."""
    tables: dict[tuple[tuple[int, str], ...], list[tuple[str, Points]]] = {}
    for series in descendants(root, "ser"):
        categories = _read_first(series, "cat", "xVal")
        values = _read_first(series, "val", "yVal")
        if values:
            tables.setdefault(tuple(categories.items()), []).append((_read_words(child(series, "tx")), values))
    for pairs, columns in tables.items():
        yield _make_table(dict(pairs), columns)


def _make_table(categories: Points, columns: list[tuple[str, Points]]) -> tuple[Cells, int]:
    cells = Cells()
    names = [name for name, _ in columns]
    if any(names):
        cells.add_row(["", *names])
    for number in sorted({*categories, *chain.from_iterable(values for _, values in columns)}):
        cells.add_row([categories.get(number, ""), *(values.get(number, "") for _, values in columns)])
    return cells, int(any(names))


def _read_first(series: Element, *names: str) -> Points:
    """Return the points of the first of these children that a series has; categories of two levels are joined."""
    element = next((one for name in names if (one := child(series, name)) is not None), None)
    levels = [_read_points(level, "General") for level in descendants(element, "lvl")]
    if not levels:
        cache = next(descendants(element, *CACHES), None)
        code = child(cache, "formatCode")
        return _read_points(cache, (code.text if code is not None else None) or "General")
    joined, outer = {}, [""] * len(levels)
    for number in sorted(levels[0]):
        outer = [level.get(number, last) for level, last in zip(levels, outer, strict=True)]
        joined[number] = " ".join(filter(None, reversed(outer)))
    return joined


def _read_points(cache: Element | None, code: str) -> Points:
    points = {}
    for point in descendants(cache, "pt"):
        value = child(point, "v")
        text = "" if value is None else value.text or ""
        is_number = cache is not None and local_name(cache).startswith("num")
        points[read_count(point.get("idx") or "")] = format_stored_number(text, code) if is_number else text
    return points
