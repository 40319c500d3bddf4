"""Two legs into one ranking: a convex combination of scores, each against its leg's best.

Bruch, Gai & Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval": scores
normalised by their theoretical minimum (0 here for both) and observed maximum fuse better
than reciprocal ranks, which forget by how much a passage is better. Measured rows:
``docs/quality.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from qa.ranking.retriever import Retrieved
from qa.types import Reading

DENSE_WEIGHT = 0.5


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


def fuse(retrieved: Retrieved, dense_weight: float = DENSE_WEIGHT) -> list[Hit]:
    """Return the hits, best first, ties by position. If one leg failed, the other decides alone."""
    dense, lexical = _scaled(retrieved.dense), _scaled(retrieved.lexical)
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


def _scaled(scores: Mapping[int, float]) -> dict[int, float]:
    """Divide the scores by the best one, negative ones counted as 0; return zeros if no score is positive."""
    best = max(scores.values(), default=0.0)
    return {passage: max(score, 0.0) / best if best > 0 else 0.0 for passage, score in scores.items()}
