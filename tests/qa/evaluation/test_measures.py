"""Measures against formulas worked by hand."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation import measures


def test_the_first_right_passage_counts_from_one() -> None:
    """Ranks begin at 1; nothing right has no rank."""
    assert measures.first_right([False, True, True]) == 2
    assert measures.first_right([False]) is None
    assert measures.first_right([]) is None


def test_hits_and_reciprocal_ranks() -> None:
    """Hit@k is 1 up to and with k; the reciprocal rank is 1/rank and 0 beyond ten."""
    assert [measures.hit(3, k) for k in (1, 3, 10)] == [0.0, 1.0, 1.0]
    assert measures.hit(None, 10) == 0.0
    assert measures.reciprocal_rank(4) == 1 / 4
    assert measures.reciprocal_rank(11) == measures.reciprocal_rank(None) == 0.0


def test_ndcg_discounts_by_the_logarithm_of_the_rank() -> None:
    """(1/log2(2+1)) over the ideal 1/log2(1+1) for one relevant document in second place."""
    found = measures.ndcg({"q": ["b", "a"]}, {"q": {"a": 1}})
    assert found["q"] == pytest.approx((1 / log2(3)) / (1 / log2(2)))


def test_a_question_without_a_ranking_counts_zero() -> None:
    """Failing to answer is not being left out."""
    assert measures.ndcg({"q": ["a"]}, {"q": {"a": 1}, "missing": {"a": 1}}) == {"q": 1.0, "missing": 0.0}


@given(
    st.lists(st.sampled_from("abcdefghijklmnop"), unique=True, max_size=12),
    st.sets(st.sampled_from("abcdefgh"), min_size=1),
)
def test_ndcg_agrees_with_its_definition(ranking: list[str], relevant: set[str]) -> None:
    """Σ 1/log2(rank+1) over the first ten, against the best that could be."""
    gain = sum(1 / log2(rank + 1) for rank, d in enumerate(ranking[:10], 1) if d in relevant)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(len(relevant), 10) + 1))
    assert measures.ndcg({"q": ranking}, {"q": dict.fromkeys(relevant, 1)})["q"] == pytest.approx(gain / ideal)


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    """Of 2 × 2 pairs three are in order and one is tied: 3.5 / 4."""
    assert measures.auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)


def test_calibration_error_is_the_mean_gap_over_the_bins() -> None:
    """Two bins of two: |0.1 - 0| / 2 + |0.8 - 1| / 2."""
    error = measures.calibration_error([0.1, 0.1, 0.8, 0.8], [False, False, True, True], bins=2)
    assert error == pytest.approx(abs(0.1 - 0) / 2 + abs(0.8 - 1) / 2)
    assert measures.calibration_error([], []) == 0.0


def test_an_interval_holds_its_mean_and_repeats_itself() -> None:
    """Seeded, so that two runs print the same; wider for fewer questions."""
    values = np.random.default_rng(1).random(400).tolist()
    wide, narrow = measures.interval(values[:20]), measures.interval(values)
    assert narrow == measures.interval(values)
    assert narrow.low < narrow.mean < narrow.high
    assert narrow.high - narrow.low < wide.high - wide.low


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """Of 200 samples of 60 coin throws, the 95 % interval holds 1/2 in 88 to 99 %."""
    chance = np.random.default_rng(2)
    intervals = [measures.interval(chance.integers(0, 2, 60).tolist(), 400) for _ in range(200)]
    assert 0.88 <= np.mean([i.low <= 0.5 <= i.high for i in intervals]) <= 0.99
