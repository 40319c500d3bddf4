"""Elements become blocks of text: headings, paragraphs, lists, code and tables."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import TypeAlias

from index.parsers.markup.tables import count_headers, read_table
from index.parsers.markup.tree import (
    BLOCK_TAGS,
    HIDDEN_TAGS,
    Element,
    get_tag,
    get_type,
    iterate_pieces,
    read_line,
    walk_elements,
)
from index.parsers.tables import arrange_rows
from index.parsers.text_builder import TextBuilder

# The place that begins with an element, None for most.
FindPlace: TypeAlias = Callable[[Element], str | None]

HEADING_TAGS = {f"h{level}": level for level in range(1, 7)}
HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
ARROW = re.compile(r"[\u2190-\u21ff\u2900-\u297f^\ufe0e\ufe0f]+")
NUMBER = re.compile(r"\d{1,4}\*?")


def add_markup(builder: TextBuilder, root: Element, find_place: FindPlace = lambda element: None) -> None:
    """Add all that the elements show: headings, paragraphs, lists, code, and tables with a line for each row."""
    writer = _Writer(builder, find_place)
    walk = walk_elements(root)
    for event, element in walk:
        if event == "end":
            writer.end_element(element)
        elif not writer.begin_element(element):
            walk.skip_subtree()
    writer.end_block()


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
        rows = read_table(element) if tag == "table" else []
        if not (rows or tag in HEADING_TAGS or tag == "pre"):
            return False
        self.end_block()
        for inner in element.iterdescendants():
            self._begin_place(inner)
        if rows:
            self._add_caption(element)
            self._add_rows(rows, count_headers(element))
        elif tag == "pre":
            self._builder.add_code("".join(iterate_pieces(element)))
        else:
            self._builder.add_heading(read_line(element), HEADING_TAGS[tag])
        self._done.add(element)
        return True

    def _add_rows(self, rows: Sequence[Sequence[str]], headers: int) -> None:
        """Add the rows of a table; several rows of headers become one."""
        titles, arranged, has_header = arrange_rows(rows[:headers], rows[headers:])
        for title in titles:
            self._builder.add_paragraph(title)
        self._builder.add_table(arranged, has_header)

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
