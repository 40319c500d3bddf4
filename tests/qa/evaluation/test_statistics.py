"""Intervals and tests of differences: that they err as often as they say."""

from itertools import product
from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.measures import statistics
from qa.evaluation.measures.statistics import (
    adjust_holm,
    bootstrap_interval,
    bootstrap_statistic,
    detectable_difference,
    randomisation_test,
)


def test_an_interval_holds_its_mean_and_repeats_itself() -> None:
    """Seeded, so that two runs print the same; wider for fewer questions."""
    values = np.random.default_rng(1).random(400).tolist()
    wide, narrow = bootstrap_interval(values[:20]), bootstrap_interval(values)
    assert narrow == bootstrap_interval(values)
    assert narrow.low < narrow.mean < narrow.high
    assert narrow.high - narrow.low < wide.high - wide.low
    assert (narrow.count, bootstrap_interval([]).count) == (400, 0)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Of 200 samples of 60 coin throws, the 95 % interval holds 1/2 in 88 to 99 %."""
    chance = np.random.default_rng(2)
    intervals = [bootstrap_interval(chance.integers(0, 2, 60).tolist(), 400) for _ in range(200)]
    assert 0.88 <= np.mean([i.low <= 0.5 <= i.high for i in intervals]) <= 0.99


def test_an_interval_agrees_with_the_normal_one_for_many_questions() -> None:
    """Mean ± 1.96 standard errors, to a hundredth."""
    values = np.random.default_rng(3).normal(0.5, 0.2, 1000)
    found, error = bootstrap_interval(values.tolist()), 1.96 * values.std() / sqrt(1000)
    assert found.low == pytest.approx(values.mean() - error, abs=0.003)
    assert found.high == pytest.approx(values.mean() + error, abs=0.003)


def test_a_figure_of_all_questions_has_an_interval_by_the_same_bootstrap() -> None:
    """A mean computed at once has the bounds of the mean; what has no value has none."""
    values = np.random.default_rng(4).random(300)
    at_once = bootstrap_statistic(lambda positions: float(values[positions].mean()), 300, 2000)
    assert at_once == bootstrap_interval(values.tolist(), 2000)
    assert bootstrap_statistic(lambda positions: float("nan"), 10) is None


def test_memory_does_not_grow_with_the_number_of_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws come in portions, and in how many changes neither the interval nor what p estimates."""
    values = np.random.default_rng(5).normal(0.1, 1, 50).tolist()
    whole, p = bootstrap_interval(values), randomisation_test(values)
    monkeypatch.setattr(statistics, "AT_ONCE", 50 * 7)
    assert bootstrap_interval(values) == whole
    assert randomisation_test(values) == pytest.approx(p, abs=0.02)


@pytest.mark.parametrize("differences", [[1.0, 1.0, 1.0, -1.0], [0.5, 0.25, 0.0, 0.125], [-1.0, -2.0, -3.0, -4.0, 5.0]])
def test_p_is_the_share_of_sign_patterns_as_extreme(differences: list[float]) -> None:
    """Counted over all of them, which few questions allow."""
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    exact = np.mean([s >= abs(sum(differences)) - 1e-12 for s in sums])
    assert randomisation_test(differences) == pytest.approx(exact, abs=0.015)


def test_no_difference_is_no_evidence() -> None:
    """All ties, or nothing at all: p is 1. And it can be no smaller than its shuffles allow."""
    assert randomisation_test([0.0] * 50) == randomisation_test([]) == 1.0
    assert randomisation_test([1.0] * 100, 999) == 1 / 1000


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), max_size=20))
def test_the_side_does_not_matter(differences: list[float]) -> None:
    """A against B is B against A, and ties change nothing."""
    p = randomisation_test(differences, 200)
    assert 0 < p <= 1
    assert randomisation_test([-d for d in differences], 200) == pytest.approx(p)
    assert randomisation_test([*differences, 0.0, 0.0], 200) == pytest.approx(p)


@pytest.mark.slow
@pytest.mark.parametrize("questions", [30, 200])
def test_two_equal_systems_are_called_different_in_five_percent_of_a_thousand_splits(questions: int) -> None:
    """Each question's pair of scores is dealt out by a coin, so that there is nothing to find."""
    chance = np.random.default_rng(questions)
    called = 0
    for _ in range(1000):
        # Reciprocal ranks of two systems: many ties, few values, as real ones are.
        pairs = 1 / chance.choice([1, 1, 1, 2, 3, 5, 10, 1000], size=(questions, 2))
        dealt = np.where(chance.random(questions) < 0.5, 1, -1) * (pairs[:, 0] - pairs[:, 1])
        called += randomisation_test(dealt.tolist(), 1000, seed=int(chance.integers(1 << 30))) < 0.05
    # 50 are expected; a binomial with p = 0.05 lies within 31 and 71 in 997 cases of 1,000.
    assert 31 <= called <= 71


@pytest.mark.slow
def test_among_eight_measures_holm_keeps_the_false_alarms_at_five_percent() -> None:
    """Of 1,000 comparisons of equal systems at most 71 call any of the measures different."""
    chance = np.random.default_rng(8)
    alarms = 0
    for _ in range(1000):
        p_values = {str(m): randomisation_test(chance.normal(0, 1, 40).tolist(), 400, m) for m in range(8)}
        alarms += min(adjust_holm(p_values).values()) < 0.05
    assert alarms <= 71


def test_holm_multiplies_by_how_many_are_left() -> None:
    """0.01 × 3, 0.02 × 2, then never below the one before; never above 1."""
    assert adjust_holm({"b": 0.02, "a": 0.01, "c": 0.03}) == {
        "b": pytest.approx(0.04),
        "a": pytest.approx(0.03),
        "c": pytest.approx(0.04),
    }
    assert adjust_holm({"a": 0.9, "b": 0.8}) == {"a": 1.0, "b": 1.0}
    assert adjust_holm({}) == {}


def test_the_detectable_difference_is_that_of_a_power_of_four_fifths() -> None:
    """2.8 standard errors: of 300 experiments with that true difference about 80 % show it."""
    chance = np.random.default_rng(6)
    noise = chance.normal(0, 1, (300, 100))
    least = detectable_difference(noise[0].tolist())
    assert least == pytest.approx(2.8016 * noise[0].std(ddof=1) / 10, rel=1e-3)
    shown = [randomisation_test((row + 2.8016 / 10).tolist(), 400) < 0.05 for row in noise]
    assert 0.72 <= np.mean(shown) <= 0.88
    assert isnan(detectable_difference([1.0]))
    assert isnan(detectable_difference([0.0] * 100))
