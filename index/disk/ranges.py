"""Many stretches of neighbouring rows as the positions of the rows."""

from collections.abc import Sequence

import numpy as np

from index.types import Positions


def stretches(firsts: Positions | Sequence[int], lasts: Positions | Sequence[int]) -> Positions:
    """The rows of each stretch ``[first, last)``, one stretch behind the other, shape (rows,)."""
    begin, end = np.asarray(firsts, dtype=np.int64), np.asarray(lasts, dtype=np.int64)
    lengths = end - begin
    before = np.cumsum(lengths) - lengths
    return np.repeat(begin - before, lengths) + np.arange(lengths.sum(), dtype=np.int64)
