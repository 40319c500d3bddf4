"""The words of OpenDocument: paragraphs, headings, lists, notes and text boxes, in reading order."""

from collections.abc import Iterable, Iterator, Sequence

from index.parsers.office.cells import add_block, add_table
from index.parsers.office.open_cells import read_table
from index.parsers.office.open_charts import read_chart
from index.parsers.office.open_lists import OpenLists
from index.parsers.office.package import Element, Package, attribute, child, descendants, local_name, read_count
from index.parsers.text_builder import TextBuilder

# What is no text of the document: comments, deletions, tables of contents, phonetic guides.
SKIPPED = frozenset(
    {
        "annotation",
        "annotation-end",
        "tracked-changes",
        "table-of-content",
        "illustration-index",
        "table-index",
        "object-index",
        "user-index",
        "alphabetical-index",
        "sequence-decls",
        "forms",
        "ruby-text",
        "hidden-paragraph",
        "event-listeners",
        "script",
    }
)
# What describes a picture; in other namespaces these are fields of the text.
PICTURE_WORDS = ("svg-compatible:1.0}title", "svg-compatible:1.0}desc")
# What is read after the paragraph that it is anchored in.
ANCHORED = frozenset({"note", "text-box", "table", "object"})
SHAPES = frozenset({"frame", "custom-shape", "g", "rect", "ellipse", "a", "line", "polygon", "path", "text-box"})
PARAGRAPHS = frozenset({"p", "h"})
TITLES = {"Title": 1, "Subtitle": 2}
MAX_CHAIN = 50
MAX_SPACES = 100


class TextReader:
    """Adds the blocks of a text; knows which styles are headings and what they hide."""

    def __init__(self, package: Package, roots: Sequence[Element | None]) -> None:
        """Read the styles in these parts of a file."""
        self.builder = TextBuilder()
        self._package = package
        self._lists = OpenLists(roots)
        self._styles = {
            (attribute(style, "family"), attribute(style, "name")): style
            for root in roots
            for style in descendants(root, "style")
        }
        self.hidden_tables = self._find_hidden("table", "table-properties", "display", "false")
        self.hidden_pages = self._find_hidden("drawing-page", "drawing-page-properties", "visibility", "hidden")
        self._hidden_words = self._find_hidden("text", "text-properties", "display", "none")

    def add_blocks(self, container: Element) -> None:
        """Add the paragraphs and tables in an element."""
        for element in container:
            name = local_name(element)
            if name in PARAGRAPHS:
                self._add_paragraph(element)
            elif name == "table":
                self._add_table(element)
            elif name == "object":
                self._add_object(element)
            elif not _is_skipped(element):
                # A list, a section, a frame: what counts is inside.
                self.add_blocks(element)

    def read_paragraphs(self, element: Element) -> list[str]:
        """Return each paragraph inside an element, also those in lists and text boxes; a number may be all it has."""
        inside = _walk(element, stops=PARAGRAPHS | {"table"})
        return [" ".join(self._read_numbered(one)).strip() for one in inside if local_name(one) in PARAGRAPHS]

    def _read_numbered(self, paragraph: Element, level: int = 0) -> tuple[str, str]:
        """Return the number of a paragraph, empty for most, and its words, without those of notes and text boxes.

        ``level`` is that of a heading whose number the outline of the document says, 0 for other paragraphs.
        """
        number = self._lists.number_heading(paragraph, level) if level else self._lists.number_paragraph(paragraph)
        return number, "".join(self._read_pieces(paragraph))

    def add_anchored(self, element: Element) -> None:
        """Add the notes, text boxes and charts in a paragraph or cell."""
        for one in _walk(element, stops=ANCHORED):
            name = local_name(one)
            if name == "text-box":
                self.add_blocks(one)
            elif name == "note":
                words = "\n".join(self.read_paragraphs(one)).strip()
                kind = "Endnote" if attribute(one, "note-class") == "endnote" else "Footnote"
                self.builder.add_paragraph(f"{kind}: {words}" if words else "")
            elif name == "object":
                self._add_object(one)
            elif name in {"custom-shape", "rect", "ellipse"}:
                self.builder.add_paragraph("\n".join(self.read_paragraphs(one)))

    def _add_paragraph(self, element: Element) -> None:
        level = self._find_level(element)
        number, words = self._read_numbered(element, level if self._is_in_outline(element) else 0)
        text = f"{number} {words}" if words.strip() else ""
        if level:
            self.builder.add_heading(text, level)
        else:
            self.builder.add_paragraph(text)
        self.add_anchored(element)

    def _add_object(self, element: Element) -> None:
        for block in read_chart(self._package, self, element):
            add_block(self.builder, block)

    def _add_table(self, table: Element) -> None:
        cells, headers, inside = read_table(self, table)
        if inside and len({column for row in cells.rows for column in row}) < 2 and not cells.wide:
            # A frame around text, which may have headings and lists in it.
            for cell in inside:
                self.add_blocks(cell)
            return
        add_table(self.builder, cells.rows, cells.wide, headers or None)
        for cell in inside:
            self.add_anchored(cell)
            for nested in _walk(cell, stops={"table"}):
                if local_name(nested) == "table":
                    self._add_table(nested)

    def _find_level(self, element: Element) -> int:
        """Return the level of a heading; 0 for other paragraphs."""
        if local_name(element) == "h":
            return max(1, read_count(attribute(element, "outline-level")))
        names = (attribute(style, "name") for style in self._iterate_styles(element))
        first = attribute(element, "style-name")
        return next((TITLES[name] for name in (first, *names) if name in TITLES), 0)

    def _is_in_outline(self, element: Element) -> bool:
        """Return whether the outline of the document numbers an element: a heading that is in no list, by its style."""
        if local_name(element) != "h" or local_name(element.getparent()) == "list-item":
            return False
        named = (attribute(style, "list-style-name", "none") for style in self._iterate_styles(element))
        return next((name for name in named if name != "none"), "none") != ""

    def _iterate_styles(self, paragraph: Element) -> Iterator[Element]:
        """Yield the style of a paragraph and those that it is based on."""
        name = attribute(paragraph, "style-name")
        for _ in range(MAX_CHAIN):
            style = self._styles.get(("paragraph", name))
            if style is None:
                return
            yield style
            name = attribute(style, "parent-style-name")

    def _read_pieces(self, element: Element) -> Iterator[str]:
        yield element.text or ""
        for one in element:
            name = local_name(one)
            if name == "s":
                yield " " * read_count(attribute(one, "c"), limit=MAX_SPACES)
            elif name in {"tab", "line-break"}:
                yield " " if name == "tab" else "\n"
            elif name not in ANCHORED | SHAPES - {"a"} and not _is_skipped(one) and not self._is_hidden(one):
                yield from self._read_pieces(one)
            yield one.tail or ""

    def _is_hidden(self, element: Element) -> bool:
        is_hidden = attribute(element, "is-hidden") == "true"
        return is_hidden or (local_name(element) == "span" and attribute(element, "style-name") in self._hidden_words)

    def _find_hidden(self, family: str, properties: str, name: str, value: str) -> frozenset[str]:
        found = ((key, child(style, properties)) for key, style in self._styles.items() if key[0] == family)
        return frozenset(style for (_, style), element in found if attribute(element, name) == value)


def _is_skipped(element: Element) -> bool:
    return local_name(element) in SKIPPED or str(element.tag).endswith(PICTURE_WORDS)


def _walk(element: Element, stops: Iterable[str]) -> Iterator[Element]:
    """Yield everything inside an element that is shown, in order; nothing inside of ``stops``."""
    for one in element:
        name = local_name(one)
        if name != "note-citation" and not _is_skipped(one):
            yield one
            if name not in stops:
                yield from _walk(one, stops)
