"""Stretches of rows."""

from hypothesis import given
from hypothesis import strategies as st

from index.disk.ranges import stretches


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=12))
def test_stretches_are_their_ranges_in_a_row(pairs: list[tuple[int, int]]) -> None:
    """Empty ones add nothing, and none give none."""
    expected = [row for first, length in pairs for row in range(first, first + length)]
    assert stretches([a for a, _ in pairs], [a + n for a, n in pairs]).tolist() == expected
