"""From the logits of tokens to the words that answer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Span

# Longer answers are rare, and a longer span is usually a mistake.
MAX_ANSWER_TOKENS = 30
# A greater margin says no more, and there may be no other words at all.
MAX_MARGIN = 12.0
Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PairLogits:
    """The logits of a pair: of the answer starting or ending at each token, shape (tokens,), and of its relevance."""

    start: Logits
    end: Logits
    relevance: float


@dataclass(frozen=True, slots=True)
class BestSpan:
    """The best span of a passage, in characters; None if the passage has no tokens.

    ``over_none``: by how much it beats there being no answer. ``over_others``: by how much it beats the best span that
    shares no token with it, at most ``MAX_MARGIN``.
    """

    span: Span | None
    over_none: float
    over_others: float


def find_best_span(start: Logits, end: Logits, offsets: Sequence[tuple[int, int]], no_answer: float) -> BestSpan:
    """Return the best span and by how much it beats ``no_answer`` and other spans.

    The best span has the greatest sum of its first token's start logit and its last token's end logit, and at
    most ``MAX_ANSWER_TOKENS`` (Devlin et al. 2019, sections 4.2 and 4.3). ``start``, ``end`` and ``offsets``
    have one entry for each token of the passage's words.
    """
    size = len(offsets)
    if not size:
        return BestSpan(None, 0.0, 0.0)
    sums = start[:, None] + end[None, :]
    lengths = np.arange(size)[None, :] - np.arange(size)[:, None]
    sums = np.where((lengths < 0) | (lengths >= MAX_ANSWER_TOKENS), -np.inf, sums)
    first, last = divmod(int(np.argmax(sums)), size)
    best = float(sums[first, last])
    others = [sums[:first, :first], sums[last + 1 :, last + 1 :]]
    rival = max((float(part.max()) for part in others if part.size), default=-np.inf)
    span = Span(offsets[first][0], offsets[last][1])
    return BestSpan(span, best - no_answer, min(MAX_MARGIN, best - rival))
