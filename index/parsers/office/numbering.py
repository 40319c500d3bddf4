"""The numbers that a program computes for items of lists and for headings: "3.", "b)", "2.1"."""

from collections.abc import Sequence
from dataclasses import dataclass

import regex

# Levels inside each other that programs know.
MAX_LEVELS = 10
# "%2" in the text of a level of Word stands for the number of the second level.
PLACEHOLDER = regex.compile(r"%([1-9])")
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
# A larger number is written in figures, whatever the list says.
MAX_LETTERS, MAX_ROMAN = 26 * 26, 3999


@dataclass(frozen=True, slots=True)
class Level:
    """How the items of one level are numbered.

    ``text`` has %1 for the number of the first level, and so on; it is empty for a level without numbers. ``kind`` is
    "decimal", "zero", "letter", "LETTER", "roman" or "ROMAN".
    """

    text: str = ""
    kind: str = "decimal"
    start: int = 1
    # Whether an item of a higher level lets it begin again.
    restarts: bool = True
    # All numbers in its text are in figures, also those of other levels.
    is_legal: bool = False


class Counters:
    """The numbers of one list, level by level, as far as it has been read."""

    def __init__(self) -> None:
        """Begin before the first item."""
        self._numbers: dict[int, int] = {}

    def count(self, levels: Sequence[Level], level: int) -> str:
        """Count an item of a level, from 0, and return what is written before it."""
        number = self._numbers.get(level, levels[level].start - 1) + 1
        # A level that has been skipped has its first number.
        above = {one: self._numbers.get(one, levels[one].start) for one in range(level)}
        below = {one: last for one, last in self._numbers.items() if one > level and not levels[one].restarts}
        self._numbers = {**above, level: number, **below}
        is_legal = levels[level].is_legal
        return PLACEHOLDER.sub(lambda match: self._show(levels, int(match[1]) - 1, is_legal), levels[level].text)

    def restart(self, level: int, number: int) -> None:
        """Let the next item of a level have this number."""
        self._numbers[level] = number - 1

    def _show(self, levels: Sequence[Level], level: int, is_legal: bool) -> str:
        if level not in self._numbers:
            return ""
        return format_count(self._numbers[level], "decimal" if is_legal else levels[level].kind)


def format_count(number: int, kind: str) -> str:
    """Return a number as the items of a list show it."""
    if kind.lower() == "letter" and 0 < number <= MAX_LETTERS:
        # After z comes aa, then bb.
        words = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif kind.lower() == "roman" and 0 < number <= MAX_ROMAN:
        words = _to_roman(number)
    else:
        words = f"{number:02}" if kind == "zero" else str(number)
    return words.upper() if kind.isupper() else words


def _to_roman(number: int) -> str:
    words = ""
    for value, letters in ROMAN:
        words += letters * (number // value)
        number %= value
    return words
