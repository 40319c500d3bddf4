"""Max-score pruning: which passages remain candidates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.search.max_score import PostingList, WeightedTerm, find_candidates


def word(scores: dict[int, float], weight: float = 1.0) -> WeightedTerm:
    passages = np.array(sorted(scores), dtype=np.int32)
    return WeightedTerm(
        PostingList(passages, np.array([scores[p] for p in passages], dtype=np.float32), max(scores.values())),
        np.float32(weight),
    )


RARE, COMMON = word({3: 5.0, 7: 4.0, 8: 1.0}), word({place: 0.5 + 0.1 * (place == 8) for place in range(10)})


@pytest.mark.parametrize(
    ("k", "left"), [(1, [3]), (2, [3, 7]), (3, [3, 7, 8]), (4, list(range(10))), (99, list(range(10)))]
)
def test_a_common_word_adds_no_candidate_that_cannot_be_among_the_best(k: int, left: list[int]) -> None:
    """It adds less than such passages lack; if too few passages have the rare word, all are candidates."""
    assert find_candidates([COMMON, RARE], k, 10).tolist() == left


def test_a_passage_that_is_not_allowed_rules_out_none_that_is() -> None:
    """The best that are allowed are found, however much better the others are."""
    assert find_candidates([COMMON, RARE], 1, 10, np.array([1, 7, 9])).tolist() == [7]
    assert find_candidates([COMMON, RARE], 2, 10, np.array([1, 9])).tolist() == [1, 9]


def test_a_word_adds_only_to_passages_that_contain_it() -> None:
    """Nothing elsewhere, before the first and after the last."""
    assert RARE.postings.score_passages(np.array([0, 3, 4, 8, 9])).tolist() == [0, 5, 0, 1, 0]


@given(st.sets(st.integers(0, 20), min_size=1), st.lists(st.integers(0, 20)))
def test_a_word_is_where_its_postings_are(holding: set[int], asked: list[int]) -> None:
    """In any order, and behind the last passage that has it; its scores are added there and nowhere else."""
    postings = word(dict.fromkeys(holding, 0.5)).postings
    assert postings.contains_passages(np.array(asked, dtype=np.int64)).tolist() == [one in holding for one in asked]
    totals = np.ones(21, dtype=np.float32)
    postings.add_scores(totals, np.float32(3))
    assert totals.tolist() == [2.5 if place in holding else 1.0 for place in range(21)]


def test_what_rounding_could_reorder_is_kept() -> None:
    """A passage less than a thousandth behind the k-th best is a candidate, because its sum is rounded differently later."""
    near = word({3: 5.0, 7: 4.9995, 8: 4.998})
    assert find_candidates([near], 1, 10).tolist() == [3, 7]
    assert find_candidates([near, word({8: 1e-4, 9: 1e-4})], 1, 10).tolist() == [3, 7]


def test_weights_count() -> None:
    """A common word of high weight can decide."""
    assert find_candidates([word(dict.fromkeys(range(10), 0.5), 20.0), RARE], 1, 10).tolist() == [3]
    assert 0 in find_candidates([word({0: 0.5, 1: 0.5, 2: 0.5, 4: 0.4}, 20.0), RARE], 1, 10)


def test_no_words_find_nothing() -> None:
    """A question of words that no passage contains."""
    assert find_candidates([], 5, 10).tolist() == []
