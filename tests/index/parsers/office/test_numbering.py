"""Numbers that programs compute for items of lists."""

import pytest

from index.parsers.office.numbering import Counters, Level, format_count


@pytest.mark.parametrize(
    ("number", "kind", "shown"),
    [
        (1, "decimal", "1"),
        (3, "zero", "03"),
        (26, "letter", "z"),
        (28, "LETTER", "BB"),
        (1994, "roman", "mcmxciv"),
        (9, "ROMAN", "IX"),
        (0, "roman", "0"),
        (5000, "ROMAN", "5000"),
        (700, "letter", "700"),
    ],
)
def test_kinds(number: int, kind: str, shown: str) -> None:
    """In figures, letters or Roman numerals; in figures if the others have no such number."""
    assert format_count(number, kind) == shown


def test_levels() -> None:
    """A level begins again after one above it, unless it does not; one that was skipped has its first number."""
    levels = [Level("%1."), Level("%1.%2", start=0), Level("§ %3", restarts=False), Level("%9 x")]
    counters = Counters()
    shown = [counters.count(levels, level) for level in (1, 1, 0, 1, 2, 0, 2, 3)]
    assert shown == ["1.0", "1.1", "2.", "2.0", "§ 1", "3.", "§ 2", " x"]
