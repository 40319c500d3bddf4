"""How sure: features that mean the same in any collection, and a probability from them.

A logistic model (Platt 1999) over features of one passage and its question, fitted by
``benchmarks/training/calibration/`` on open data and shipped as ``calibration.json``. What it was
fitted on, and how well it held on data that it was not fitted on: ``docs/confidence.md``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

from qa.types import Reason, Status

CALIBRATION = Path(__file__).with_name("calibration.json")
MOSTLY_UNKNOWN = 0.5
MOST_LOGIT = 8.0


@dataclass(frozen=True, slots=True)
class Features:
    """What is seen of one passage; every one lies in [-1, 1].

    ``cosine``: the nearest unit to the question. ``coverage``: share of the question's rare
    words in the passage. ``unknown``: share that the whole collection lacks. ``lead``: how
    far its fused score stands above the best other passage, as a share of the best,
    negative where it stands below, cut at one half. ``agreement``: mean reciprocal rank in
    the two legs. ``relevance``: what the reader says, its logit over ``MOST_LOGIT``; None
    where it did not read the passage. How well the tokens meet, and by how much the words that
    the reader points at beat none, add nothing to these (measured on sources that were left out).
    """

    cosine: float
    coverage: float
    unknown: float
    lead: float
    agreement: float
    relevance: float | None = None

    @property
    def read(self) -> bool:
        """Whether the reader's feature is there."""
        return self.relevance is not None


def logit_feature(logit: float) -> float:
    """A reader's logit as a feature."""
    return max(-1.0, min(1.0, logit / MOST_LOGIT))


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted model, its weights by the names of its features, and the thresholds of the two statuses."""

    intercept: float
    weights: Mapping[str, float]
    answered: float
    unsure: float

    def probability(self, features: Features) -> float:
        """That the passage answers the question, 0 to 1."""
        total = sum(weight * getattr(features, name) for name, weight in self.weights.items())
        return 1 / (1 + exp(-(self.intercept + total)))

    def status(self, confidence: float) -> Status:
        """``answered`` from one threshold on, ``not_found`` below another, ``unsure`` between."""
        if confidence >= self.answered:
            return Status.ANSWERED
        return Status.UNSURE if confidence >= self.unsure else Status.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Judge:
    """A calibration for passages that were read, and one for those that were not."""

    read: Calibration
    unread: Calibration

    def of(self, features: Features) -> Calibration:
        """The one for such features."""
        return self.read if features.read else self.unread


@cache
def shipped() -> Judge:
    """The judge that comes with the program."""
    fitted = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    return Judge(Calibration(**fitted["read"]), Calibration(**fitted["unread"]))


def falling(scores: Sequence[float]) -> list[float]:
    """The scores made never to rise with the rank: a later passage is not shown as surer."""
    capped: list[float] = []
    for score in scores:
        capped.append(min(score, capped[-1]) if capped else score)
    return capped


def reason(status: Status, unknown: float) -> Reason | None:
    """Why a question with passages is not answered; None where it is."""
    if status is Status.ANSWERED:
        return None
    return Reason.UNKNOWN_WORDS if unknown >= MOSTLY_UNKNOWN else Reason.WEAK_MATCH
