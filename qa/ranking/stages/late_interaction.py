"""Late interaction: each candidate's tokens are compared with the question's, which single vectors and stems blur.

Khattab & Zaharia 2020, "ColBERT"; how tokens are stored and compared: ``index/search/late_interaction.py``.
Measured rows: ``docs/quality.md``.
"""

from index.generation.generation import GenerationContents
from qa.ranking.fusion import Hit, sort_hits
from qa.types import Query, Reader

# Beside a fused score of at most 1; candidates differ by about 0.3. Flat between 2 and 4 (FairytaleQA, SQuAD).
WEIGHT = 3.0


class LateInteraction:
    """Adds to each score by how much the passage's tokens match better than those of the worst candidate."""

    def __init__(self, contents: GenerationContents, reader: Reader | None = None, weight: float = WEIGHT) -> None:
        """Read nothing yet; ``reader`` is not used, and an ablation gives another ``weight``."""
        self._tokens, self._weight = contents.tokens, weight

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return the same hits, best first, ties by position; unchanged if the question has no tokens."""
        if not hits or query.tokens is None:
            return hits
        late = self._tokens.score_passages(query.tokens, [hit.passage for hit in hits]).tolist()
        worst = min(late)
        gains = (self._weight * (score - worst) for score in late)
        scored = [
            Hit(hit.passage, hit.score + gain, hit.dense, hit.lexical, hit.dense_rank, hit.lexical_rank, hit.reading)
            for hit, gain in zip(hits, gains, strict=True)
        ]
        return sort_hits(scored)
