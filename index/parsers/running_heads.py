"""Running heads and page numbers: lines that are at the same place on many pages.

The first of each running head stays, because a title or a date may be nowhere else. Page numbers are all left out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from index.parsers.page_layout import TextBox

# How many lines from the top and from the bottom of a page may be a running head.
MAX_HEAD_LINES = 3
# On how many pages a line must be. Heads of left and right pages may differ, and those of chapters do.
MIN_PAGES, MIN_SHARE = 3, 0.4
# Points by which the place may differ.
TOLERANCE = 4.0
# A longer line is a sentence, even if its number is that of the page.
MAX_NUMBERED_CHARS = 80

NUMBER = regex.compile(r"\d+|(?<=^\W*)[ivxl]+(?=\W*$)", regex.IGNORECASE)
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}
SENTENCE = regex.compile(r"[.!?][\"'”’)]*$")
BARE_NUMBER = regex.compile(r"[^\p{L}]*#[^\p{L}]*")
# "Page 3 of 12", and "Page 3", which at the top of a page may be a heading, such as "Question 3".
COUNTED_NUMBER = regex.compile(r"\W*\p{L}+\W* #\W+\p{L}*\W*\d+\W*")
NAMED_NUMBER = regex.compile(r"\W*\p{L}+\W* #\W*")


@dataclass(frozen=True, slots=True)
class _Head:
    """What a running head has in common on its pages: its words with # for the page's number, and its place."""

    words: str
    place: int
    offset: int | None = None  # of the number from the number of the page

    def is_page_number(self, is_below: bool) -> bool:
        """Return whether it says nothing but the number of the page, in the upper or the lower half of one."""
        patterns = [BARE_NUMBER, COUNTED_NUMBER, *([NAMED_NUMBER] if is_below else [])]
        return self.offset is not None and any(pattern.fullmatch(self.words) for pattern in patterns)

    def may_be_repeated(self) -> bool:
        """Return whether it is left out after its first occurrence."""
        return self.offset is None or not NAMED_NUMBER.fullmatch(self.words)


def remove_running_heads(pages: Sequence[Sequence[TextBox]]) -> list[list[TextBox]]:
    """Return the lines of each page without running heads, except where one appears first."""
    edges = [_find_edges(lines) for lines in pages]
    counts = Counter(
        head for page, lines in enumerate(edges) for head in {head for line in lines for head in _describe(line, page)}
    )
    needed = max(MIN_PAGES, MIN_SHARE * sum(bool(lines) for lines in pages))
    common = {head for head, count in counts.items() if count >= needed}
    seen: set[str] = set()
    return [
        _remove(lines, {id(line): common.intersection(_describe(line, page)) for line in found}, seen)
        for page, (lines, found) in enumerate(zip(pages, edges, strict=True))
    ]


def _remove(lines: Sequence[TextBox], heads: dict[int, set[_Head]], seen: set[str]) -> list[TextBox]:
    """Return the lines of a page without page numbers and heads whose words were ``seen``, and add its heads there."""
    middle = (min(line.top for line in lines) + max(line.bottom for line in lines)) / 2 if lines else 0.0
    kept = []
    for line in lines:
        found = heads.get(id(line), set())
        is_number = any(head.is_page_number(line.top > middle) for head in found)
        if not is_number and not any(head.words in seen and head.may_be_repeated() for head in found):
            kept.append(line)
        seen.update(head.words for head in found)
    return kept


def _find_edges(lines: Sequence[TextBox]) -> list[TextBox]:
    """Return the first and last lines of a page."""
    by_place = sorted(lines, key=lambda line: line.top)
    edges = {id(line): line for line in (*by_place[:MAX_HEAD_LINES], *by_place[-MAX_HEAD_LINES:])}
    return list(edges.values())


def _describe(line: TextBox, page: int) -> Iterator[_Head]:
    """Yield the heads that a line may be: as it is, and with each of its numbers as that of the page."""
    place = round(line.top / TOLERANCE)
    yield _Head(line.text, place)
    if len(line.text) <= MAX_NUMBERED_CHARS and not SENTENCE.search(line.text):
        for number in NUMBER.finditer(line.text):
            words = f"{line.text[: number.start()]}#{line.text[number.end() :]}"
            yield _Head(words, place, _read_number(number[0]) - page)


def _read_number(digits: str) -> int:
    """Return the value of a number in figures or in Roman numerals."""
    if digits.isdecimal():
        return int(digits[:9])
    values = [ROMAN[digit] for digit in digits.lower()]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(value if value >= following else -value for value, following in pairs)
