"""HTML and XHTML of which everything is text: mails and chapters of books, which have no menus around their text.

The only module that imports lxml. Nothing is fetched, and entities that a file defines itself are left out.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, TypeAlias

from index.parsers.text_builder import TextBuilder

# lxml ships no types.
Element: TypeAlias = Any
# The place that begins with an element, None for most.
FindPlace: TypeAlias = Callable[[Element], str | None]

HIDDEN_TAGS = frozenset("audio canvas head iframe noscript script select style svg template title video".split())
BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hr main nav ol p section summary table tbody td tfoot th thead tr ul".split()
)
HEADING_TAGS = {f"h{level}": level for level in range(1, 7)}
# Cells of longer text belong to a table that only arranges a page.
MAX_CELL_CHARS = 400
# More columns than a table has that people read.
MAX_SPAN = 100
# "&nbsp;", which XML does not know.
NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")
# HTML has no entities of its own in it, and would show them.
DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
ARROW = re.compile(r"[\u2190-\u21ff\u2900-\u297f^\ufe0e\ufe0f]+")
NUMBER = re.compile(r"\d{1,4}\*?")


def parse_markup(source: str) -> Element | None:
    """Return the root element of XHTML, or of HTML if it is not well-formed; None for a page without elements."""
    from lxml import etree
    from lxml import html as lxml_html

    # The encoding that it declares is no longer the one that it has.
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source, count=1)
    try:
        named = NAMED_ENTITY.sub(lambda match: html.unescape(match[0]), source)
        root = etree.fromstring(named, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        source = DOCTYPE.sub("", source, count=1)
        try:
            root = lxml_html.document_fromstring(source.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return None
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, etree.Entity, with_tail=False)
    return root


def add_markup(builder: TextBuilder, root: Element, find_place: FindPlace = lambda element: None) -> None:
    """Add all that the elements show: headings, paragraphs, lists, code, and tables with a line for each row."""
    from lxml import etree

    writer = _Writer(builder, find_place)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            writer.end_element(element)
        elif not writer.begin_element(element):
            walk.skip_subtree()
    writer.end_block()


def get_tag(element: Element) -> str:
    """Return the name of an element without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


def get_type(element: Element) -> str:
    """Return what an element is in a book: its ``epub:type``, such as "toc", "footnote" and "noteref"."""
    return element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or ""


def read_line(element: Element) -> str:
    """Return all words inside an element on one line."""
    return " ".join("".join(_iterate_pieces(element)).split())


def _iterate_pieces(element: Element) -> Iterator[str]:
    """Yield the text inside an element, with a line break for each of its own and after each block."""
    from lxml import etree

    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        tag = get_tag(inner)
        if event == "start" and tag in HIDDEN_TAGS:
            walk.skip_subtree()
        elif event == "start":
            yield "\n" if tag == "br" else ""
            yield inner.text or ""
        else:
            yield "\n" if tag in BLOCK_TAGS else ""
            yield (inner.tail or "") if inner is not element else ""


class _Writer:
    """Collects the words of a block until the next block begins."""

    def __init__(self, builder: TextBuilder, find_place: FindPlace) -> None:
        self._builder = builder
        self._find_place = find_place
        self._words: list[str] = []
        # The blocks that were written as a whole.
        self._done: set[Element] = set()
        # The lists around, each with the number of its next item, None for one without numbers.
        self._lists: list[tuple[Element, Iterator[int] | None]] = []
        # The number of a list item before its first word.
        self._mark = ""

    def begin_element(self, element: Element) -> bool:
        """Add the beginning of an element, and return whether what is inside it is to be added too."""
        tag = get_tag(element)
        if tag in HIDDEN_TAGS or HIDDEN_STYLE.search(element.get("style") or "") or _is_way_back(element, tag):
            return False
        self._begin_place(element)
        if self._add_whole(element, tag):
            return False
        if tag in BLOCK_TAGS:
            self.end_block()
        if tag in {"ol", "ul"}:
            self._lists.append((element, count(_read_start(element)) if tag == "ol" else None))
        if tag in {"br", "li"}:
            self._words.append("\n")
        if tag == "li":
            self._mark = self._number_item()
        self._add_words(element.text)
        return True

    def end_element(self, element: Element) -> None:
        """Add what follows an element."""
        tag = get_tag(element)
        if element in self._done or tag in BLOCK_TAGS:
            self.end_block()
        if self._lists and self._lists[-1][0] is element:
            self._lists.pop()
        self._add_words(element.tail)

    def end_block(self) -> None:
        """Add the block collected so far."""
        self._builder.add_paragraph("".join(self._words))
        self._words.clear()

    def _begin_place(self, element: Element) -> None:
        name = self._find_place(element)
        if name:
            self.end_block()
            self._builder.begin_place(name)

    @property
    def _is_in_word(self) -> bool:
        """Whether what comes next continues a word or sentence without a space."""
        last = next((words[-1:] for words in reversed(self._words[-3:]) if words), " ")
        return not last.isspace() and last not in "[("

    def _number_item(self) -> str:
        """Return the number of an item of the list around, empty for one without numbers."""
        numbers = self._lists[-1][1] if self._lists else None
        return f"{next(numbers)}. " if numbers else ""

    def _add_words(self, text: str | None) -> None:
        """Add text of which line breaks are only spaces, after the number of the item that it begins."""
        if text and self._mark and text.strip():
            self._words.append(self._mark)
            self._mark = ""
        self._words.append((text or "").replace("\n", " ").replace("\r", " "))

    def _add_whole(self, element: Element, tag: str) -> bool:
        """Add an element that is written in one piece, and return whether it is one."""
        if _is_note_reference(element, tag) or (self._is_in_word and _is_numbered_link(element, tag)):
            # The number before a note begins its paragraph; that in the text continues a word.
            space = "" if any(words.strip() for words in self._words) else " "
            self._words.append(f"[{read_line(element).strip('[]()')}]{space}")
            return True
        rows = _read_table(element) if tag == "table" else []
        if not (rows or tag in HEADING_TAGS or tag == "pre"):
            return False
        self.end_block()
        for inner in element.iterdescendants():
            self._begin_place(inner)
        if rows:
            self._add_caption(element)
            self._builder.add_table(rows, has_header=_is_header(element) or None)
        elif tag == "pre":
            self._builder.add_code("".join(_iterate_pieces(element)))
        else:
            self._builder.add_heading(read_line(element), HEADING_TAGS[tag])
        self._done.add(element)
        return True

    def _add_caption(self, table: Element) -> None:
        for caption in (inner for inner in table if get_tag(inner) == "caption"):
            self._builder.add_paragraph(read_line(caption))


def _read_start(element: Element) -> int:
    start = element.get("start") or ""
    return int(start) if start.isdecimal() and len(start) < 7 else 1


def _is_note_reference(element: Element, tag: str) -> bool:
    """Return whether an element is the number of a note, which would run into the word before it."""
    if tag == "a" and "noteref" in get_type(element).split():
        return True
    if tag not in {"a", "sup"} or NUMBER.fullmatch(read_line(element)) is None:
        return False
    raised = tag == "sup" or any(get_tag(inner) == "sup" for inner in element.iterdescendants())
    linked = tag == "a" or any(get_tag(inner) == "a" for inner in element.iterdescendants())
    return raised and linked and (tag == "a" or get_tag(element.getparent()) != "a")


def _is_numbered_link(element: Element, tag: str) -> bool:
    return tag == "a" and "#" in (element.get("href") or "") and NUMBER.fullmatch(read_line(element)) is not None


def _is_way_back(element: Element, tag: str) -> bool:
    """Return whether an element is the arrow from a note to its place in the text."""
    return tag == "a" and "#" in (element.get("href") or "") and ARROW.fullmatch(read_line(element)) is not None


def _is_header(table: Element) -> bool:
    """Return whether the cells of the first row say that they name the columns."""
    first = next(table.iter("{*}tr"))
    return get_tag(first.getparent()) == "thead" or (len(first) > 0 and all(get_tag(cell) == "th" for cell in first))


def _read_table(table: Element) -> Sequence[Sequence[str]]:
    """Return the rows of a table of data; nothing for one that only arranges what is on a page."""
    if any(get_tag(inner) in {"table", "ul", "ol", "pre", *HEADING_TAGS} for inner in table.iterdescendants()):
        return []
    rows = list(_expand_rows(table))
    filled = [row for row in rows if sum(bool(cell) for cell in row) > 1]
    is_short = all(len(cell) <= MAX_CELL_CHARS for row in rows for cell in row)
    return rows if len(filled) > 1 and is_short else []


def _expand_rows(table: Element) -> Iterator[Sequence[str]]:
    """Yield the cells of each row; a cell that spans rows is in each of them, a header in each of its columns."""
    below: dict[int, tuple[int, str]] = {}
    for row in table.iter("{*}tr"):
        cells: list[str] = []
        for cell in (cell for cell in row if get_tag(cell) in {"td", "th"}):
            _add_from_above(cells, below)
            text, lasts = read_line(cell), _read_span(cell, "rowspan") - 1
            for column in range(_read_span(cell, "colspan")):
                if lasts:
                    below[len(cells)] = (lasts, text)
                cells.append(text if not column or get_tag(cell) == "th" else "")
        _add_from_above(cells, below)
        yield cells


def _add_from_above(cells: list[str], below: dict[int, tuple[int, str]]) -> None:
    while len(cells) in below:
        lasts, text = below.pop(len(cells))
        if lasts > 1:
            below[len(cells)] = (lasts - 1, text)
        cells.append(text)


def _read_span(cell: Element, name: str) -> int:
    value = cell.get(name) or ""
    return min(int(value), MAX_SPAN) or 1 if value.isdecimal() and len(value) < 7 else 1
