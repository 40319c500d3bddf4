"""What is shown of the first passage: the words, their sentence, or only the passage."""

from dataclasses import fields, replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.training.calibration.fit_words import SENTENCE_FEATURES, SPAN_FEATURES
from index.types import Span
from qa.answer.calibration import Calibration, Confidence, load_calibration
from qa.answer.evidence import Evidence
from qa.answer.words import (
    COMPARED,
    SURE,
    WordsFeatures,
    WordsModel,
    choose_words,
    extract_words_features,
    measure_odds,
)
from qa.logistic import LogisticModel
from qa.ranking.fusion import Hit
from qa.types import AnswerKind, QuestionForm, Reading, Status

READ = Reading(2.0, 4.0, Span(0, 3), margin=2.0)
OTHER, YES_NO, EXPLANATION = QuestionForm.OTHER, QuestionForm.YES_NO, QuestionForm.EXPLANATION

shares, signs, flags = st.floats(0, 1), st.floats(-1, 1), st.sampled_from([0.0, 1.0])
any_features = st.builds(
    WordsFeatures,
    passage=shares,
    odds=signs,
    answerable=signs,
    margin=signs,
    support=flags,
    length=shares,
    explains=flags,
    read=flags,
    quotable=st.booleans(),
)


def draw_models(names: tuple[str, ...]) -> st.SearchStrategy[LogisticModel]:
    weights = st.fixed_dictionaries({name: st.floats(0, 9) for name in names})
    return st.builds(LogisticModel, st.floats(-6, 6), weights)


any_models = st.builds(WordsModel, draw_models(SPAN_FEATURES), draw_models(SENTENCE_FEATURES), shares, shares, shares)


def show(words: str, reading: Reading | None = READ) -> Evidence:
    """Evidence with these words; a passage that was not read has none."""
    return Evidence(Hit(0, 1.0, 0.5, 1.0, 1, 1, reading), (Span(0, 9),), Span(0, len(words)) if words else None, words)


def always(probability: float) -> LogisticModel:
    """A model that knows nothing but this."""
    return LogisticModel(log(probability / (1 - probability)), {})


@given(any_features, any_models)
def test_words_are_never_surer_than_their_sentence_nor_that_than_its_passage(
    features: WordsFeatures, model: WordsModel
) -> None:
    """Whatever the fit says: the sentence holds the words, and the passage the sentence."""
    words = choose_words(features, replace(model, min_span=0.0))
    sentence = choose_words(replace(features, quotable=False), model)
    assert words.confidence <= sentence.confidence <= features.passage
    assert (words.kind is AnswerKind.SPAN) == features.quotable
    shown = choose_words(features, model)
    assert shown.confidence <= sentence.confidence if shown.kind is AnswerKind.SPAN else shown == sentence


@given(any_features, any_models)
def test_nothing_is_shown_below_its_least_confidence(features: WordsFeatures, model: WordsModel) -> None:
    """And nothing shorter than it could be: a sentence only if the words are too unlikely."""
    shown = choose_words(features, model)
    least = {AnswerKind.SPAN: model.min_span, AnswerKind.SENTENCE: model.min_sentence, AnswerKind.PASSAGE: 0.0}
    assert shown.confidence >= least[shown.kind]
    if shown.kind is AnswerKind.PASSAGE:
        assert shown.confidence < model.min_sentence


@pytest.mark.parametrize(
    ("passage", "words", "sentence", "kind", "confidence"),
    [
        (0.9, 0.61, 0.8, AnswerKind.SPAN, 0.61),
        (0.9, 0.59, 0.8, AnswerKind.SENTENCE, 0.8),
        (0.9, 0.59, 0.41, AnswerKind.SENTENCE, 0.41),
        (0.9, 0.59, 0.39, AnswerKind.PASSAGE, 0.39),
        (0.9, 0.7, 0.39, AnswerKind.PASSAGE, 0.39),
        (0.5, 0.9, 0.9, AnswerKind.SENTENCE, 0.5),
        (0.3, 0.9, 0.9, AnswerKind.PASSAGE, 0.3),
    ],
)
def test_the_shortest_that_is_likely_enough_is_shown(
    passage: float, words: float, sentence: float, kind: AnswerKind, confidence: float
) -> None:
    """Words from 0.6 on, sentences from 0.4 on, each with its own probability."""
    features = replace(extract_words_features([show("Ann")], passage, OTHER), passage=passage)
    shown = choose_words(features, WordsModel(always(words), always(sentence), 0.6, 0.4, SURE))
    assert (shown.kind, shown.confidence) == (kind, pytest.approx(confidence))


@pytest.mark.parametrize(
    ("probability", "confidence"), [(0.6, 0.6), (0.75, 0.7), (0.9, SURE), (0.95, 0.9), (0.85, 0.766667)]
)
def test_words_look_sure_only_from_where_hardly_any_are_wrong(probability: float, confidence: float) -> None:
    """A probability of 0.9 is shown as 0.8, and the others so that the order stays; what is just shown keeps its own."""
    features = replace(extract_words_features([show("Ann")], 0.99, OTHER), passage=0.99)
    shown = choose_words(features, WordsModel(always(probability), always(0.98), 0.6, 0.4, sure_from=0.9))
    assert (shown.kind, shown.confidence) == (AnswerKind.SPAN, pytest.approx(confidence))


@given(any_models, shares, shares)
def test_lowering_keeps_the_order_and_never_raises(model: WordsModel, one: float, other: float) -> None:
    """So that the surest words stay the surest, and none look surer than they are."""
    low, high = sorted((one, other))
    assert model.lower_confidence(low) <= model.lower_confidence(high)
    assert model.lower_confidence(one) <= one
    if model.lower_confidence(one) >= SURE > model.min_span:
        assert one >= model.sure_from or model.sure_from <= SURE


@pytest.mark.parametrize(
    ("evidence", "form"), [(show("Ann"), YES_NO), (show(""), OTHER), (show("", None), OTHER)], ids=str
)
def test_without_words_that_can_stand_alone_the_sentence_is_shown(evidence: Evidence, form: QuestionForm) -> None:
    """A yes/no question's words say neither; a passage that was not read has no words."""
    features = extract_words_features([evidence], 0.9, form)
    shown = choose_words(features, WordsModel(always(0.9), always(0.7), 0.1, 0.1, SURE))
    assert (shown.kind, shown.confidence) == (AnswerKind.SENTENCE, pytest.approx(0.7))


def test_each_feature_is_worked_by_hand() -> None:
    """Logits over 8, the words counted on a scale of 32, the odds of the passage."""
    found = extract_words_features([show("made by Ann Lee"), show("Made by Ann Lee")], 0.5, EXPLANATION)
    assert found == WordsFeatures(0.5, 0.0, 0.5, 0.25, 0.25, 1.0, pytest.approx(0.4), 1.0, 1.0, quotable=True)
    unread = extract_words_features([show("", None), show("")], 0.5, OTHER)
    assert unread == WordsFeatures(0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, quotable=False)


def test_a_row_is_as_sure_as_it_is_ahead_of_other_rows() -> None:
    """Cells of the right row that rival each other make the words unsure, and not the row."""
    by_margin = LogisticModel(0.0, {"margin": 4.0})
    model = WordsModel(by_margin, by_margin, 0.6, 0.6, SURE)
    for row_margin, kind in ((None, AnswerKind.PASSAGE), (0.5, AnswerKind.PASSAGE), (6.0, AnswerKind.SENTENCE)):
        reading = Reading(2.0, 4.0, Span(0, 3), margin=0.5, row_margin=row_margin)
        features = extract_words_features([show("Ann", reading)], 0.9, OTHER)
        assert choose_words(features, model).kind is kind


@pytest.mark.parametrize(("rank", "support"), [(2, 1.0), (COMPARED, 1.0), (COMPARED + 1, 0.0)])
def test_only_the_first_passages_support_the_words(rank: int, support: float) -> None:
    """Otherwise the same question would have another confidence if more passages are asked for."""
    evidence = [show("Ann"), *(show("Bob") for _ in range(5))]
    evidence[rank - 1] = show("ann")
    assert extract_words_features(evidence, 0.9, OTHER).support == support


@given(st.floats(0, 1), st.floats(0, 1))
def test_odds_rise_with_the_probability_and_stay_in_their_range(one: float, other: float) -> None:
    """Also those of 0 and 1, which would be infinite."""
    low, high = sorted((one, other))
    assert -1 <= measure_odds(low) <= measure_odds(high) <= 1


def test_what_is_not_found_has_no_words() -> None:
    """The passages are shown as the closest, nothing as an answer."""
    calibration = load_calibration()
    confidence = Confidence((0.01,), Status.NOT_FOUND, None)
    assert calibration.calibrate_words([show("Ann")], confidence, OTHER) is None
    assert calibration.calibrate_words([], Confidence((), Status.NOT_FOUND, None), OTHER) is None


def test_the_shipped_models_know_every_feature() -> None:
    """One that is added or renamed must be fitted before it can be used."""
    model = load_calibration().words
    assert tuple(model.span.weights) == SPAN_FEATURES
    assert tuple(model.sentence.weights) == SENTENCE_FEATURES
    assert {*SPAN_FEATURES, *SENTENCE_FEATURES} <= {field.name for field in fields(WordsFeatures)}
    assert 0 < model.min_span < 1
    assert 0 < model.min_sentence < 1
    assert SURE <= model.sure_from < 1


@given(any_features, st.floats(0, 1))
def test_a_likelier_passage_never_has_less_likely_words(features: WordsFeatures, more: float) -> None:
    """By the shipped models."""
    model = load_calibration().words
    better = replace(features, passage=max(features.passage, more), odds=min(1.0, features.odds + more))
    for kind in (True, False):
        worse, shown = (
            choose_words(replace(one, quotable=kind), replace(model, min_span=0.0)) for one in (features, better)
        )
        assert shown.confidence >= worse.confidence


def test_the_calibration_chooses_by_its_own_model() -> None:
    """With the probability of the first passage."""
    plain = load_calibration()
    words = WordsModel(always(0.9), always(0.9), 0.5, 0.5, SURE)
    calibration = Calibration(plain.read, plain.unread, words)
    shown = calibration.calibrate_words([show("Ann")], Confidence((0.7, 0.1), Status.ANSWERED, None), OTHER)
    assert shown is not None
    assert (shown.kind, shown.confidence) == (AnswerKind.SPAN, 0.7)
