"""What the borders of the text change in a reader's words, measured over questions with their texts."""

from collections.abc import Iterable

from benchmarks.span_borders import (
    Case,
    compare_words,
    damage_span,
    format_damage,
    format_forms,
    format_outcomes,
    format_worst,
    is_right,
    load_handbook_cases,
)
from benchmarks.splits import Part
from index.types import Span
from qa.types import Reading

TEXT = "Keep it for 30 days in a dry place. It costs £5."


class TornReader:
    """Chooses one digit of the number, as a reader of tokens may."""

    name = "torn"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        places = [text.find("30") for _, text in passages]
        return [Reading(1.0, 1.0, Span(place, place + 1)) for place in places]


def test_words_before_and_after_are_compared() -> None:
    """The torn number becomes whole, and the tables say so."""
    place = TEXT.find("30")
    case = Case("handbooks", "number", "How long?", "Rules", TEXT, ("30 days",), Span(place, place + 7))
    (outcome,) = compare_words(TornReader(), [case])
    assert (outcome.raw, outcome.tidied) == ("3", "30")
    table = format_outcomes({"handbooks": [outcome]})
    assert "| handbooks | 1 | 0.000 → 0.667 | 0.000 → 0.000 | 1 | 1 | 0 |" in table
    assert "| number | 0 | 0 | 0 | 1 |" in format_forms([case])
    assert format_worst("handbooks", [outcome], 3) == "## handbooks\n"


def test_a_handbook_case_is_a_passage_with_its_answer() -> None:
    """Nearly always the place of a right answer is inside the passage, and is one of the accepted answers."""
    cases = list(load_handbook_cases(Part.HELD_OUT))
    placed = [case for case in cases if case.gold]
    assert len(placed) > 0.9 * len(cases) > 100
    assert all(len(case.text) < 1200 for case in cases)


def test_right_answers_stay_right_and_torn_ones_are_mended() -> None:
    """Of all right answers in the handbooks, at least 99.5 % stay right; of the torn ones of one part, 95 % become so."""
    cases = {part: [case for case in load_handbook_cases(part) if case.gold] for part in Part}
    kept = [is_right(case, case.gold) for found in cases.values() for case in found]
    assert len(kept) > 2500
    assert sum(kept) >= 0.995 * len(kept)
    torn = [
        (case, span) for case in cases[Part.HELD_OUT] for _, span in damage_span(case.text, case.gold or Span(0, 0))
    ]
    assert sum(is_right(case, span) for case, span in torn) >= 0.95 * len(torn) > 100


def test_the_damage_of_a_span_is_listed() -> None:
    """Half a word at either end, and the preposition, the bullet, the brackets and the marks beside it."""
    text = "- in (dry places)."
    start, end = text.index("dry"), text.index(")")
    assert dict(damage_span(text, Span(start, end))) == {
        "last word torn": Span(start, start + 7),
        "mark after": Span(start, end + 1),
        "mark before": Span(start - 1, end),
    }
    assert dict(damage_span("- in places", Span(5, 11)))["preposition"] == Span(2, 11)
    assert dict(damage_span("- in places", Span(2, 11)))["bullet or prompt"] == Span(0, 11)
    case = Case("handbooks", "place", "Where?", "Rules", text, ("dry places",), Span(start, end))
    assert "| handbooks | 1 | 1.0000 |" in format_damage([case])
