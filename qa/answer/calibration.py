"""Calibration: from the features of the first hits to a probability, a status and a reason, and to the words shown.

A logistic model (Platt 1999) over features of one passage and its question, fitted by
``benchmarks/training/calibration/`` on open data and shipped as ``calibration.json``. What it was fitted on, and how
well it held on data that it was not fitted on: ``docs/confidence.md``. The large reader's own is
``calibration_large.json``: ``docs/confidence-large.md``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

from qa.answer.evidence import Evidence
from qa.answer.words import WordsChoice, WordsModel, choose_words, extract_words_features, parse_words
from qa.logistic import LogisticModel
from qa.ranking.features import Features
from qa.reader.reader import LARGE_NAME, SHIPPED_NAME
from qa.types import QuestionForm, Reason, Status

CALIBRATION = Path(__file__).with_name("calibration.json")
CALIBRATION_LARGE = Path(__file__).with_name("calibration_large.json")
# If the collection lacks half of the question's information, that is the reason, not the weak match.
MIN_UNKNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class PassageModel(LogisticModel):
    """A model of the probability that a passage answers, and the thresholds of the two statuses."""

    answered: float
    unsure: float

    def choose_status(self, confidence: float) -> Status:
        """Return ``answered`` from one threshold on, ``not_found`` below the other, ``unsure`` between them."""
        if confidence >= self.answered:
            return Status.ANSWERED
        return Status.UNSURE if confidence >= self.unsure else Status.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Confidence:
    """The probability of each passage, in order and never rising, and what follows from the first one.

    ``reason`` says why the question is not answered; None if it is, or if there are no passages.
    """

    scores: tuple[float, ...]
    status: Status
    reason: Reason | None

    def withdraw(self, reason: Reason) -> "Confidence":
        """Return no confidence in any of the passages, for this reason."""
        return Confidence((0.0,) * len(self.scores), Status.NOT_FOUND, reason)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A model for passages that the reader has read, one for those that it has not, and that of the words."""

    read: PassageModel
    unread: PassageModel
    words: WordsModel

    def calibrate(self, features: Sequence[Features]) -> Confidence:
        """Return the confidence in the passages with these features."""
        if not features:
            return Confidence((), Status.NOT_FOUND, None)
        raw = [self.select_model(one).predict_probability(one) for one in features]
        # A later passage is not shown as more certain than an earlier one.
        scores = tuple(accumulate(raw, min))
        status = self.select_model(features[0]).choose_status(scores[0])
        unknown = features[0].unknown >= MIN_UNKNOWN_SHARE
        reason = Reason.UNKNOWN_WORDS if unknown else Reason.WEAK_MATCH
        return Confidence(scores, status, None if status is Status.ANSWERED else reason)

    def calibrate_words(
        self, evidence: Sequence[Evidence], confidence: Confidence, form: QuestionForm
    ) -> WordsChoice | None:
        """Return what is shown of the first passage, and how probably it answers; None if nothing was found.

        ``evidence`` has at least the first ``COMPARED`` passages, so that the answer is the same for any ``top_k``.
        """
        if confidence.status is Status.NOT_FOUND:
            return None
        return choose_words(extract_words_features(evidence, confidence.scores[0], form), self.words)

    def select_model(self, features: Features) -> PassageModel:
        """Return the model for such features."""
        return self.unread if features.relevance is None else self.read


@cache
def load_calibration(reader: str = SHIPPED_NAME) -> Calibration:
    """Load the calibration that was fitted for this reader; any but the large one has that of the shipped one."""
    path = CALIBRATION_LARGE if reader == LARGE_NAME else CALIBRATION
    fitted = json.loads(path.read_text(encoding="utf-8"))
    return Calibration(PassageModel(**fitted["read"]), PassageModel(**fitted["unread"]), parse_words(fitted["words"]))
