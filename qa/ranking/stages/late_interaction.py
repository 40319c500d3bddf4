"""Every candidate's tokens against the question's: what single vectors blur and stems miss.

Khattab & Zaharia 2020, "ColBERT"; the tokens and how they are compared: ``index/search/late_interaction.py``.
Measured rows: ``docs/quality.md``.
"""

from qa.ranking.fusion import Hit
from qa.ranking.stages.parts import Parts
from qa.types import Query

WEIGHT = 3.0
"""Beside a fused score of at most 1; the candidates differ by about 0.3. Flat between 2 and 4 (FairytaleQA, SQuAD)."""


class LateInteraction:
    """Adds how much better a passage's tokens meet the question's than those of the worst candidate."""

    def __init__(self, parts: Parts, weight: float = WEIGHT) -> None:
        """Looks at the tokens of the passages; an ablation gives another ``weight``."""
        self._tokens, self._weight = parts.contents.tokens, weight

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """The same hits, best first, ties by position; as they were where the question has no tokens."""
        if not hits or query.tokens is None:
            return hits
        found = self._tokens.score_passages(query.tokens, [hit.passage for hit in hits])
        least = float(found.min())
        scored = [
            Hit(hit.passage, hit.score + self._weight * (late - least), hit.dense, hit.lexical)
            for hit, late in zip(hits, found.tolist(), strict=True)
        ]
        return sorted(scored, key=lambda hit: (-hit.score, hit.passage))
