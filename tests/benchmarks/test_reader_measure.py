"""How the reader alone is measured and its confidence fitted, on examples made by hand."""

import json
import random
from collections.abc import Iterable
from math import exp
from pathlib import Path

import pytest

from benchmarks.open_sets import ReadingQuestion
from benchmarks.training.reader.calibrate import (
    LabelledReading,
    LabelledText,
    PairKind,
    describe_fit,
    draw_texts,
    fit_calibration,
    read_labelled,
    weigh_rows,
)
from benchmarks.training.reader.document import as_figures, render_page
from benchmarks.training.reader.measure import format_table, measure_reader
from index.types import Span
from qa.types import Reading

CONTEXT = "It rains in the hills today and all week long. It was made by Ann Lee."
LEE = Span(CONTEXT.index("Ann"), CONTEXT.index("Ann") + 7)


class Points:
    """A reader that points at "Ann Lee", and is sure if the passage has it; otherwise at the last word."""

    name = "points"

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        return [self._read_one(words) for _, words in passages]

    def _read_one(self, words: str) -> Reading:
        at = words.find("Ann Lee")
        span = Span(at, at + 7) if at >= 0 else Span(words.rfind(" ") + 1, len(words))
        return Reading(float(at), float(at), span)


def question(
    context: str, answers: tuple[Span, ...], article: str = "a", relevant: bool | None = None
) -> ReadingQuestion:
    return ReadingQuestion(
        "qed", article, "", context, "Who?", answers, bool(answers) if relevant is None else relevant
    )


def test_the_measures_are_those_of_the_words_and_of_the_gaps() -> None:
    """A right answer scores 1 and a wrong one 0; a context is more relevant than without its answering sentence."""
    asked = [question(CONTEXT, (LEE,)), question("Nobody knows.", (Span(0, 6),)), question("It rains.", ())]
    found = measure_reader(Points(), asked)
    assert (found.questions, found.f1, found.exact, found.gaps, found.separation) == (3, 0.5, 0.5, 1, 1.0)
    assert found.scores["answer F1"].count == 3
    assert found.scores["best words F1"].count == 2
    row = format_table({"qed": found}).splitlines()[2]
    assert row.startswith("| qed | 3 | 0.500 [0.000, 1.000] | 0.500 ")
    assert row.endswith("| 1.000 |")


def test_the_page_shows_each_source_with_its_interval_above_the_reader_before(tmp_path: Path) -> None:
    """The figures go through JSON, as ``render`` reads them; a source without a measure leaves its cell empty."""
    now = measure_reader(Points(), [question(CONTEXT, (LEE,)), question("It rains.", ())])
    before = measure_reader(Points(), [question("Nobody knows.", (Span(0, 6),))])
    about = {"questions": {"qed": 7}, "plan": {"steps": 1, "batch": 2, "rate": 0.1, "seed": 0}}
    page = render_page(json.loads(json.dumps(as_figures(tmp_path, about, {"qed": now}, {"qed": before}))))
    rows = [line for line in page.splitlines() if "QED" in line or "*before*" in line]
    assert rows[1].startswith("| QED: paragraphs of Natural Questions | 2 | 1.000 [1.000, 1.000] | 1.000 ")
    assert rows[2].startswith("| *before* | | 0.000 [0.000, 0.000] | 0.000 ")
    assert rows[-1] == "| QED: paragraphs of Natural Questions | 1 | 1.000 |  |"


def test_every_answerable_question_is_drawn_with_its_text_and_often_with_a_wrong_one() -> None:
    """A wrong text has none of the answers; questions whose words are not known are left out."""
    asked = [question(CONTEXT, (LEE,), f"article {n}") for n in range(50)]
    asked += [question(f"Tea number {n} is green. It is hot.", (Span(0, 3),), f"article {n}") for n in range(50)]
    asked += [question("Nobody knows.", ()), question("Unknown words.", (), relevant=True)]
    found = draw_texts(asked)
    kinds = [one.kind for one in found]
    assert kinds.count(PairKind.ANSWERS) == 100
    assert kinds.count(PairKind.NEAR_MISS) == 1
    assert {PairKind.REMOVED, PairKind.SAME_ARTICLE, PairKind.OTHER} < set(kinds)
    assert all(one.answers for one in found if one.kind is PairKind.ANSWERS)
    wrong = [one for one in found if one.kind in {PairKind.SAME_ARTICLE, PairKind.OTHER}]
    assert {one.text.startswith("It rains") for one in wrong} == {True, False}
    assert all("Unknown" not in one.text for one in found if one.kind is PairKind.ANSWERS)
    removed = [one.text for one in found if one.kind is PairKind.REMOVED]
    assert set(removed) == {"It rains in the hills today and all week long."}
    assert draw_texts(asked) == found


def labelled(kind: PairKind, relevance: float, right: bool, source: str = "qed") -> LabelledReading:
    given = LabelledText(source, kind, "Who?", "", CONTEXT, ("Ann Lee",))
    return LabelledReading(given, Reading(relevance, relevance, LEE, relevance), right)


def logistic(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def test_half_of_the_weight_of_every_set_is_of_texts_that_answer() -> None:
    """However many of each kind there are."""
    rows = [labelled(PairKind.ANSWERS, 1, True)] * 7 + [labelled(PairKind.OTHER, 1, False)] * 2
    rows += [labelled(PairKind.REMOVED, 1, False)] * 30 + [labelled(PairKind.ANSWERS, 1, True, "qamr")] * 5
    rows += [labelled(PairKind.OTHER, 1, False, "qamr")] * 50
    weights = weigh_rows(rows)
    assert weights.sum() == pytest.approx(len(rows))
    shares = [weights[a:b].sum() / len(rows) for a, b in ((0, 7), (7, 9), (9, 39), (39, 44), (44, 94))]
    assert shares == pytest.approx([0.25, 0.125, 0.125, 0.25, 0.25])


def test_a_fit_finds_the_probabilities_that_made_the_data() -> None:
    """Of texts and of words, each within a few hundredths; the noisy sets do not teach which words are right."""
    chance = random.Random(0)
    rows = []
    for number in range(6000):
        answers, relevance = number % 2 == 0, chance.gauss(2 if number % 2 == 0 else -2, 2)
        # So that the words are right as often as the logistic function of a relevance that is lower by 2.
        right = answers and chance.random() < logistic(relevance - 2) / logistic(relevance)
        rows.append(labelled(PairKind.ANSWERS if answers else PairKind.OTHER, relevance, right))
        rows.append(labelled(PairKind.ANSWERS if answers else PairKind.OTHER, relevance, False, "qamr"))
    fitted = fit_calibration(rows, "abc")
    for relevance in (-2.0, 0.0, 2.0):
        words, text = fitted.compute_confidence(Reading(relevance, relevance, LEE, relevance))
        assert text == pytest.approx(logistic(relevance), abs=0.04)
        assert words == pytest.approx(logistic(relevance - 2), abs=0.04)
    assert fitted.fitted_for == "abc"
    assert "qed" in describe_fit(fitted, rows)


def test_words_are_read_where_they_are() -> None:
    """A labelled text knows whether the words that the reader points at are right."""
    texts = [LabelledText("qed", PairKind.ANSWERS, "Who?", "", CONTEXT, ("Ann Lee",))]
    texts.append(LabelledText("qed", PairKind.NEAR_MISS, "Who?", "", "Nobody knows it."))
    assert [(row.right, row.answers) for row in read_labelled(Points(), texts)] == [(True, True), (False, False)]
