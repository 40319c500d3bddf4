"""The numbers of paragraphs in Word: which list a paragraph belongs to, and what its level looks like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.parsers.office.numbering import MAX_LEVELS, Counters, Level
from index.parsers.office.package import Element, Package, attribute, child, descendants, read_count
from index.parsers.office.word_styles import Styles, is_on

KINDS = {
    "decimal": "decimal",
    "decimalZero": "zero",
    "lowerLetter": "letter",
    "upperLetter": "LETTER",
    "lowerRoman": "roman",
    "upperRoman": "ROMAN",
}
# A chain of styles of lists that is longer leads back to itself.
MAX_CHAIN = 10


@dataclass(frozen=True, slots=True)
class _List:
    """A list: its levels, and the id of what it has in common with lists that continue it."""

    levels: tuple[Level, ...] = ()
    shared: str = ""
    # By level: the number with which this list begins, although it continues another one.
    restarts: Mapping[int, int] | None = None


class Lists:
    """The lists of a document; counts the items that have been asked for."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """Read the definitions of the lists in the part ``root``."""
        self._styles = styles
        self._abstract = {attribute(one, "abstractNumId"): one for one in descendants(root, "abstractNum")}
        self._by_style = {
            attribute(link, "val"): key
            for key, one in self._abstract.items()
            if (link := child(one, "styleLink")) is not None
        }
        self._lists = {attribute(one, "numId"): self._read_list(one) for one in descendants(root, "num")}
        self._counters: dict[str, Counters] = {}
        self._begun: set[str] = set()

    def number_paragraph(self, properties: Element | None) -> str:
        """Return the number that a paragraph with these properties begins with; empty if it has none."""
        list_id, level = self._styles.find_list(properties)
        found = self._lists.get(list_id, _List())
        if level >= len(found.levels):
            return ""
        counters = self._counters.setdefault(found.shared, Counters())
        if list_id not in self._begun:
            self._begun.add(list_id)
            for one, number in (found.restarts or {}).items():
                counters.restart(one, number)
        return counters.count(found.levels, level)

    def _read_list(self, element: Element) -> _List:
        shared = attribute(child(element, "abstractNumId"), "val")
        for _ in range(MAX_CHAIN):
            link = attribute(child(self._abstract.get(shared), "numStyleLink"), "val")
            if link not in self._by_style:
                break
            shared = self._by_style[link]
        levels = list(_read_levels(self._abstract.get(shared)))
        restarts = {}
        for override in descendants(element, "lvlOverride"):
            level = read_count(attribute(override, "ilvl"), default=0)
            start, own = child(override, "startOverride"), child(override, "lvl")
            if level < len(levels) and own is not None:
                levels[level] = _read_level(own)
            if level < len(levels) and start is not None:
                restarts[level] = read_count(attribute(start, "val"))
                levels[level] = replace(levels[level], start=restarts[level])
        return _List(tuple(levels), shared, restarts)


def read_lists(package: Package, main: str, styles: Styles) -> Lists:
    """Return the lists of the document in the part ``main``."""
    return Lists(package.parse_optional(package.find_related("numbering", main)), styles)


def _read_levels(abstract: Element | None) -> Sequence[Level]:
    levels = [Level()] * MAX_LEVELS
    for element in descendants(abstract, "lvl"):
        position = read_count(attribute(element, "ilvl"), default=0)
        if position < MAX_LEVELS:
            levels[position] = _read_level(element)
    return levels


def _read_level(element: Element) -> Level:
    """Return how a level is numbered; one with bullets, or with numbers that are not known, is not."""
    kind = KINDS.get(attribute(child(element, "numFmt"), "val", "decimal"), "")
    return Level(
        attribute(child(element, "lvlText"), "val") if kind else "",
        kind or "decimal",
        read_count(attribute(child(element, "start"), "val"), default=0),
        attribute(child(element, "lvlRestart"), "val") != "0",
        is_on(child(element, "isLgl")),
    )
