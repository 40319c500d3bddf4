"""Fusion of two legs into one ranking: a convex combination of scores, each divided by its leg's best.

Bruch, Gai & Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval": scores
normalised by their theoretical minimum (0 here for both) and observed maximum fuse better
than reciprocal ranks, which forget by how much a passage is better. Measured rows:
``docs/quality.md``.
"""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import NamedTuple

from qa.ranking.retriever import Candidates
from qa.types import Reading

# Equal shares: 0.3 and 0.7 are not better beyond chance on any set of docs/quality.md.
DENSE_WEIGHT = 0.5


# A tuple, because every question makes some two hundred, and a frozen dataclass takes five times as long to make.
class Hit(NamedTuple):
    """A passage's position, its score (higher is better), and its scores and ranks in the two legs.

    Ranks start at 1. ``reading`` is what the reader says, or None if it did not read the passage.
    ``unread`` says why, in a word of ``Retrieval.degraded``, if it should have. ``expected``, of the
    first hit that the reader left out, is the score that such a hit has on average if it is read; else it is 0.
    """

    passage: int
    score: float
    dense: float
    lexical: float
    dense_rank: int
    lexical_rank: int
    reading: Reading | None = None
    unread: str = ""
    expected: float = 0.0


def fuse(candidates: Candidates, dense_weight: float = DENSE_WEIGHT) -> list[Hit]:
    """Return the hits, best first. If one leg failed, the other decides alone."""
    dense, lexical = _normalize_scores(candidates.dense), _normalize_scores(candidates.lexical)
    return build_hits(candidates, {p: dense_weight * dense[p] + (1 - dense_weight) * lexical[p] for p in dense})


def build_hits(candidates: Candidates, scores: Mapping[int, float]) -> list[Hit]:
    """Return a hit for each scored candidate, best first, ties by position."""
    dense_ranks, lexical_ranks = rank_scores(candidates.dense), rank_scores(candidates.lexical)
    ordered = sorted(sorted(scores), key=scores.__getitem__, reverse=True)
    return [
        Hit(p, scores[p], candidates.dense[p], candidates.lexical[p], dense_ranks[p], lexical_ranks[p]) for p in ordered
    ]


def sort_hits(hits: Iterable[Hit]) -> list[Hit]:
    """Return the hits, best first, ties by position."""
    # Two sorts by a single key are faster than one by a pair.
    return sorted(sorted(hits, key=attrgetter("passage")), key=attrgetter("score"), reverse=True)


def _normalize_scores(scores: Mapping[int, float]) -> dict[int, float]:
    """Divide the scores by the best one, negative ones counted as 0; return zeros if no score is positive."""
    best = max(scores.values(), default=0.0)
    return {passage: score / best if score > 0 else 0.0 for passage, score in scores.items()}


def rank_scores(scores: Mapping[int, float]) -> dict[int, int]:
    """Return the rank of each passage, from 1; equal scores share the better rank."""
    # From the worst to the best: of several equal scores, the last one gives all of them its rank.
    ranks = {score: len(scores) - place for place, score in enumerate(sorted(scores.values()))}
    return {passage: ranks[score] for passage, score in scores.items()}
