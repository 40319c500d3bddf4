"""How the confidence is fitted and documented, on rows made by hand."""

import json
import random
from pathlib import Path

import pytest

from benchmarks.articles import Article
from benchmarks.open_sets import ReadingQuestion
from benchmarks.training.calibration.__main__ import main
from benchmarks.training.calibration.collections import MIX, SIZES, QuestionKind, _cut_collection
from benchmarks.training.calibration.document import as_figures, render_page
from benchmarks.training.calibration.fit import ANSWERED_WRONG, FEATURES, fit_calibration, fit_modes
from benchmarks.training.calibration.rows import MODES, MeasuredRows, read_rows, write_rows
from benchmarks.training.calibration.trial import Row, measure_calibration
from index.types import Span
from qa.answer.calibration import Features


def draw_rows(source: str, count: int) -> list[Row]:
    """Draw rows whose relevance and cosine mostly tell whether they are right."""
    chance = random.Random(source)
    kinds = list(QuestionKind)
    rows = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        right = kind is QuestionKind.ANSWERABLE
        signal = chance.gauss(0.25 if right else -0.25, 0.25)
        rows.append(Row(source, kind, 1, Features(signal, 0.5, 0.0, 0.1, 0.5, signal), right))
        rows.append(Row(source, kind, 2, Features(-0.4, 0.5, 0.0, -0.1, 0.2, None), right=False))
    return rows


def draw_measured(count: int = 60) -> MeasuredRows:
    rows = [row for source in SIZES for row in draw_rows(source, count)]
    return MeasuredRows(rows, rows)


def test_a_fit_finds_the_feature_that_tells_right_from_wrong_and_keeps_its_promise() -> None:
    """Above the threshold of ``answered`` at most the promised share of first passages is wrong."""
    rows = draw_measured().fitted
    calibration = fit_calibration(rows, FEATURES["precise"])
    assert max(calibration.weights, key=lambda name: calibration.weights[name]) == "relevance"
    assert 0 < calibration.unsure < calibration.answered < 1
    trial = measure_calibration(calibration, rows)
    assert trial.wrong <= ANSWERED_WRONG
    assert trial.ranking > 0.8
    assert all(sum(shares) == pytest.approx(1) for shares in trial.statuses.values())


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    """That includes rows that the reader has not read."""
    rows = {mode: draw_measured(4) for mode in MODES}
    write_rows(rows, tmp_path / "rows.jsonl.gz")
    assert read_rows(tmp_path / "rows.jsonl.gz") == rows


def test_the_page_needs_nothing_but_its_figures() -> None:
    """Figures that went through JSON give the same page, with a line for each mode and source."""
    figures = as_figures(fit_modes({mode: draw_measured(24) for mode in MODES}))
    page = render_page(json.loads(json.dumps(figures)))
    assert page == render_page(figures)
    assert all(f"| `{mode}` | {source} | 24 |" in page for mode in MODES for source in SIZES)
    assert "| `relevance` | +" in page


def test_without_data_the_command_says_what_is_missing() -> None:
    """DATA may only be left out with --refit or --render."""
    with pytest.raises(Exception, match="missing DATA"):
        main([], standalone_mode=False)


def test_an_answer_is_where_the_collection_says_and_a_removed_one_is_gone() -> None:
    """Sentences are cut out; the places of the other answers move with the text."""
    names = [f"Person{number}" for number in range(60)]
    article = Article("qed", "a", "Makers")
    for name in names:
        context = f"{name} made the thing of {name.lower()} long ago."
        answer = (Span(0, len(name)),)
        article.add(ReadingQuestion("qed", "a", "Makers", context, f"Who made {name}?", answer, relevant=True))
        article.add(ReadingQuestion("qed", "a", "Makers", context, f"Who broke {name}?", (), relevant=False))
    collection = _cut_collection([article], [article], ["turn on the light"] * 9, random.Random(0))
    text = collection.texts["a"]
    by_kind = {kind: [q for q in collection.questions if q.kind is kind] for kind in MIX}
    assert all(by_kind.values())
    for question in by_kind[QuestionKind.ANSWERABLE]:
        assert [text[place.start : place.end] for place in question.places] == list(question.answers)
    assert sum(name in text for name in names) < len(names)
    assert all(not q.places for kind in MIX if kind is not QuestionKind.ANSWERABLE for q in by_kind[kind])


def test_a_context_that_answers_as_a_whole_stays() -> None:
    """Its answering sentence is not known, so that nothing of it is taken out, and all of it answers."""
    article = Article("feedbackqa", "a", "Visas")
    article.add(ReadingQuestion("feedbackqa", "a", "Visas", "Wait. Ask us.", "What now?", (), relevant=True))
    collection = _cut_collection([article], [], [], random.Random(0))
    assert collection.texts["a"] == "Wait. Ask us."
    assert {q.kind for q in collection.questions} <= {QuestionKind.ANSWERABLE}
