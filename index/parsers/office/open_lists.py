"""The numbers of paragraphs in OpenDocument: of items of lists, and of headings by the outline of the document."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from index.parsers.office.numbering import MAX_LEVELS, Counters, Level
from index.parsers.office.package import Element, attribute, descendants, local_name, read_count

KINDS = {"1": "decimal", "a": "letter", "A": "LETTER", "i": "roman", "I": "ROMAN"}
PARAGRAPHS = frozenset({"p", "h"})
LISTS = frozenset({"list", "list-item", "list-header"})
# The name under which the numbers of headings are kept.
OUTLINE = "outline-style"


class OpenLists:
    """The lists of a document; counts the paragraphs that have been asked for, each once."""

    def __init__(self, roots: Iterable[Element | None]) -> None:
        """Read the styles of lists in these parts."""
        self._levels: dict[str, Sequence[Level]] = {}
        for root in roots:
            for style in descendants(root, "list-style", OUTLINE):
                name = OUTLINE if local_name(style) == OUTLINE else attribute(style, "name")
                self._levels[name] = _read_levels(style)
        self._outline = Counters()
        # By the outermost list, by its name, and the last list of each style.
        self._counters: dict[Element | str, Counters] = {}
        self._numbers: dict[Element, str] = {}

    def number_paragraph(self, paragraph: Element) -> str:
        """Return the number that a paragraph begins with; empty if it has none."""
        item = paragraph.getparent()
        if local_name(item) == "list-item":
            is_first = paragraph is next(one for one in item if local_name(one) in PARAGRAPHS)
            if is_first and paragraph not in self._numbers:
                self._numbers[paragraph] = self._number_item(item)
        return self._numbers.get(paragraph, "")

    def number_heading(self, heading: Element, level: int) -> str:
        """Return the number that the outline gives to a heading outside of lists, by its level from 1."""
        if heading not in self._numbers:
            levels = self._levels.get(OUTLINE, ())
            is_numbered = level <= len(levels) and attribute(heading, "is-list-header") != "true"
            self._numbers[heading] = self._outline.count(levels, level - 1) if is_numbered else ""
        return self._numbers[heading]

    def _number_item(self, item: Element) -> str:
        around = takewhile(lambda element: local_name(element) in LISTS, item.iterancestors())
        lists = [element for element in around if local_name(element) == "list"]
        style = next(filter(None, (attribute(one, "style-name") for one in lists)), "")
        levels, level = self._levels.get(style, ()), len(lists) - 1
        if level >= len(levels):
            return ""
        counters = self._find_counters(lists[-1], style)
        if start := attribute(item, "start-value"):
            counters.restart(level, read_count(start))
        return counters.count(levels, level)

    def _find_counters(self, outermost: Element, style: str) -> Counters:
        """Return the counters of a list, which may continue another one."""
        if outermost not in self._counters:
            named = f"#{attribute(outermost, 'continue-list')}"
            continues = attribute(outermost, "continue-numbering") == "true"
            counters = self._counters.get(named) or (self._counters.get(style) if continues else None) or Counters()
            self._counters |= {outermost: counters, f"#{attribute(outermost, 'id')}": counters}
        self._counters[style] = self._counters[outermost]
        return self._counters[outermost]


def _read_levels(style: Element) -> Sequence[Level]:
    levels = [Level()] * MAX_LEVELS
    for element in style:
        level = read_count(attribute(element, "level"))
        if 0 < level <= MAX_LEVELS:
            levels[level - 1] = _read_level(element, level)
    return levels


def _read_level(element: Element, level: int) -> Level:
    """Return how a level is numbered; one with bullets, or without a format, is not."""
    kind = KINDS.get(attribute(element, "num-format"))
    if kind is None:
        return Level()
    shown = range(max(1, level - read_count(attribute(element, "display-levels")) + 1), level + 1)
    text = ".".join(f"%{one}" for one in shown)
    text = f"{attribute(element, 'num-prefix')}{text}{attribute(element, 'num-suffix')}"
    return Level(text.strip(), kind, read_count(attribute(element, "start-value")))
