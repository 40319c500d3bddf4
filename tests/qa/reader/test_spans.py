"""From logits to words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from index.types import Span
from qa.reader.spans import MAX_MARGIN, BestSpan, Part, find_best_span

LOGITS = st.integers(1, 60).flatmap(
    lambda size: st.tuples(*[arrays.arrays(np.float32, size, elements=st.floats(-20, 20, width=32))] * 2)
)


def test_the_best_pair_of_start_and_end_wins() -> None:
    """Words two to three have the greatest sum; they beat no answer by four."""
    start, end = np.array([0, 5, 0, 0], dtype=np.float32), np.array([7, 0, 3, 0], dtype=np.float32)
    assert find_best_span(start, end, [(0, 2), (3, 6), (7, 9), (9, 10)], 4.0) == BestSpan(Span(3, 9), 4.0, 1.0)


def test_a_rival_shares_no_token_with_the_best_span() -> None:
    """A longer form of the same words is none; without any other words the margin is the greatest there is."""
    start, end = np.array([1, 4, 3, 0], dtype=np.float32), np.array([0, 1, 4, 2], dtype=np.float32)
    offsets = [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert find_best_span(start, end, offsets, 0.0) == BestSpan(Span(1, 3), 8.0, 6.0)
    assert find_best_span(start[1:3], end[1:3], offsets[:2], 0.0).over_others == MAX_MARGIN


def test_a_span_stays_within_a_part_and_the_gain_decides_between_parts() -> None:
    """The gain of a part does not count beside there being no answer."""
    start, end = np.array([5, 0, 4, 0], dtype=np.float32), np.array([0, 1, 0, 6], dtype=np.float32)
    offsets = [(0, 1), (2, 3), (4, 5), (6, 7)]
    assert find_best_span(start, end, offsets, 0.0).span == Span(0, 7)
    first, second = Span(0, 3), Span(4, 7)
    parts = [Part(first, 0.0, Span(0, 7)), Part(second, 0.0, Span(0, 7))]
    assert find_best_span(start, end, offsets, 1.0, parts) == BestSpan(second, 9.0, 10.0 - 6.0, MAX_MARGIN)
    lowered = [Part(first, 0.0, first), Part(second, -5.0, second)]
    assert find_best_span(start, end, offsets, 1.0, lowered) == BestSpan(first, 5.0, 6.0 - 5.0, 6.0 - 5.0)
    raised = [Part(first, -7.0, first), Part(second, -1.0, second)]
    assert find_best_span(start, end, offsets, 1.0, raised).over_none == 9.0
    assert find_best_span(start, end, offsets, 1.0, [Part(first, -9.0, first)]).over_rows is None


def test_no_words_have_no_span() -> None:
    """A passage without words points at nothing."""
    assert find_best_span(np.zeros(0, np.float32), np.zeros(0, np.float32), [], 1.0) == BestSpan(None, 0.0, 0.0)


@given(LOGITS)
def test_the_span_is_the_best_of_all_that_are_allowed(logits: tuple[np.ndarray, np.ndarray]) -> None:
    """As a search through all pairs finds it: start before end, at most 30 tokens."""
    start, end = logits
    best = find_best_span(start, end, [(i, i + 1) for i in range(len(start))], 0.0)
    span = best.span
    allowed = [(i, j) for i in range(len(start)) for j in range(i, min(len(start), i + 30))]
    assert span is not None
    assert (span.start, span.end - 1) in allowed
    assert best.over_none == max(float(start[i] + end[j]) for i, j in allowed)
    others = [float(start[i] + end[j]) for i, j in allowed if j < span.start or i >= span.end]
    assert best.over_others == min(MAX_MARGIN, best.over_none - max(others, default=-np.inf))


def test_a_span_has_at_most_thirty_tokens() -> None:
    """Two tokens that fit best are too far apart if there are thirty between the first and the last."""
    start, end = np.zeros(40, np.float32), np.zeros(40, np.float32)
    start[0], end[29], end[30] = 5.0, 3.0, 4.0
    assert find_best_span(start, end, [(i, i + 1) for i in range(40)], 0.0) == BestSpan(Span(0, 30), 8.0, 8.0 - 4.0)
