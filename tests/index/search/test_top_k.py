"""Selection of the k best."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.search.top_k import SCORE_DECIMALS, select_top_k
from index.types import SearchResult

# Few different scores, so that there are many ties, some of them only after rounding.
SCORED = st.dictionaries(
    st.integers(0, 10_000), st.sampled_from([-1.0, 0.0, 0.25, 0.25 + 1e-8, 0.5, 0.5 - 1e-8, 1.0]), max_size=40
)


def picked(scored: dict[int, float], k: int) -> SearchResult:
    return select_top_k(np.array(list(scored), dtype=np.int64), np.array(list(scored.values()), dtype=np.float32), k)


@given(SCORED, st.integers(-2, 60))
def test_the_best_are_the_head_of_a_full_sort(scored: dict[int, float], k: int) -> None:
    """Highest first, what is equal after rounding by position, whatever order they came in."""
    expected = sorted(scored, key=lambda position: (-round(scored[position], SCORE_DECIMALS), position))[: max(k, 0)]
    found = picked(scored, k)
    assert found.positions.tolist() == expected
    np.testing.assert_allclose(found.scores, [scored[position] for position in expected], atol=10.0**-SCORE_DECIMALS)


def test_a_tie_at_the_last_place_goes_to_the_first_position() -> None:
    """By hand: 7 and 2 tie for the second place, and only one of them can have it."""
    assert picked({7: 0.5, 9: 1.0, 2: 0.5}, 2).positions.tolist() == [9, 2]


def test_the_sixth_decimal_is_the_last_that_counts() -> None:
    """A millionth is a difference, less than half of one is a tie."""
    assert picked({0: 0.5, 1: 0.500001}, 2).positions.tolist() == [1, 0]
    assert picked({0: 0.5, 1: 0.5000004}, 2).positions.tolist() == [0, 1]


def test_none_of_none_is_none() -> None:
    """An empty list is a result."""
    assert len(picked({}, 5).positions) == len(picked({1: 1.0}, 0).positions) == 0
