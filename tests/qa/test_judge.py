"""Confidence and what follows from it."""

import json
from dataclasses import astuple, fields, replace
from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.judge import CALIBRATION, Calibration, Features, falling, reason, shipped
from qa.types import Reason, Status

PLAIN = Calibration(-1.0, (1.0, 2.0, -3.0, 0.5, 0.25), answered=0.6, unsure=0.2)
SOME = Features(0.5, 0.25, 0.1, 0.2, 0.5)


def test_the_probability_is_the_logistic_of_the_weighted_sum() -> None:
    """1 / (1 + exp(-(b + Σ w·x)))."""
    total = -1.0 + sum(w * x for w, x in zip(PLAIN.weights, astuple(SOME), strict=True))
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


def test_the_shipped_calibration_has_a_weight_for_each_feature() -> None:
    """A feature that is added or renamed must be fitted before it can be used."""
    fitted = json.loads(CALIBRATION.read_text(encoding="utf-8"))
    assert list(fitted["weights"]) == [field.name for field in fields(Features)]
    assert 0 < shipped().unsure < shipped().answered < 1


@pytest.mark.parametrize("name", ["cosine", "coverage", "lead", "agreement"])
def test_more_evidence_never_lowers_the_shipped_confidence(name: str) -> None:
    """A nearer, better covered or further leading passage is not less likely to answer."""
    middle = Features(0.5, 0.5, 0.2, 0.1, 0.5)
    more = replace(middle, **{name: getattr(middle, name) + 0.2})
    assert shipped().probability(more) >= shipped().probability(middle)
