"""What every ranking stage of every mode must keep, whatever it does."""

import pytest

from index.generation import Generation
from index.words import Words
from qa.fuse import Hit
from qa.stages import STAGES
from qa.types import Request
from qa.understand import understand

MAKERS = sorted({maker for makers in STAGES.values() for maker in makers}, key=lambda maker: maker.__name__)


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
def test_a_stage_loses_and_invents_no_hit_and_ranks_by_score(maker: object, generation: Generation) -> None:
    """The same passages come out, best first, ties by position, twice the same."""
    stage = maker(generation.contents)
    query = understand(Request("Who directed the film?"), Words())
    hits = [Hit(p, 1.0 - 0.05 * (p // 2), 0.5, 1.0) for p in range(len(generation.contents.passages))]
    ranked = stage(query, list(hits))
    assert sorted(hit.passage for hit in ranked) == [hit.passage for hit in hits]
    assert ranked == sorted(ranked, key=lambda hit: (-hit.score, hit.passage))
    assert stage(query, list(hits)) == ranked
    assert stage(query, []) == []


def test_both_modes_have_stages() -> None:
    """``fast`` and ``precise`` are the modes of the API."""
    assert set(STAGES) == {"fast", "precise"}
