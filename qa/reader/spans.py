"""From the logits of tokens to the words that answer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.types import Span

MOST_ANSWER_TOKENS = 30
Logits = NDArray[np.float32]


def likeliest(
    start: Logits, end: Logits, offsets: Sequence[tuple[int, int]], nothing: float
) -> tuple[float, Span | None]:
    """The span with the greatest sum of its first and last token's logits, and by how much it beats ``nothing``.

    ``start``, ``end``, ``offsets``: one entry for each token of the passage's words. None without any.
    Devlin et al. 2019, section 4.2 and 4.3; a span has at most ``MOST_ANSWER_TOKENS``.
    """
    size = len(offsets)
    if not size:
        return 0.0, None
    sums = start[:, None] + end[None, :]
    tokens = np.arange(size)[None, :] - np.arange(size)[:, None]
    sums = np.where((tokens < 0) | (tokens >= MOST_ANSWER_TOKENS), -np.inf, sums)
    first, last = divmod(int(np.argmax(sums)), size)
    return float(sums[first, last]) - nothing, Span(offsets[first][0], offsets[last][1])
