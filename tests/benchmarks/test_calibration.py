"""How the confidence is fitted and documented, on rows made by hand."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import pytest

from benchmarks.articles import Article
from benchmarks.open_sets import ReadingQuestion
from benchmarks.training.calibration.__main__ import main
from benchmarks.training.calibration.collections import MIX, SIZES, LabelledQuestion, QuestionKind, _cut_collection
from benchmarks.training.calibration.document import as_figures, render_page
from benchmarks.training.calibration.fit import (
    ANSWERED_WRONG,
    FEATURES,
    fit_calibration,
    fit_modes,
    select_complete,
    try_modes,
)
from benchmarks.training.calibration.fit_words import (
    SENTENCES_WRONG,
    SURE_WRONG,
    WORDS_WRONG,
    KnownRow,
    fit_words,
    list_words,
    measure_words,
    try_words,
)
from benchmarks.training.calibration.rows import (
    MODES,
    MeasuredRows,
    RecordedWords,
    _label_words,
    read_rows,
    write_rows,
)
from benchmarks.training.calibration.trial import LabelledWords, Row, measure_calibration
from index.types import Span
from qa.answer.calibration import Features
from qa.answer.words import SURE, WordsFeatures, WordsModel, choose_words
from qa.logistic import LogisticModel
from qa.types import AnswerKind, AnswerPassage, Mode, PassageCopy, Source

# Features of no account in a test; it replaces those that are.
WORDS = WordsFeatures(0.9, 0.5, 0.0, 0.0, 0.0, 0.0, 0.2, 0.0, 1.0, quotable=True)


def draw_rows(source: str, count: int) -> list[Row]:
    """Draw rows whose relevance and cosine mostly tell whether they are right, and whose margin does of the words."""
    chance = random.Random(source)
    kinds = list(QuestionKind)
    rows = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        right = kind is QuestionKind.ANSWERABLE
        signal = chance.gauss(0.25 if right else -0.25, 0.25)
        words_right = right and chance.random() < 0.7
        margin = chance.gauss(0.4 if words_right else -0.4, 0.25)
        words = LabelledWords(replace(WORDS, margin=margin, answerable=signal), words_right, sentence_right=right)
        # Of some sources only the passages that answer are known.
        known = words if number % 12 else None
        rows.append(Row(source, kind, 1, Features(signal, 0.5, 0.0, 0.1, 0.5, signal), right, known))
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
    """That includes rows that the reader has not read, and the words of the first ones."""
    rows = {mode: draw_measured(4) for mode in MODES}
    assert {row.words is None for row in rows["precise"].fitted if row.rank == 1} == {True, False}
    write_rows(rows, tmp_path / "rows.jsonl.gz")
    assert read_rows(tmp_path / "rows.jsonl.gz") == rows


def test_the_page_needs_nothing_but_its_figures() -> None:
    """Figures that went through JSON give the same page, with a line for each mode and source."""
    rows = {mode: draw_measured(24) for mode in MODES}
    fits = fit_modes(rows)
    figures = as_figures(fits, fit_words(rows, fits), "shipped")
    page = render_page(json.loads(json.dumps(figures)))
    assert page == render_page(figures)
    assert all(f"| `{mode}` | {source} | 24 |" in page for mode in MODES for source in SIZES)
    assert "| `relevance` | +" in page
    words = page[page.index("## The words") :]
    assert all(f"| {source} | " in words for source in SIZES)
    assert f"shown from {figures['words']['model']['min_span']} on" in words
    assert f"a probability of at least {figures['words']['model']['sure_from']}," in words


def test_a_fit_that_is_kept_is_tried_on_the_held_out_articles_as_it_is() -> None:
    """With the numbers that ship, and the page says so; what the rows are that it was fitted on does not matter."""
    rows = {mode: draw_measured(24) for mode in MODES}
    fits = fit_modes(rows)
    words = fit_words(rows, fits)
    calibrations = {mode: fit.calibration for mode, fit in fits.items()}
    unfitted = {mode: replace(some, fitted=[]) for mode, some in rows.items()}
    tried = try_modes(unfitted, calibrations)
    assert {mode: fit.calibration for mode, fit in tried.items()} == calibrations
    for mode, fit in tried.items():
        for source, trial in fit.trials.items():
            asked = [row for row in rows[mode].held_out if row.source == source]
            assert trial == measure_calibration(calibrations[mode], select_complete(asked, FEATURES[mode]))
    kept = try_words(unfitted, tried, words.model)
    assert kept.model == words.model
    assert kept.trials.keys() == words.trials.keys()
    page = render_page(as_figures(tried, kept, "shipped", kept=True))
    assert "../shared/data --keep`" in page
    assert "left out" not in page


def test_a_first_passage_that_was_not_read_has_no_say_in_the_mode_that_reads() -> None:
    """As in a language that the reader does not read: neither fitted nor tried, by passages or by words."""
    rows = {mode: draw_measured(24) for mode in MODES}
    first = rows["precise"].held_out[0]
    unread = replace(first, features=replace(first.features, relevance=None))
    more = rows | {"precise": MeasuredRows([*rows["precise"].fitted, unread], [*rows["precise"].held_out, unread])}
    fits = fit_modes(more)
    assert fits == fit_modes(rows)
    assert fit_words(more, fits) == fit_words(rows, fits)


def test_a_source_without_right_words_has_no_say_in_the_words() -> None:
    """Of some sources only passages are judged, so that the only words known are those of questions without answer."""
    rows = {mode: draw_measured(24) for mode in MODES}
    fits = fit_modes(rows)
    kept = [row for row in rows["fast"].fitted if row.source != "qed"]
    wrong = [row for row in rows["fast"].fitted if row.source == "qed" and not (row.words and row.words.words_right)]
    assert wrong
    both = [MeasuredRows(fitted, rows["fast"].held_out) for fitted in (kept, [*kept, *wrong])]
    without, biased = (fit_words(dict.fromkeys(MODES, measured), fits) for measured in both)
    assert biased.model == without.model


def list_shown(model: WordsModel, rows: Sequence[KnownRow], kind: AnswerKind) -> list[bool]:
    """Of everything that is shown as this, whether it is right."""
    return [row.words.is_right(kind) for row in rows if choose_words(row.words.features, model).kind is kind]


def test_the_words_keep_their_promises() -> None:
    """Of the words, and of the sentences, that are shown at most the promised share is wrong; some are shown."""
    rows: dict[Mode, MeasuredRows] = {mode: draw_measured() for mode in MODES}
    fits = fit_modes(rows)
    fit = fit_words(rows, fits)
    known = [row for mode in MODES for row in list_words(rows[mode].fitted, fits[mode].calibration)]
    for kind, promised in ((AnswerKind.SPAN, WORDS_WRONG), (AnswerKind.SENTENCE, SENTENCES_WRONG)):
        shown = list_shown(fit.model, known, kind)
        assert len(shown) >= 10
        assert 1 - sum(shown) / len(shown) <= promised
    # Words in a lower place than the threshold would break it: it is no higher than it must be.
    lower = replace(fit.model, min_span=fit.model.min_span - 0.01)
    shown = list_shown(lower, known, AnswerKind.SPAN)
    assert 1 - sum(shown) / len(shown) > WORDS_WRONG
    assert max(fit.model.span.weights, key=lambda name: fit.model.span.weights[name]) == "margin"
    assert set(fit.trials) == set(SIZES)


def list_sure(model: WordsModel, rows: Sequence[KnownRow]) -> list[bool]:
    """Of the words that look sure, whether they are right."""
    choices = [(choose_words(row.words.features, model), row.words.words_right) for row in rows]
    return [right for choice, right in choices if choice.kind is AnswerKind.SPAN and choice.confidence >= SURE]


def test_hardly_any_of_the_words_that_look_sure_is_wrong() -> None:
    """If many with such a probability are, only the words with a greater one look sure."""

    def mislead(number: int, row: Row) -> Row:
        if row.words is None or number % 4 or not 0.4 <= row.words.features.margin < 0.6:
            return row
        return replace(row, words=replace(row.words, words_right=False))

    misled = [mislead(number, row) for number, row in enumerate(draw_measured().fitted)]
    rows: dict[Mode, MeasuredRows] = {mode: MeasuredRows(misled, misled) for mode in MODES}
    fits = fit_modes(rows)
    fit = fit_words(rows, fits)
    known = [row for mode in MODES for row in list_words(rows[mode].fitted, fits[mode].calibration)]
    sure, looked_sure = list_sure(fit.model, known), list_sure(replace(fit.model, sure_from=SURE), known)
    assert 0 < len(sure) < len(looked_sure)
    assert 1 - sum(sure) / len(sure) <= SURE_WRONG < 1 - sum(looked_sure) / len(looked_sure)


def test_what_is_not_found_or_not_known_is_no_row_of_the_words() -> None:
    """Nothing is shown of it; a source of which only the passages are known says nothing of words."""
    rows: dict[Mode, MeasuredRows] = {mode: draw_measured() for mode in MODES}
    calibration = fit_modes(rows)["precise"].calibration
    known = list_words(rows["precise"].fitted, calibration)
    likely = [
        row
        for row in rows["precise"].fitted
        if row.words and calibration.predict_probability(row.features) >= calibration.unsure
    ]
    assert 0 < len(known) == len(likely) < len(rows["precise"].fitted) / 2
    assert all(row.words.features.passage >= calibration.unsure for row in known)


def test_shares_of_what_is_shown_are_worked_by_hand() -> None:
    """Words, a sentence and a passage of answerable questions, and words for one that nothing answers."""
    model = WordsModel(LogisticModel(0.0, {"margin": 8.0}), LogisticModel(0.0, {"answerable": 8.0}), 0.5, 0.5, SURE)

    def know(kind: QuestionKind, margin: float, answerable: float, *, right: bool, sentence: bool) -> KnownRow:
        features = replace(WORDS, passage=0.99, margin=margin, answerable=answerable)
        return KnownRow("a", kind, LabelledWords(features, right, sentence))

    answerable = QuestionKind.ANSWERABLE
    rows = [
        know(answerable, 0.5, 0.6, right=True, sentence=True),
        know(answerable, 0.5, 0.6, right=False, sentence=True),
        know(answerable, -0.5, 0.6, right=True, sentence=True),
        know(answerable, -0.5, -0.6, right=False, sentence=False),
        know(QuestionKind.NEAR_MISS, 0.1, 0.6, right=False, sentence=False),
    ]
    trial = measure_words(model, rows)
    assert trial.shown == {"span": 0.5, "sentence": 0.25, "passage": 0.25}
    assert trial.wrong == {"span": pytest.approx(2 / 3), "sentence": 0.0}
    assert (trial.questions, trial.right, trial.wrong_sure) == (5, 0.25, 0.5)


@pytest.mark.parametrize(
    ("answers", "sentence", "words", "expected"),
    [
        (("Ann Lee",), Span(0, 30), "Ann Lee", (True, True)),
        (("Ann Lee",), Span(0, 30), "Bob", (False, True)),
        (("Ann Lee",), Span(40, 60), "Ann Lee", (False, False)),
        ((), Span(0, 30), "Ann Lee", None),
    ],
)
def test_words_are_right_where_they_answer(
    answers: tuple[str, ...], sentence: Span, words: str, expected: tuple[bool, bool] | None
) -> None:
    """The same words in a sentence that does not answer are wrong; only the sentence that would be shown counts."""
    passage = AnswerPassage(1, "a#0-60", 0.9, "", None, Source("a", "A", ""), 0, 60, (Span(0, 30), Span(40, 60)))
    question = LabelledQuestion("Who?", QuestionKind.ANSWERABLE, "a", (Span(10, 17),), answers)
    recorded = RecordedWords(WORDS, words, sentence)
    found = _label_words(passage, question, recorded)
    assert (found and (found.words_right, found.sentence_right)) == expected
    # The document that the question is about may be listed as a copy only.
    copy = PassageCopy("b#100-160", Source("b", "B", ""), 100, 160)
    moved = replace(question, document="b", places=(Span(110, 117),))
    assert _label_words(replace(passage, copies=(copy,)), moved, recorded) == found


@pytest.mark.parametrize(
    ("options", "message"),
    [([], "missing DATA"), (["--keep"], "missing DATA"), (["--keep", "--refit"], "exclude each other")],
)
def test_what_cannot_be_fitted_or_measured_is_refused(options: list[str], message: str) -> None:
    """DATA may only be left out with --refit or --render; a fit that is to be kept is never written over."""
    with pytest.raises(click.UsageError, match=message):
        main(options, standalone_mode=False)


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
