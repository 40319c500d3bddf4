"""Lists of sources are ranked down, never cut away: they repeat every title and say little."""

from dataclasses import replace

from index.types import Kind
from qa.ranking.fusion import Hit
from qa.ranking.stages.parts import Parts
from qa.types import Query

FACTOR = 0.6
"""A list of sources must beat the best passage by as much as 1 / 0.6 to come before it."""


class DemoteReferences:
    """Multiplies the score of reference passages by ``FACTOR``."""

    def __init__(self, parts: Parts) -> None:
        """Looks only at the passages' kinds."""
        self._passages = parts.contents.passages

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """The same hits, best first, ties by position."""
        kinds = self._passages.get_kinds([hit.passage for hit in hits])
        demoted = [
            replace(hit, score=hit.score * FACTOR) if kind is Kind.REFERENCE else hit
            for hit, kind in zip(hits, kinds, strict=True)
        ]
        return sorted(demoted, key=lambda hit: (-hit.score, hit.passage))
