"""Which paragraphs of a Word file are headings, by their styles, and which words are hidden."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import regex

from index.parsers.office.package import Element, Package, attribute, child, descendants, local_name, read_count

# The name of a built-in style is English in the file, whatever the language of the program.
HEADING = regex.compile(r"heading ([1-9])", regex.IGNORECASE)
CONTENTS = regex.compile(r"toc \d|toc heading|table of figures|contents \d|contents heading", regex.IGNORECASE)
TITLES = {"title": 1, "subtitle": 2}
# A level of the outline that stands for plain text.
BODY_LEVEL = 9
# A chain of styles that is longer leads back to itself.
MAX_CHAIN = 50


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says: the level of a heading (0: no heading), and whether it is part of a table of contents."""

    level: int = 0
    is_contents: bool = False


class Styles:
    """The styles of a document by id."""

    def __init__(self, elements: Mapping[str, Element]) -> None:
        """Keep the elements that define the styles."""
        self._elements = elements
        self._read: dict[str, Style] = {}
        self._hidden = frozenset(name for name, one in elements.items() if is_on(child(one, "rPr", "vanish")))

    def find(self, properties: Element | None) -> Style:
        """Return the style of a paragraph with these properties, which may state a level of their own."""
        style_id = attribute(child(properties, "pStyle"), "val")
        if style_id not in self._read:
            self._read[style_id] = self._follow(style_id)
        style, level = self._read[style_id], child(properties, "outlineLvl")
        return style if level is None else Style(_read_level(level), style.is_contents)

    def find_list(self, properties: Element | None) -> tuple[str, int]:
        """Return the id of the list that a paragraph with these properties is in, and its level from 0.

        The id is that of no list if it is in none.
        """
        list_id = level = ""
        for place in (properties, *self._iterate_properties(attribute(child(properties, "pStyle"), "val"))):
            list_id = list_id or attribute(child(place, "numPr", "numId"), "val")
            level = level or attribute(child(place, "numPr", "ilvl"), "val")
            if list_id:
                break
        return list_id, read_count(level, default=0)

    def is_hidden(self, run: Element) -> bool:
        """Return whether a run is hidden text."""
        if local_name(run) != "r":
            return False
        vanish = child(run, "rPr", "vanish")
        if vanish is not None:
            return is_on(vanish)
        return attribute(child(run, "rPr", "rStyle"), "val") in self._hidden

    def _follow(self, style_id: str) -> Style:
        """Return what a style, or the first one it is based on that says something, says."""
        for element in self._iterate_styles(style_id):
            style = read_style_name(attribute(child(element, "name"), "val"))
            if style != Style():
                return style
            level = child(element, "pPr", "outlineLvl")
            if level is not None:
                return Style(_read_level(level))
        return Style()

    def _iterate_properties(self, style_id: str) -> Iterator[Element | None]:
        return (child(element, "pPr") for element in self._iterate_styles(style_id))

    def _iterate_styles(self, style_id: str) -> Iterator[Element]:
        """Yield a style and those that it is based on."""
        for _ in range(MAX_CHAIN):
            element = self._elements.get(style_id)
            if element is None:
                return
            yield element
            style_id = attribute(child(element, "basedOn"), "val")


def read_styles(package: Package, main: str) -> Styles:
    """Return the styles of the document in the part ``main``."""
    root = package.parse_optional(package.find_related("styles", main))
    return Styles({attribute(style, "styleId"): style for style in descendants(root, "style")})


def read_style_name(name: str) -> Style:
    """Return what the name of a style says by itself."""
    name = name.strip().lower()
    if heading := HEADING.fullmatch(name):
        return Style(int(heading[1]))
    return Style(TITLES.get(name, 0), CONTENTS.fullmatch(name) is not None)


def is_on(switch: Element | None) -> bool:
    """Return whether a property is there and not turned off."""
    return switch is not None and attribute(switch, "val", "true") not in {"0", "false", "off"}


def _read_level(element: Element) -> int:
    level = read_count(attribute(element, "val"), default=BODY_LEVEL)
    return 0 if level >= BODY_LEVEL else level + 1
