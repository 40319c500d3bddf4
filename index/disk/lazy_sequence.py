"""Sequences whose items are read or made when they are needed, so that none of them takes memory."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

Item = TypeVar("Item", covariant=True)


class LazySequence(Sequence[Item]):
    """What such sequences share; each says how many items it has, and how one is read."""

    @abstractmethod
    def _read_item(self, row: int) -> Item:
        """Return one item; ``row`` is from 0 up to the length, which it does not reach."""

    @overload
    def __getitem__(self, position: int) -> Item: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, position: int | slice) -> Item | tuple[Item, ...]:
        """Return one item or several; raise IndexError if there is none."""
        if isinstance(position, slice):
            return tuple(map(self._read_item, range(len(self))[position]))
        return self._read_item(range(len(self))[position])
