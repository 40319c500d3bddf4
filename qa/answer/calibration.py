"""Calibration: from the features of the first hits to a probability, a status and a reason.

A logistic model (Platt 1999) over features of one passage and its question, fitted by
``benchmarks/training/calibration/`` on open data and shipped as ``calibration.json``. What it was
fitted on, and how well it held on data that it was not fitted on: ``docs/confidence.md``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import exp
from pathlib import Path

from qa.ranking.features import Features
from qa.types import Reason, Status

CALIBRATION = Path(__file__).with_name("calibration.json")
# If the collection lacks half of the question's information, that is the reason, not the weak match.
MIN_UNKNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A fitted model, its weights by the names of its features, and the thresholds of the two statuses."""

    intercept: float
    weights: Mapping[str, float]
    answered: float
    unsure: float

    def predict_probability(self, features: Features) -> float:
        """Return the probability that the passage answers the question, 0 to 1."""
        total = 0.0
        for name, weight in self.weights.items():
            total += weight * getattr(features, name)
        return 1 / (1 + exp(-(self.intercept + total)))

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
    """A model for passages that the reader has read, and one for those that it has not."""

    read: LogisticModel
    unread: LogisticModel

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

    def select_model(self, features: Features) -> LogisticModel:
        """Return the model for such features."""
        return self.unread if features.relevance is None else self.read


@cache
def load_calibration() -> Calibration:
    """Load the calibration that is shipped with the program."""
    fitted = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    return Calibration(LogisticModel(**fitted["read"]), LogisticModel(**fitted["unread"]))
