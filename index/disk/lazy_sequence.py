"""Sequences that keep none of their items in memory: each is read or made when it is asked for."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

Item = TypeVar("Item", covariant=True)


class LazySequence(Sequence[Item]):
    """A sequence that reads its items when they are asked for; a subclass has ``__len__`` and ``_read_item``."""

    @abstractmethod
    def _read_item(self, row: int) -> Item:
        """Return the item at ``row``, which is at least 0 and less than the length."""

    @overload
    def __getitem__(self, position: int) -> Item: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, position: int | slice) -> Item | tuple[Item, ...]:
        """Return one item, or the items of a slice as a tuple; raise IndexError if there is no such item."""
        if isinstance(position, slice):
            return tuple(map(self._read_item, range(len(self))[position]))
        return self._read_item(range(len(self))[position])
