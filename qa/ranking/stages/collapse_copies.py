"""Copies: passages with the same text become one hit, so that they neither fill the list nor rival each other."""

from dataclasses import replace

from index.generation.generation import GenerationContents
from qa.ranking.fusion import Hit, rank_scores
from qa.types import Query, Reader

# The first copy in the order of the collection is shown, whatever the question, unless another one scores better by
# more than this share of the best hit's score: its title or heading then matches the question. Over three copies of
# 40 handbooks named by year, the best copy was better by at most 0.004 for 95 % of the questions, and by 0.017 for
# half of them with "in 2024" added.
MAX_SHORTFALL = 0.01


class CollapseCopies:
    """Keeps one hit of each text, with the score of its best copy."""

    def __init__(self, contents: GenerationContents, reader: Reader | None = None) -> None:
        """Read nothing yet; ``reader`` is not used."""
        self._passages = contents.passages

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return a hit for each text, in the order of their best copies, and their ranks in both legs among these."""
        if not len(self._passages.repeats):
            return hits
        copies: dict[int, list[Hit]] = {}
        for hit, text in zip(hits, self._passages.find_first_copies([hit.passage for hit in hits]), strict=True):
            copies.setdefault(int(text), []).append(hit)
        if len(copies) == len(hits):
            return hits
        slack = MAX_SHORTFALL * hits[0].score
        kept = [_choose_copy(of_one_text, slack) for of_one_text in copies.values()]
        dense = rank_scores({hit.passage: hit.dense for hit in kept})
        lexical = rank_scores({hit.passage: hit.lexical for hit in kept})
        return [replace(hit, dense_rank=dense[hit.passage], lexical_rank=lexical[hit.passage]) for hit in kept]


def _choose_copy(hits: list[Hit], slack: float) -> Hit:
    """Return the hit that is shown of the copies of one text, given best first, with the best score."""
    best = hits[0].score
    return replace(min((hit for hit in hits if hit.score >= best - slack), key=lambda hit: hit.passage), score=best)
