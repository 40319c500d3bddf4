"""Fits the confidence of the words and of their sentence, and tries it on sources that it was not fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.training.calibration.collections import SIZES, QuestionKind
from benchmarks.training.calibration.fit import ModeFit, find_threshold, fit_logistic, select_complete
from benchmarks.training.calibration.rows import MeasuredRows
from benchmarks.training.calibration.trial import LabelledWords, Row
from qa.answer.calibration import PassageModel
from qa.answer.words import SURE, WordsModel, choose_words, measure_odds
from qa.evaluation.measures.confidence import calibration_error
from qa.types import AnswerKind, Mode

SPAN_FEATURES = ("odds", "answerable", "margin", "support", "length", "explains")
SENTENCE_FEATURES = ("odds", "answerable", "margin", "read")
# Of the words, and of the sentences, that are shown at most this share may be wrong.
WORDS_WRONG, SENTENCES_WRONG = 0.2, 0.4
# Of the words shown with ``SURE`` or more. Most sources have one accepted answer a question, so that good words count
# as wrong: a smaller share would leave hardly any.
SURE_WRONG = 0.07


@dataclass(frozen=True, slots=True)
class KnownRow:
    """The words of one question, of which it is known whether they are right."""

    source: str
    kind: QuestionKind
    words: LabelledWords


@dataclass(frozen=True, slots=True)
class WordsTrial:
    """Measures over the first passages of one source that are not called ``not_found``, in mode ``precise``.

    ``error``: expected calibration error of what is shown. ``shown``: shares of answerable questions that get the
    words, the sentence and only the passage. ``wrong``: shares of wrong ones among the words and the sentences shown.
    ``wrong_sure``: the share of wrong ones among the words shown with ``SURE`` or more. ``right``: share of answerable
    questions that get the right words.
    """

    questions: int
    error: float
    shown: Mapping[str, float]
    wrong: Mapping[str, float]
    wrong_sure: float
    right: float


@dataclass(frozen=True, slots=True)
class WordsFit:
    """The model of the words, and its trials on each source left out."""

    model: WordsModel
    trials: Mapping[str, WordsTrial]


def fit_words(rows: Mapping[Mode, MeasuredRows], fits: Mapping[Mode, ModeFit]) -> WordsFit:
    """Fit on all sources, and try on each source with a fit on the others; ``fits`` are those of the passages."""
    fitted = _leave_out_biased([row for mode in rows for row in list_words(rows[mode].fitted, fits[mode].calibration)])
    trials = {
        source: measure_words(_fit_model([row for row in fitted if row.source != source]), asked)
        for source, asked in _list_asked(rows["precise"], fits["precise"]).items()
    }
    return WordsFit(_fit_model(fitted), trials)


def try_words(rows: Mapping[Mode, MeasuredRows], fits: Mapping[Mode, ModeFit], model: WordsModel) -> WordsFit:
    """Try a model that was fitted before on each source of the held-out articles."""
    asked = _list_asked(rows["precise"], fits["precise"])
    return WordsFit(model, {source: measure_words(model, some) for source, some in asked.items()})


def _list_asked(rows: MeasuredRows, fit: ModeFit) -> dict[str, list[KnownRow]]:
    """Return the rows of the held-out articles by source, of those with answerable questions."""
    held_out = list_words(rows.held_out, fit.calibration)
    found = {source: [row for row in held_out if row.source == source] for source in SIZES}
    return {s: some for s, some in found.items() if any(row.kind is QuestionKind.ANSWERABLE for row in some)}


def list_words(rows: Sequence[Row], calibration: PassageModel) -> list[KnownRow]:
    """Return the rows with known words that are not called ``not_found``, with the probabilities of this fit."""
    found = []
    for row in select_complete(rows, calibration.weights):
        probability = calibration.predict_probability(row.features)
        if row.words and probability >= calibration.unsure:
            features = replace(row.words.features, passage=probability, odds=measure_odds(probability))
            found.append(KnownRow(row.source, row.kind, replace(row.words, features=features)))
    return found


def _leave_out_biased(rows: Sequence[KnownRow]) -> list[KnownRow]:
    """Return the rows of sources of which right words are known; of the others, only wrong ones are."""
    known = {row.source for row in rows if row.words.words_right}
    return [row for row in rows if row.source in known]


def _fit_model(rows: Sequence[KnownRow]) -> WordsModel:
    quotable = [row for row in rows if row.words.features.quotable]
    span = fit_logistic(
        [row.source for row in quotable],
        [row.words.features for row in quotable],
        [row.words.words_right for row in quotable],
        SPAN_FEATURES,
    )
    sentence = fit_logistic(
        [row.source for row in rows],
        [row.words.features.of_sentence() for row in rows],
        [row.words.sentence_right for row in rows],
        SENTENCE_FEATURES,
    )
    plain = WordsModel(span, sentence, 0.0, 0.0, SURE)
    spans = _list_shown(rows, plain, AnswerKind.SPAN)
    model = replace(plain, min_span=_find_threshold(spans, WORDS_WRONG))
    sentences = _list_shown(rows, model, AnswerKind.SENTENCE)
    # Before the confidence is lowered, for this is what it is lowered by.
    sure_from = max(SURE, _find_threshold(_list_shown(rows, model, AnswerKind.SPAN), SURE_WRONG))
    return replace(model, min_sentence=_find_threshold(sentences, SENTENCES_WRONG), sure_from=sure_from)


def _list_shown(rows: Sequence[KnownRow], model: WordsModel, kind: AnswerKind) -> list[tuple[float, bool]]:
    """Return the confidence of everything of one kind that is shown, and whether it is right."""
    choices = [(choose_words(row.words.features, model), row.words) for row in rows]
    return [(choice.confidence, words.is_right(kind)) for choice, words in choices if choice.kind is kind]


def _find_threshold(pairs: Sequence[tuple[float, bool]], most_wrong: float) -> float:
    confidence, right = np.array([sure for sure, _ in pairs]), np.array([is_right for _, is_right in pairs], dtype=bool)
    return find_threshold(confidence, right, most_wrong)


def measure_words(model: WordsModel, rows: Sequence[KnownRow]) -> WordsTrial:
    """Return the measures of what is shown."""
    choices = [choose_words(row.words.features, model) for row in rows]
    kinds = np.array([choice.kind.value for choice in choices])
    confidence = np.array([choice.confidence for choice in choices])
    right = np.array([row.words.is_right(choice.kind) for row, choice in zip(rows, choices, strict=True)])
    answerable = np.array([row.kind is QuestionKind.ANSWERABLE for row in rows])
    are_words = kinds == AnswerKind.SPAN.value
    quoted = (AnswerKind.SPAN.value, AnswerKind.SENTENCE.value)
    return WordsTrial(
        questions=len(rows),
        error=calibration_error(confidence.tolist(), right.tolist()),
        shown={kind.value: float((kinds[answerable] == kind.value).mean()) for kind in AnswerKind},
        wrong={kind: _measure_share(~right[kinds == kind]) for kind in quoted},
        wrong_sure=_measure_share(~right[are_words & (confidence >= SURE)]),
        right=float((are_words & right)[answerable].mean()),
    )


def _measure_share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else 0.0
