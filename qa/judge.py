"""How sure: features that mean the same in any collection, and a probability from them.

A logistic model (Platt 1999) over features of one passage and its question, fitted by
``benchmarks/calibrate.py`` on open data and shipped as ``calibration.json``. What it was
fitted on, and how well it held on data that it was not fitted on: ``docs/confidence.md``.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from math import exp
from pathlib import Path

from qa.types import Reason, Status

CALIBRATION = Path(__file__).with_name("calibration.json")
MOSTLY_UNKNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Features:
    """What is seen of one passage; every one lies in [-1, 1].

    ``cosine``: the nearest unit to the question. ``coverage``: share of the question's rare
    words in the passage. ``unknown``: share that the whole collection lacks. ``lead``: how
    far its fused score stands above the best other passage, as a share of the best,
    negative where it stands below, cut at one half. ``agreement``: mean reciprocal rank in
    the two legs.
    """

    cosine: float
    coverage: float
    unknown: float
    lead: float
    agreement: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fitted model and the thresholds of the two statuses."""

    intercept: float
    weights: tuple[float, ...]
    answered: float
    unsure: float

    def probability(self, features: Features) -> float:
        """That the passage answers the question, 0 to 1."""
        terms = zip(self.weights, astuple(features), strict=True)
        return 1 / (1 + exp(-(self.intercept + sum(w * x for w, x in terms))))

    def status(self, confidence: float) -> Status:
        """``answered`` from one threshold on, ``not_found`` below another, ``unsure`` between."""
        if confidence >= self.answered:
            return Status.ANSWERED
        return Status.UNSURE if confidence >= self.unsure else Status.NOT_FOUND


@cache
def shipped() -> Calibration:
    """The calibration that comes with the program."""
    fitted = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    weights = tuple(fitted["weights"][field.name] for field in fields(Features))
    return Calibration(fitted["intercept"], weights, fitted["answered"], fitted["unsure"])


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
