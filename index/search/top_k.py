"""Selection of the k best of scored positions, the same for every retrieval leg and store."""

import numpy as np
from numpy.typing import NDArray

from index.types import Positions, SearchResult

# Vector libraries differ in later decimals, so scores that agree to this one count as equal.
SCORE_DECIMALS = 6


def select_top_k(positions: Positions, scores: NDArray[np.float32], k: int) -> SearchResult:
    """Return the ``k`` best positions, highest score first, ties by position; fewer if there are fewer.

    Scores are rounded to ``SCORE_DECIMALS``, so that ties are ties in every store.
    """
    scores = np.round(scores, SCORE_DECIMALS)
    if 0 < k < len(scores):
        kth_best = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= kth_best)  # includes every tie for the last place
        positions, scores = positions[kept], scores[kept]
    order = np.lexsort((positions, -scores))[: max(k, 0)]
    return SearchResult(positions[order], scores[order])
