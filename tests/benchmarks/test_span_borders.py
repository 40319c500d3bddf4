"""What the borders of the text change in a reader's words, measured over questions with their texts."""

from collections.abc import Sequence

from benchmarks.span_borders import (
    Case,
    compare_words,
    format_forms,
    format_outcomes,
    format_worst,
    load_handbook_cases,
)
from benchmarks.splits import Part
from index.types import Span
from qa.types import Reading

TEXT = "Keep it for 30 days in a dry place. It costs £5."


class TornReader:
    """Chooses two characters of the number, as a reader of tokens may."""

    name = "torn"

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        places = [text.find("30") for _, text in passages]
        return [Reading(1.0, 1.0, Span(place, place + 2)) for place in places]


def test_words_before_and_after_are_compared() -> None:
    """The torn number becomes whole, the right answer stays, and the tables say so."""
    place = TEXT.find("30")
    case = Case("handbooks", "number", "How long?", "Rules", TEXT, ("30 days",), Span(place, place + 7))
    (outcome,) = compare_words(TornReader(), [case])
    assert (outcome.raw, outcome.tidied, outcome.gold_kept) == ("30", "30 days", True)
    table = format_outcomes({"handbooks": [outcome]})
    assert "| handbooks | 1 | 0.667 → 1.000 | 0.000 → 1.000 | 1 | 1 | 0 | 1.000 |" in table
    assert "| number | 0 | 0 | 0 | 1 |" in format_forms([case])
    assert format_worst("handbooks", [outcome], 3) == "## handbooks\n"


def test_a_handbook_case_is_a_passage_with_its_answer() -> None:
    """Nearly always the place of a right answer is inside the passage, and is one of the accepted answers."""
    cases = list(load_handbook_cases(Part.HELD_OUT))
    placed = [case for case in cases if case.gold]
    assert len(placed) > 0.9 * len(cases) > 100
    assert all(len(case.text) < 1200 for case in cases)
