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


def find_best_span(
    start: Logits,
    end: Logits,
    offsets: Sequence[tuple[int, int]],
    no_answer: float,
    parts: Sequence[tuple[Span, float]] = (),
) -> BestSpan:
    """Return the best span and by how much it beats ``no_answer`` and other spans.

    The best span has the greatest sum of its first token's start logit and its last token's end logit, and at
    most ``MAX_ANSWER_TOKENS`` (Devlin et al. 2019, sections 4.2 and 4.3). ``start``, ``end`` and ``offsets``
    have one entry for each token of the passage's words. ``parts``: places of the words, in characters, each with what
    spans in it gain on others, which does not count beside ``no_answer``; no span goes across the border of one.
    """
    size = len(offsets)
    if not size:
        return BestSpan(None, 0.0, 0.0)
    sums = start[:, None] + end[None, :]
    lengths = np.arange(size)[None, :] - np.arange(size)[:, None]
    excluded = (lengths < 0) | (lengths >= MAX_ANSWER_TOKENS)
    gains = np.zeros(size, dtype=np.float32)
    if parts:
        gains, inside = _spread_parts(parts, offsets)
        sums += gains[:, None]
        excluded |= inside[:, None] != inside[None, :]
    sums = np.where(excluded, -np.inf, sums)
    first, last = divmod(int(np.argmax(sums)), size)
    best = float(sums[first, last])
    others = [sums[:first, :first], sums[last + 1 :, last + 1 :]]
    rival = max((float(part.max()) for part in others if part.size), default=-np.inf)
    span = Span(offsets[first][0], offsets[last][1])
    return BestSpan(span, best - float(gains[first]) - no_answer, min(MAX_MARGIN, best - rival))


def _spread_parts(
    parts: Sequence[tuple[Span, float]], offsets: Sequence[tuple[int, int]]
) -> tuple[Logits, NDArray[np.int64]]:
    """Return the gain of each token, and the number of the part that it is in, 0 for none."""
    starts = np.array([start for start, _ in offsets])
    gains, inside = np.zeros(len(offsets), dtype=np.float32), np.zeros(len(offsets), dtype=np.int64)
    for number, (span, gain) in enumerate(parts, 1):
        here = slice(*np.searchsorted(starts, [span.start, span.end]))
        gains[here], inside[here] = gain, number
    return gains, inside
