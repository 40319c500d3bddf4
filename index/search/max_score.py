"""Max-score pruning: find the passages that can be among the k best without scoring every one.

Turtle & Flood 1995, "Query evaluation: strategies and optimizations". Rare terms are scored first. A common term
can raise a passage by at most its highest score, so most passages are ruled out before the common terms are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from index.types import Positions

# A hundred times what rounding can amount to in a sum of single-precision scores: sums are compared in another
# order than BM25 adds them up, and a passage must not be lost to that.
ROUNDING_SLACK = 1e-3
# How many times longer it takes to look up one passage in a posting list than to add one entry of it:
# 7 to 30 (measured), more if few are looked up. Decides speed only.
LOOKUP_COST = 20


@dataclass(frozen=True, slots=True)
class PostingList:
    """The passages that contain a term, in ascending order, the term's BM25 score in each, and the highest of them."""

    passages: NDArray[np.int32]
    scores: NDArray[np.float32]
    max_score: float

    def score_passages(self, positions: Positions) -> NDArray[np.float32]:
        """Return the term's score in these passages, shape (len(positions),); 0 if a passage lacks the term."""
        places, is_there = self._look_up(positions)
        return np.where(is_there, self.scores.take(places, mode="clip"), np.float32(0))

    def add_scores(self, totals: NDArray[np.float32], weight: np.float32 | int = 1) -> None:
        """Add the term's scores, times ``weight``, to those of all passages, shape (all passages,)."""
        # Twice as fast as ``totals[passages] += scores``, which looks up every place twice.
        np.add.at(totals, self.passages, weight * self.scores)

    def contains_passages(self, positions: Positions) -> NDArray[np.bool_]:
        """Return which of these passages contain the term, shape (len(positions),)."""
        return self._look_up(positions)[1]

    def _look_up(self, positions: Positions) -> tuple[Positions, NDArray[np.bool_]]:
        """Return for each passage its place among those with the term, and whether it is the one there."""
        sought = positions.astype(self.passages.dtype)
        places = self.passages.searchsorted(sought)
        # Behind the last passage is a place without any, which ``clip`` takes for that of the last.
        return places, self.passages.take(places, mode="clip") == sought


@dataclass(frozen=True, slots=True)
class WeightedTerm:
    """A term of a question and its weight there."""

    postings: PostingList
    weight: np.float32

    @property
    def max_score(self) -> float:
        """The most that the term adds to a passage's score."""
        return self.postings.max_score * float(self.weight)


def find_candidates(
    terms: Sequence[WeightedTerm], k: int, passage_count: int, allowed: Positions | None = None
) -> Positions:
    """Return passages, in ascending order, that include the ``k`` best of all, or of the allowed ones.

    Every returned passage contains a term. The time grows with the posting lists of the rarer terms, not with
    the collection.
    """
    ordered = sorted(terms, key=lambda term: len(term.postings.passages))
    # remaining[i]: the most that the terms from ordered[i] on can add to a score.
    remaining = [*accumulate((term.max_score for term in reversed(ordered)), initial=0.0)][::-1]
    is_allowed = None if allowed is None else _mark_positions(allowed, passage_count)
    totals, added, kth_best = np.zeros(passage_count, dtype=np.float32), 0, -np.inf
    candidates = np.empty(0, dtype=np.int32)
    # A passage that has none of the terms added so far stays a candidate until it can no longer reach the k-th best.
    while added < len(ordered) and kth_best < remaining[added]:
        passages = ordered[added].postings.passages
        new = passages[totals[passages] == 0]
        candidates = np.concatenate([candidates, new if is_allowed is None else new[is_allowed[new]]])
        _add_scores(ordered[added], totals)
        added += 1
        kth_best = _kth_best(totals[candidates], k)
    pending = list(zip(ordered[added:], remaining[added:], strict=False))
    return _prune_candidates(np.sort(candidates).astype(np.int64), totals, k, pending)


def _prune_candidates(
    candidates: Positions, totals: NDArray[np.float32], k: int, pending: Sequence[tuple[WeightedTerm, float]]
) -> Positions:
    """Return the candidates that can still be among the ``k`` best. Adds the pending terms to ``totals``."""
    for term, remaining in pending:
        reached = totals[candidates]
        candidates = candidates[reached + remaining >= _kth_best(reached, k) - ROUNDING_SLACK]
        if len(term.postings.passages) < LOOKUP_COST * len(candidates):
            _add_scores(term, totals)
        else:
            totals[candidates] += term.weight * term.postings.score_passages(candidates)
    reached = totals[candidates]
    return candidates[reached >= _kth_best(reached, k) - ROUNDING_SLACK]


def _add_scores(term: WeightedTerm, totals: NDArray[np.float32]) -> None:
    term.postings.add_scores(totals, term.weight)


def _mark_positions(positions: Positions, count: int) -> NDArray[np.bool_]:
    marks = np.zeros(count, dtype=np.bool_)
    marks[positions] = True
    return marks


def _kth_best(totals: NDArray[np.float32], k: int) -> float:
    """Return the ``k``-th best total, or minus infinity if there are fewer."""
    return float(np.partition(totals, len(totals) - k)[len(totals) - k]) if 0 < k <= len(totals) else -np.inf
