"""From the logits of tokens to the words that answer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.types import Span

# Longer answers are rare, and a longer span is usually a mistake.
MAX_ANSWER_TOKENS = 30
Logits = NDArray[np.float32]


def find_best_span(
    start: Logits, end: Logits, offsets: Sequence[tuple[int, int]], no_answer: float
) -> tuple[float, Span | None]:
    """Return by how much the best span beats ``no_answer``, and the span; 0 and None if there are no tokens.

    The best span has the greatest sum of its first token's start logit and its last token's end logit, and at
    most ``MAX_ANSWER_TOKENS`` (Devlin et al. 2019, sections 4.2 and 4.3). ``start``, ``end`` and ``offsets``
    have one entry for each token of the passage's words.
    """
    size = len(offsets)
    if not size:
        return 0.0, None
    sums = start[:, None] + end[None, :]
    lengths = np.arange(size)[None, :] - np.arange(size)[:, None]
    sums = np.where((lengths < 0) | (lengths >= MAX_ANSWER_TOKENS), -np.inf, sums)
    first, last = divmod(int(np.argmax(sums)), size)
    return float(sums[first, last]) - no_answer, Span(offsets[first][0], offsets[last][1])
