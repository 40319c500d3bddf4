"""From logits to words."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from index.types import Span
from qa.reader.spans import find_best_span

LOGITS = st.integers(1, 60).flatmap(
    lambda size: st.tuples(*[arrays.arrays(np.float32, size, elements=st.floats(-20, 20, width=32))] * 2)
)


def test_the_best_pair_of_start_and_end_wins() -> None:
    """Words two to three have the greatest sum; they beat no answer by four."""
    start, end = np.array([0, 5, 0, 0], dtype=np.float32), np.array([7, 0, 3, 0], dtype=np.float32)
    assert find_best_span(start, end, [(0, 2), (3, 6), (7, 9), (9, 10)], 4.0) == (4.0, Span(3, 9))


def test_no_words_have_no_span() -> None:
    """A passage without words points at nothing."""
    assert find_best_span(np.zeros(0, np.float32), np.zeros(0, np.float32), [], 1.0) == (0.0, None)


@given(LOGITS)
def test_the_span_is_the_best_of_all_that_are_allowed(logits: tuple[np.ndarray, np.ndarray]) -> None:
    """As a search through all pairs finds it: start before end, at most 30 tokens."""
    start, end = logits
    margin, span = find_best_span(start, end, [(i, i + 1) for i in range(len(start))], 0.0)
    allowed = [(i, j) for i in range(len(start)) for j in range(i, min(len(start), i + 30))]
    assert span is not None
    assert (span.start, span.end - 1) in allowed
    assert margin == max(float(start[i] + end[j]) for i, j in allowed)


def test_a_span_has_at_most_thirty_tokens() -> None:
    """Two tokens that fit best are too far apart if there are thirty between the first and the last."""
    start, end = np.zeros(40, np.float32), np.zeros(40, np.float32)
    start[0], end[29], end[30] = 5.0, 3.0, 4.0
    assert find_best_span(start, end, [(i, i + 1) for i in range(40)], 0.0) == (8.0, Span(0, 30))
