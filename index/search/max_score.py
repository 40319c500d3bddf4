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
LOOKED_UP = 20
"""Times as long it takes to look a passage up in a posting than to add one up: 7 to 30 (measured), more for few."""


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
    """Passages, rising, among which are the ``k`` best of all ``count``, or of those allowed; none has no word.

    The time follows the number of passages that have the rarer words, not that of all.
    """
    ordered = sorted(words, key=lambda word: len(word.posting.passages))
    # What the words from each on can add.
    rest = [*accumulate((word.most for word in reversed(ordered)), initial=0.0)][::-1]
    open_to = None if allowed is None else _mask(allowed, count)
    totals, added, floor = np.zeros(count, dtype=np.float32), 0, -np.inf
    alive = np.empty(0, dtype=np.int32)
    while added < len(ordered) and floor < rest[added]:
        passages = ordered[added].posting.passages
        new = passages[totals[passages] == 0]
        alive = np.concatenate([alive, new if open_to is None else new[open_to[new]]])
        _add(ordered[added], totals)
        added += 1
        floor = _floor(totals[alive], k)
    coming = list(zip(ordered[added:], rest[added:], strict=False))
    return _survivors(np.sort(alive).astype(np.int64), totals, k, coming)


def _survivors(
    alive: Positions, totals: NDArray[np.float32], k: int, coming: Sequence[tuple[Weighted, float]]
) -> Positions:
    """Those that the words to come can still lift among the ``k`` best. ``totals`` are added up further."""
    for word, rest in coming:
        reached = totals[alive]
        alive = alive[reached + rest >= _floor(reached, k) - SLACK]
        if len(word.posting.passages) < LOOKED_UP * len(alive):
            _add(word, totals)
        else:
            totals[alive] += word.weight * word.posting.at(alive)
    reached = totals[alive]
    return alive[reached >= _floor(reached, k) - SLACK]


def _add(word: Weighted, totals: NDArray[np.float32]) -> None:
    totals[word.posting.passages] += word.weight * word.posting.scores


def _mask(positions: Positions, count: int) -> NDArray[np.bool_]:
    found = np.zeros(count, dtype=np.bool_)
    found[positions] = True
    return found


def _floor(totals: NDArray[np.float32], k: int) -> float:
    """The ``k``-th best; below everything where there are fewer."""
    return float(np.partition(totals, len(totals) - k)[len(totals) - k]) if 0 < k <= len(totals) else -np.inf
