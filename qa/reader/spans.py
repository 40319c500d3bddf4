"""From the logits of tokens to the words that answer."""

from bisect import bisect_left
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
class Part:
    """A cell of a table in a passage, in characters: no answer crosses its border.

    ``bias`` is added to the logits of answers in it. ``row`` is the row of the table that it is in.
    """

    place: Span
    bias: float
    row: Span


@dataclass(frozen=True, slots=True)
class BestSpan:
    """The best span of a passage, in characters; None if the passage has no tokens.

    ``over_none``: by how much it beats there being no answer. ``over_others``: by how much it beats the best span that
    shares no token with it, at most ``MAX_MARGIN``. ``over_rows``: the same of the best span outside of its row, None
    if it is in none.
    """

    span: Span | None
    over_none: float
    over_others: float
    over_rows: float | None = None


def find_best_span(
    start: Logits,
    end: Logits,
    offsets: Sequence[tuple[int, int]],
    no_answer: float,
    parts: Sequence[Part] = (),
) -> BestSpan:
    """Return the best span and by how much it beats ``no_answer`` and other spans.

    The best span has the greatest sum of its first token's start logit and its last token's end logit, and at
    most ``MAX_ANSWER_TOKENS`` (Devlin et al. 2019, sections 4.2 and 4.3). ``start``, ``end`` and ``offsets``
    have one entry for each token of the passage's words. The biases of ``parts``
    decide between spans, and do not count against ``no_answer``.
    """
    size = len(offsets)
    if not size:
        return BestSpan(None, 0.0, 0.0)
    sums = start[:, None] + end[None, :]
    lengths = np.arange(size)[None, :] - np.arange(size)[:, None]
    excluded = (lengths < 0) | (lengths >= MAX_ANSWER_TOKENS)
    starts = [start for start, _ in offsets]
    part_of, bias = _spread_parts(parts, starts)
    if parts:
        sums += bias[:, None]
        excluded |= part_of[:, None] != part_of[None, :]
    sums = np.where(excluded, -np.inf, sums)
    first, last = divmod(int(np.argmax(sums)), size)
    best = float(sums[first, last])

    def measure_lead(begin: int, stop: int) -> float:
        """Return by how much the best span beats those that share no token with these, at most ``MAX_MARGIN``."""
        others = [sums[:begin, :begin], sums[stop:, stop:]]
        rival = max((float(part.max()) for part in others if part.size), default=-np.inf)
        return min(MAX_MARGIN, best - rival)

    row = parts[part_of[first]].row if part_of[first] >= 0 else None
    over_rows = None if row is None else measure_lead(*_find_tokens(row, starts))
    span = Span(offsets[first][0], offsets[last][1])
    return BestSpan(span, best - float(bias[first]) - no_answer, measure_lead(first, last + 1), over_rows)


def _spread_parts(parts: Sequence[Part], starts: Sequence[int]) -> tuple[NDArray[np.int64], Logits]:
    """Return the position of the part that each token is in, -1 for none, and its bias, each of shape (tokens,)."""
    part_of, bias = np.full(len(starts), -1, dtype=np.int64), np.zeros(len(starts), dtype=np.float32)
    for position, part in enumerate(parts):
        first, end = _find_tokens(part.place, starts)
        part_of[first:end], bias[first:end] = position, part.bias
    return part_of, bias


def _find_tokens(place: Span, starts: Sequence[int]) -> tuple[int, int]:
    """Return the first token that starts in a place, and the first one after it."""
    return bisect_left(starts, place.start), bisect_left(starts, place.end)
