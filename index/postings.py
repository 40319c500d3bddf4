"""The passages that can be among the best for a few words, found without adding up every word of every passage.

Turtle & Flood 1995, "Query evaluation: strategies and optimizations" (max-score): rare words are added up
first; a common word can only lift a passage by its best score, so most passages are out before it is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from index.types import Positions

SLACK = 1e-3
"""What rounding can amount to in a sum of single precision, a hundred times over."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The passages that have a word, rising, what the word adds to the score of each, and the most it adds."""

    passages: NDArray[np.int32]
    scores: NDArray[np.float32]
    most: float

    def at(self, positions: Positions) -> NDArray[np.float32]:
        """What the word adds to these passages, 0 where they lack it, shape (len(positions),)."""
        sought = positions.astype(self.passages.dtype)
        places = np.minimum(np.searchsorted(self.passages, sought), len(self.passages) - 1)
        return np.where(self.passages[places] == sought, self.scores[places], np.float32(0))


@dataclass(frozen=True, slots=True)
class Weighted:
    """A word of a question and how much it counts there."""

    posting: Posting
    weight: np.float32

    @property
    def most(self) -> float:
        """The most that it adds to a score."""
        return self.posting.most * float(self.weight)


def contenders(words: Sequence[Weighted], k: int, count: int, allowed: Positions | None = None) -> Positions:
    """Passages, rising, among which are the ``k`` best of all ``count``, or of those allowed; none has no word."""
    ordered = sorted(words, key=lambda word: len(word.posting.passages))
    # What the words from each on can add.
    rest = [*accumulate((word.most for word in reversed(ordered)), initial=0.0)][::-1]
    totals, added, floor = np.zeros(count, dtype=np.float32), 0, -np.inf
    alive = np.empty(0, dtype=np.int64)
    while added < len(ordered) and floor < rest[added]:
        word = ordered[added].posting
        totals[word.passages] += ordered[added].weight * word.scores
        added += 1
        alive = _through(np.flatnonzero(totals), count, allowed)
        floor = _floor(totals[alive], k)
    return _survivors(alive, totals[alive], k, list(zip(ordered[added:], rest[added:], strict=False)))


def _survivors(
    alive: Positions, totals: NDArray[np.float32], k: int, coming: Sequence[tuple[Weighted, float]]
) -> Positions:
    """Those that the words to come can still lift among the ``k`` best."""
    for word, rest in coming:
        kept = totals + rest >= _floor(totals, k) - SLACK
        alive = alive[kept]
        totals = totals[kept] + word.weight * word.posting.at(alive)
    return alive[totals >= _floor(totals, k) - SLACK]


def _through(positions: Positions, count: int, allowed: Positions | None) -> Positions:
    if allowed is None:
        return positions
    open_to = np.zeros(count, dtype=bool)
    open_to[allowed] = True
    return positions[open_to[positions]]


def _floor(totals: NDArray[np.float32], k: int) -> float:
    """The ``k``-th best; below everything where there are fewer."""
    return float(np.partition(totals, len(totals) - k)[len(totals) - k]) if 0 < k <= len(totals) else -np.inf
