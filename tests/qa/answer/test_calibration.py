"""Confidence and what follows from it."""

import json
from dataclasses import fields, replace
from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.training.calibration.fit import FEATURES
from qa.answer.calibration import CALIBRATION, Calibration, PassageModel, load_calibration
from qa.ranking.features import Features
from qa.types import Reason, Status

WEIGHTS = {"cosine": 1.0, "coverage": 2.0, "unknown": -3.0}
PLAIN = PassageModel(-1.0, WEIGHTS, answered=0.6, unsure=0.2)
# Its logit is the cosine, so that a test chooses the probability.
COSINE = PassageModel(0.0, {"cosine": 1.0}, answered=0.6, unsure=0.4)
WORDS = load_calibration().words
SOME = Features(0.5, 0.25, 0.1, 0.2, 0.5)


def test_the_probability_is_the_logistic_of_the_weighted_sum() -> None:
    """1 / (1 + exp(-(b + Σ w·x)))."""
    total = -1.0 + 1.0 * SOME.cosine + 2.0 * SOME.coverage - 3.0 * SOME.unknown
    assert PLAIN.predict_probability(SOME) == pytest.approx(1 / (1 + exp(-total)))


@pytest.mark.parametrize(
    ("confidence", "status"),
    [(0.6, Status.ANSWERED), (0.59, Status.UNSURE), (0.2, Status.UNSURE), (0.19, Status.NOT_FOUND)],
)
def test_two_thresholds_make_three_statuses(confidence: float, status: Status) -> None:
    """Each threshold belongs to the better status."""
    assert PLAIN.choose_status(confidence) is status


@pytest.mark.parametrize(
    ("cosine", "unknown", "status", "reason"),
    [
        (0.9, 0.9, Status.ANSWERED, None),
        (0.0, 0.1, Status.UNSURE, Reason.WEAK_MATCH),
        (0.0, 0.49, Status.UNSURE, Reason.WEAK_MATCH),
        (-0.9, 0.5, Status.NOT_FOUND, Reason.UNKNOWN_WORDS),
    ],
)
def test_the_reason_follows_from_the_status_and_the_unknown_words(
    cosine: float, unknown: float, status: Status, reason: Reason | None
) -> None:
    """An answered question has no reason; words that the collection lacks explain more than a weak match."""
    confidence = Calibration(COSINE, COSINE, WORDS).calibrate([replace(SOME, cosine=cosine, unknown=unknown)])
    assert (confidence.status, confidence.reason) == (status, reason)


def test_without_passages_nothing_is_found() -> None:
    """There is no score, and why there are no passages is known elsewhere."""
    confidence = load_calibration().calibrate([])
    assert (confidence.scores, confidence.status, confidence.reason) == ((), Status.NOT_FOUND, None)


def test_what_was_read_is_judged_by_the_model_for_it() -> None:
    """Each passage by its own model, the status by that of the first."""
    calibration = Calibration(read=replace(COSINE, intercept=1.0), unread=COSINE, words=WORDS)
    read, unread = replace(SOME, cosine=0.0, relevance=0.3), replace(SOME, cosine=0.0)
    confidence = calibration.calibrate([read, unread])
    assert confidence.scores == pytest.approx((1 / (1 + exp(-1.0)), 0.5))
    assert confidence.status is Status.ANSWERED
    assert calibration.calibrate([unread]).status is Status.UNSURE


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=20))
def test_a_later_passage_is_never_surer(cosines: list[float]) -> None:
    """Scores fall with the rank, none is raised, and the first is its own."""
    raw = [COSINE.predict_probability(replace(SOME, cosine=cosine)) for cosine in cosines]
    capped = Calibration(COSINE, COSINE, WORDS).calibrate([replace(SOME, cosine=cosine) for cosine in cosines]).scores
    assert all(a >= b for a, b in pairwise(capped))
    assert all(after <= before for after, before in zip(capped, raw, strict=True))
    assert capped[0] == raw[0]


@pytest.mark.parametrize("name", ["read", "unread"])
def test_the_shipped_calibrations_know_every_feature(name: str) -> None:
    """A feature that is added or renamed must be fitted before it can be used; unread passages have none of the reader's."""
    fitted = json.loads(CALIBRATION.read_text(encoding="utf-8"))[name]
    names = FEATURES["precise" if name == "read" else "fast"]
    assert list(fitted["weights"]) == list(names)
    assert set(names) <= {field.name for field in fields(Features)}
    assert ("relevance" in names) == (name == "read")
    assert 0 < fitted["unsure"] < fitted["answered"] < 1


@pytest.mark.parametrize(
    ("features", "name"),
    [(SOME, "coverage"), (SOME, "lead"), (SOME, "agreement")]
    + [(replace(SOME, relevance=0.5), name) for name in ("lead", "agreement", "relevance")],
)
def test_more_evidence_never_lowers_the_shipped_confidence(features: Features, name: str) -> None:
    """A further leading passage, or one that the reader likes more or, unread, that has more words, is not less likely."""
    more = replace(features, **{name: getattr(features, name) + 0.2})
    calibration = load_calibration()
    assert calibration.calibrate([more]).scores[0] >= calibration.calibrate([features]).scores[0]
