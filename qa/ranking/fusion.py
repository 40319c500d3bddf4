"""Two legs into one ranking: a convex combination of scores, each against its leg's best.

Bruch, Gai & Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval": scores
normalised by their theoretical minimum (0 here for both) and observed maximum fuse better
than reciprocal ranks, which forget by how much a passage is better. One thing is added:
where even the best passage has few of the question's words, the lexical leg is not blown up
to full weight, so it counts as much as it knows. Measured rows: ``docs/quality.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from qa.ranking.retriever import Retrieved
from qa.types import Reading

DENSE_WEIGHT = 0.5
SURE = 0.4
"""The share of the reachable BM25 score from which on the lexical leg has its full weight."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage's position, its score (higher is better) and what lies behind it.

    ``reading`` is what the reader says, where it read the passage.
    """

    passage: int
    score: float
    dense: float
    lexical: float
    reading: Reading | None = None


def fuse(retrieved: Retrieved, dense_weight: float = DENSE_WEIGHT, sure: float = SURE) -> list[Hit]:
    """Hits, best first, ties by position. Where one leg failed, the other decides alone."""
    dense = _scaled(retrieved.dense, 0.0)
    lexical = _scaled(retrieved.lexical, sure * retrieved.lexical_bound)
    hits = [
        Hit(
            passage,
            dense_weight * dense[passage] + (1 - dense_weight) * lexical[passage],
            retrieved.dense[passage],
            retrieved.lexical[passage],
        )
        for passage in retrieved.dense
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage))


def _scaled(scores: Mapping[int, float], least: float) -> dict[int, float]:
    """Divided by the best, or by ``least`` where the best is less; all zero where both are zero."""
    best = max(scores.values(), default=0.0)
    scale = max(best, least)
    return {passage: max(score, 0.0) / scale if scale > 0 else 0.0 for passage, score in scores.items()}
