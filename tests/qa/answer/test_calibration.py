"""Confidence and what follows from it."""

import json
from dataclasses import fields, replace
from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.training.calibration.fit import FEATURES
from qa.answer.calibration import CALIBRATION, Calibration, Features, falling, logit_feature, reason, shipped
from qa.types import Reason, Status

WEIGHTS = {"cosine": 1.0, "coverage": 2.0, "unknown": -3.0}
PLAIN = Calibration(-1.0, WEIGHTS, answered=0.6, unsure=0.2)
SOME = Features(0.5, 0.25, 0.1, 0.2, 0.5)


def test_the_probability_is_the_logistic_of_the_weighted_sum() -> None:
    """1 / (1 + exp(-(b + Σ w·x)))."""
    total = -1.0 + 1.0 * SOME.cosine + 2.0 * SOME.coverage - 3.0 * SOME.unknown
    assert PLAIN.probability(SOME) == pytest.approx(1 / (1 + exp(-total)))


@pytest.mark.parametrize(
    ("confidence", "status"),
    [(0.6, Status.ANSWERED), (0.59, Status.UNSURE), (0.2, Status.UNSURE), (0.19, Status.NOT_FOUND)],
)
def test_two_thresholds_make_three_statuses(confidence: float, status: Status) -> None:
    """Each threshold belongs to the better status."""
    assert PLAIN.status(confidence) is status


def test_the_reason_follows_from_the_status_and_the_unknown_words() -> None:
    """An answered question has no reason; words that no text has explain more than a weak match."""
    assert reason(Status.ANSWERED, 0.9) is None
    assert reason(Status.UNSURE, 0.1) is Reason.WEAK_MATCH
    assert reason(Status.NOT_FOUND, 0.5) is Reason.UNKNOWN_WORDS


@given(st.lists(st.floats(0, 1), max_size=20))
def test_a_later_passage_is_never_surer(scores: list[float]) -> None:
    """Scores fall with the rank, none is raised, and the first stays as it is."""
    capped = falling(scores)
    assert all(a >= b for a, b in pairwise(capped))
    assert all(after <= before for after, before in zip(capped, scores, strict=True))
    assert capped[:1] == scores[:1]


@pytest.mark.parametrize("name", ["read", "unread"])
def test_the_shipped_calibrations_know_every_feature(name: str) -> None:
    """A feature that is added or renamed must be fitted before it can be used; unread passages have none of the reader's."""
    fitted = json.loads(CALIBRATION.read_text(encoding="utf-8"))[name]
    assert list(fitted["weights"]) == list(FEATURES[name])
    assert set(FEATURES[name]) <= {field.name for field in fields(Features)}
    assert ("relevance" in FEATURES[name]) == (name == "read")
    assert 0 < fitted["unsure"] < fitted["answered"] < 1


@pytest.mark.parametrize(
    ("features", "name"),
    [(SOME, "coverage"), (SOME, "lead"), (SOME, "agreement")]
    + [(replace(SOME, relevance=0.5), name) for name in ("lead", "agreement", "relevance")],
)
def test_more_evidence_never_lowers_the_shipped_confidence(features: Features, name: str) -> None:
    """A further leading passage, or one that the reader likes more or, unread, that has more words, is not less likely."""
    more = replace(features, **{name: getattr(features, name) + 0.2})
    judge = shipped()
    assert judge.of(more).probability(more) >= judge.of(features).probability(features)


@given(st.floats(-1e6, 1e6))
def test_a_logit_becomes_a_feature_within_one(logit: float) -> None:
    """However sure a reader is."""
    assert -1 <= logit_feature(logit) <= 1
