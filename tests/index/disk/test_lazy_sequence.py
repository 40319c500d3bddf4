"""Sequences that read their items when they are needed behave like any other sequence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.disk.lazy_sequence import LazySequence


class Squares(LazySequence[int]):
    """The first square numbers, and which of them were made."""

    def __init__(self, count: int) -> None:
        self.count, self.made = count, list[int]()

    def __len__(self) -> int:
        return self.count

    def _read_item(self, row: int) -> int:
        assert 0 <= row < self.count
        self.made.append(row)
        return row**2


edges = st.none() | st.integers(-12, 12)


@given(st.integers(0, 9), edges, edges, st.none() | st.sampled_from([-3, -1, 1, 2]))
def test_a_slice_is_that_of_a_tuple(count: int, start: int | None, stop: int | None, step: int | None) -> None:
    """Whatever its borders, and nothing else is made."""
    squares, asked = Squares(count), slice(start, stop, step)
    assert squares[asked] == tuple(row**2 for row in range(count))[asked]
    assert squares.made == list(range(count))[asked]


@given(st.integers(0, 9), st.integers(-12, 12))
def test_an_item_is_that_of_a_tuple(count: int, position: int) -> None:
    """Also from the end; beyond it there is none, and none is made."""
    squares = Squares(count)
    if -count <= position < count:
        assert squares[position] == tuple(row**2 for row in range(count))[position]
        assert squares.made == [position % count]
    else:
        with pytest.raises(IndexError):
            squares[position]
        assert not squares.made


def test_its_items_can_be_listed_and_searched_from_both_ends() -> None:
    """By what ``Sequence`` makes of lengths and positions, so it ends where the items do."""
    assert list(Squares(4)) == [0, 1, 4, 9]
    assert list(reversed(Squares(4))) == [9, 4, 1, 0]
    assert 4 in Squares(4)
    assert Squares(4).index(9) == 3
