"""Picking the best of scored positions, one way for every leg and store."""

import numpy as np
from numpy.typing import NDArray

from index.types import Positions, SearchResult

DECIMALS = 6
"""Vector libraries disagree beyond this one, so what agrees this far is held to be equal."""


def best(positions: Positions, scores: NDArray[np.float32], k: int) -> SearchResult:
    """The ``k`` best, highest score first, equal scores by position; fewer where there are fewer.

    Scores come out rounded to ``DECIMALS``, so that ties are ties in every store.
    """
    scores = np.round(scores, DECIMALS)
    if 0 < k < len(scores):
        floor = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = np.flatnonzero(scores >= floor)  # keeps all that tie at the boundary
        positions, scores = positions[kept], scores[kept]
    order = np.lexsort((positions, -scores))[: max(k, 0)]
    return SearchResult(positions[order], scores[order])
