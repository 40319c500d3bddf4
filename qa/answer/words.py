"""Which words are shown as the answer: the very words, their sentence, or only the passage, and how sure they are.

The probability that the words answer is not the passage's: the right passage may be read wrongly. Two logistic models,
of the words and of their sentence, are fitted by ``benchmarks/training/calibration/`` like that of the passage
(``docs/confidence.md``). Shown is the shortest of them that is likely enough to keep a promise: at most a fifth of the
answers shown as words, and two fifths of those shown as sentences, were wrong on the questions fitted on. Words
reach a confidence of ``SURE`` only where hardly any were wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any

import numpy as np

from qa.answer.evidence import Evidence
from qa.logistic import LogisticModel
from qa.ranking.features import scale_logit
from qa.types import AnswerKind, QuestionForm, Reading

# So many passages, however many are returned, have a say in how sure the words of the first are; the fit has as many.
COMPARED = 3
# Words of the longest span that the reader gives.
MAX_WORDS = 32
# Words with this confidence look certain to whoever sees them.
SURE = 0.8


@dataclass(frozen=True, slots=True)
class WordsFeatures:
    """Features of the words that were found in the first passage; each means the same in any collection.

    ``passage``: the passage's probability, ``odds`` its log odds over ``LOGIT_SCALE``. ``answerable``: by how much the
    words beat no answer, ``margin``, by how much they beat the best other words of the passage, and
    ``sentence_margin``, the best words outside their row of a table, or the same as ``margin`` if they are in none, all
    over ``LOGIT_SCALE``. ``support``: 1 if another of the first ``COMPARED`` passages has the same words. ``length``:
    the logarithm of the number of words over that of ``MAX_WORDS``. ``explains``: 1 if the question asks for an
    explanation, whose borders are a matter of taste. ``read``: 1 if the passage was read. ``quotable``: whether there
    are words that may be shown alone.
    """

    passage: float
    odds: float
    answerable: float
    margin: float
    sentence_margin: float
    support: float
    length: float
    explains: float
    read: float
    quotable: bool

    def of_sentence(self) -> "WordsFeatures":
        """Return the features of the sentence, or row, that the words are in: it has its own margin."""
        return replace(self, margin=self.sentence_margin)


@dataclass(frozen=True, slots=True)
class WordsModel:
    """The models of the words and of their sentence, and the least probability from which each is shown.

    ``sure_from``: the probability of words that is shown as ``SURE``.
    """

    span: LogisticModel
    sentence: LogisticModel
    min_span: float
    min_sentence: float
    sure_from: float

    def lower_confidence(self, probability: float) -> float:
        """Return the confidence of words with this probability, lowered so that ``sure_from`` becomes ``SURE``.

        Interpolates linearly between ``min_span``, ``sure_from`` and 1, which keeps the order of answers.
        """
        if not self.min_span < SURE < self.sure_from:
            return probability
        lowered = np.interp(probability, (self.min_span, self.sure_from, 1.0), (self.min_span, SURE, 1.0))
        return min(probability, float(lowered))


@dataclass(frozen=True, slots=True)
class WordsChoice:
    """What is shown of the first passage, and the probability that it answers."""

    kind: AnswerKind
    confidence: float


def extract_words_features(evidence: Sequence[Evidence], probability: float, form: QuestionForm) -> WordsFeatures:
    """Return the features of the words in the first passage, whose probability is given.

    ``evidence`` has the first ``COMPARED`` passages, or all if there are fewer.
    """
    first, reading = evidence[0], evidence[0].hit.reading
    found = reading is not None and bool(first.words)
    return WordsFeatures(
        passage=probability,
        odds=measure_odds(probability),
        answerable=scale_logit(reading.answerable) if reading and found else 0.0,
        margin=scale_logit(reading.margin) if reading and found else 0.0,
        sentence_margin=scale_logit(_measure_sentence_margin(reading)) if reading and found else 0.0,
        support=float(found and any(one.words.casefold() == first.words.casefold() for one in evidence[1:COMPARED])),
        length=log(min(MAX_WORDS, max(1, len(first.words.split())))) / log(MAX_WORDS),
        explains=float(form is QuestionForm.EXPLANATION),
        read=float(reading is not None),
        # The sentence says yes or no, and with what reserve.
        quotable=found and form is not QuestionForm.YES_NO,
    )


def _measure_sentence_margin(reading: Reading) -> float:
    """Return by how much the row with the words beats others, or, outside of tables, the words by themselves."""
    return reading.margin if reading.row_margin is None else reading.row_margin


def measure_odds(probability: float) -> float:
    """Return the log odds of a probability over ``LOGIT_SCALE``, within -1 and 1."""
    return scale_logit(log(max(probability, 1e-6) / max(1 - probability, 1e-6)))


def choose_words(features: WordsFeatures, model: WordsModel) -> WordsChoice:
    """Return the words if they are likely enough, or else their sentence, or else only the passage.

    The words are never surer than their sentence, nor that than its passage.
    """
    sentence = min(features.passage, model.sentence.predict_probability(features.of_sentence()))
    if features.quotable:
        words = min(sentence, model.span.predict_probability(features))
        if words >= model.min_span:
            return WordsChoice(AnswerKind.SPAN, model.lower_confidence(words))
    return WordsChoice(AnswerKind.SENTENCE if sentence >= model.min_sentence else AnswerKind.PASSAGE, sentence)


def parse_words(fitted: Mapping[str, Any]) -> WordsModel:
    """Return the model as ``calibration.json`` has it."""
    span, sentence = (LogisticModel(**fitted[name]) for name in ("span", "sentence"))
    return WordsModel(span, sentence, fitted["min_span"], fitted["min_sentence"], fitted["sure_from"])
