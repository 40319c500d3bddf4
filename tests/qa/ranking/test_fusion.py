"""Two legs into one ranking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.ranking.fusion import fuse, sort_hits
from qa.ranking.retrieval import Leg
from qa.ranking.retriever import Candidates


def candidates(dense: dict[int, float], lexical: dict[int, float]) -> Candidates:
    return Candidates(dense, lexical, (Leg("dense", True, len(dense)), Leg("lexical", True, len(lexical))))


def test_each_leg_is_scaled_by_its_best() -> None:
    """A score is dense / best dense + lexical / best lexical, halved; a weight moves the shares."""
    hits = fuse(candidates({1: 0.8, 2: 0.4}, {1: 3.0, 2: 6.0}))
    scores = {hit.passage: hit.score for hit in hits}
    assert scores == pytest.approx({1: (0.8 / 0.8 + 3 / 6) / 2, 2: (0.4 / 0.8 + 6 / 6) / 2})
    weighted = {hit.passage: hit.score for hit in fuse(candidates({1: 0.8, 2: 0.4}, {1: 3.0, 2: 6.0}), 0.75)}
    assert weighted == pytest.approx({1: 0.75 + 0.25 * 3 / 6, 2: 0.75 * 0.4 / 0.8 + 0.25})


def test_a_hit_knows_its_scores_and_ranks_in_both_legs() -> None:
    """Ranks start at 1, and equal scores share the better one."""
    hits = {hit.passage: hit for hit in fuse(candidates({1: 0.8, 2: 0.4, 3: 0.8}, {1: 1.0, 2: 6.0, 3: 3.0}))}
    assert {p: (h.dense, h.lexical) for p, h in hits.items()} == {1: (0.8, 1.0), 2: (0.4, 6.0), 3: (0.8, 3.0)}
    assert {p: (h.dense_rank, h.lexical_rank) for p, h in hits.items()} == {1: (1, 3), 2: (3, 1), 3: (1, 2)}


def test_without_one_leg_the_other_decides() -> None:
    """A failed leg has zeros only and changes no order."""
    assert [hit.passage for hit in fuse(candidates({3: 0.0, 1: 0.0}, {3: 2.0, 1: 1.0}))] == [3, 1]


def test_ties_go_by_position() -> None:
    """Equal scores are ordered by position, so that an answer can be repeated."""
    hits = fuse(candidates({5: 0.5, 2: 0.5}, {5: 1.0, 2: 1.0}))
    assert [hit.passage for hit in hits] == [2, 5]
    assert sort_hits(hits[::-1]) == hits


SCORES = st.dictionaries(st.integers(0, 50), st.floats(-1, 1, width=32), min_size=1, max_size=20)


@given(SCORES)
def test_fused_scores_lie_between_zero_and_one(dense: dict[int, float]) -> None:
    """Whatever the legs give, nothing scores above 1 or below 0, and every candidate is kept."""
    hits = fuse(candidates(dense, {passage: abs(score) * 9 for passage, score in dense.items()}))
    assert {hit.passage for hit in hits} == set(dense)
    assert all(0 <= hit.score <= 1 + 1e-9 for hit in hits)
