"""Copies: passages with the same or nearly the same text become one hit, which neither fill the list nor rival another.

Of two versions of a document the newer one is shown, if their dates say which it is and it is about the question.
"""

from index.generation.generation import GenerationContents
from qa.ranking.fusion import Hit, rank_scores
from qa.ranking.versions import Versions
from qa.types import Query, Reader

# The first copy in the order of the collection is shown, whatever the question, unless another one scores better by
# more than this share of the best hit's score: its title or heading then matches the question. Over three copies of
# 40 handbooks named by year, the best copy was better by at most 0.004 for 95 % of the questions, and by 0.017 for
# half of them with "in 2024" added.
MAX_SHORTFALL = 0.01
# A copy is shown only if its cosine is at least this share of that of the best copy: half of the words of a near copy
# may be other ones, as of an entry that took the place of the one that the question is about. Over 14 questions about
# five changed passages, newer ones about the same thing had 0.66 and more, and about another thing 0.65 and less.
MIN_COSINE_SHARE = 2 / 3


class CollapseCopies:
    """Keeps one hit of each text, with the score of its best copy."""

    def __init__(self, contents: GenerationContents, reader: Reader | None = None) -> None:
        """Read nothing yet; ``reader`` is not used."""
        self._passages, self._versions = contents.passages, Versions(contents.passages)

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
        kept = [self._choose_copy(query, of_one_text, slack) for of_one_text in copies.values()]
        dense = rank_scores({hit.passage: hit.dense for hit in kept})
        lexical = rank_scores({hit.passage: hit.lexical for hit in kept})
        return [hit._replace(dense_rank=dense[hit.passage], lexical_rank=lexical[hit.passage]) for hit in kept]

    def _choose_copy(self, query: Query, hits: list[Hit], slack: float) -> Hit:
        """Return the hit that is shown of copies of one text, given best first, with the best score."""
        if len(hits) == 1:
            return hits[0]
        least = MIN_COSINE_SHARE * hits[0].dense
        hits = [hits[0], *(hit for hit in hits[1:] if hit.dense >= least)]
        current = set(self._versions.drop_superseded(query.searched_as, [hit.passage for hit in hits]))
        rivals = [hit for hit in hits if hit.passage in current]
        best = rivals[0].score - slack
        shown = min((hit for hit in rivals if hit.score >= best), key=lambda hit: hit.passage)
        return shown._replace(score=hits[0].score)
