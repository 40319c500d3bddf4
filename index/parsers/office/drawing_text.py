"""The paragraphs of shapes, diagrams and charts in Office Open XML, with the numbers that are computed for them."""

from collections.abc import Iterator

import regex

from index.parsers.office.numbering import MAX_LEVELS, Counters, Level
from index.parsers.office.package import Element, attribute, child, descendants, local_name, read_count

# What the numbers of a paragraph look like: "arabicPeriod" is "1.", "alphaLcParenR" is "a)".
SCHEME = regex.compile(r"(arabic|alphaLc|alphaUc|romanLc|romanUc)(Period|ParenR|ParenBoth|Plain)")
KINDS = {"arabic": "decimal", "alphaLc": "letter", "alphaUc": "LETTER", "romanLc": "roman", "romanUc": "ROMAN"}
FORMS = {"Period": "%{}.", "ParenR": "%{})", "ParenBoth": "(%{})", "Plain": "%{}"}


def read_paragraphs(shape: Element) -> list[str]:
    """Return the paragraphs of a shape, or of a point of a diagram, each after its number."""
    return [words for body in descendants(shape, "txBody", "t") for words in _read_body(body)]


def read_paragraph(paragraph: Element) -> str:
    """Return the words of a paragraph; a line break is one."""
    pieces = []
    for run in paragraph:
        name = local_name(run)
        if name == "br":
            pieces.append("\n")
        elif name in {"r", "fld", "m", "AlternateContent"}:
            pieces += [one.text or "" for one in descendants(run, "t")]
    return "".join(pieces)


def _read_body(body: Element) -> Iterator[str]:
    counters, levels = Counters(), [Level()] * MAX_LEVELS
    for paragraph in (one for one in body if local_name(one) == "p"):
        words, properties = read_paragraph(paragraph), child(paragraph, "pPr")
        level = min(read_count(attribute(properties, "lvl"), default=0), MAX_LEVELS - 1)
        numbered = _read_level(child(properties, "buAutoNum"), level)
        if numbered != levels[level]:
            counters.restart(level, numbered.start)
        levels[level] = numbered
        if words.strip():
            yield f"{counters.count(levels, level)} {words}".strip()


def _read_level(element: Element | None, level: int) -> Level:
    """Return how the paragraphs of a level are numbered; one with bullets or without is not."""
    scheme = SCHEME.fullmatch(attribute(element, "type"))
    if scheme is None:
        return Level()
    return Level(FORMS[scheme[2]].format(level + 1), KINDS[scheme[1]], read_count(attribute(element, "startAt")))
