"""Many texts back to back in UTF-8, and where each begins."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import FileRows, Rows

AT_ONCE = 4096
"""Texts that are read together where all are."""


class Strings(Sequence[str]):
    """A sequence of texts of which each is decoded when it is asked for."""

    def __init__(self, data: Rows, edges: NDArray[np.int64]) -> None:
        """``data``: bytes, shape (bytes,); ``edges``: where each text begins, and the end, shape (texts + 1,)."""
        self._data = data
        self.edges = edges

    @classmethod
    def build(cls, texts: Iterable[str]) -> "Strings":
        """From texts without surrogates; UnicodeEncodeError, a ValueError, for one that has some."""
        encoded = [text.encode("utf-8") for text in texts]
        edges = np.fromiter(accumulate(map(len, encoded), initial=0), dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), edges)

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.edges) - 1

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> list[str]: ...
    def __getitem__(self, position: int | slice) -> str | list[str]:
        """One text, or neighbours that are read together."""
        if isinstance(position, slice):
            return self._together(range(len(self))[position])
        row = range(len(self))[position]
        return self.cut(int(self.edges[row]), int(self.edges[row + 1]))

    def __iter__(self) -> Iterator[str]:
        """All of them, so many at a time that reading costs little and holding them too."""
        for first in range(0, len(self), AT_ONCE):
            yield from self[first : first + AT_ONCE]

    def cut(self, first: int, last: int) -> str:
        """The text between two places in the bytes of all."""
        return self._data[first:last].tobytes().decode("utf-8")

    def places(self, position: int, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where code points of one text stand in the bytes of all, its end included."""
        first, last = (int(edge) for edge in self.edges[position : position + 2])
        raw = self._data[first:last]
        starts = np.flatnonzero((raw & 0xC0) != 0x80)  # every byte but those that continue a character
        if len(starts) == len(raw):
            return points + first
        return np.append(starts, len(raw))[points] + first

    def _together(self, rows: range) -> list[str]:
        if not rows or rows.step != 1:
            return [self[row] for row in rows]
        edges = (self.edges[rows.start : rows.stop + 1] - self.edges[rows.start]).tolist()
        raw = self._data[int(self.edges[rows.start]) : int(self.edges[rows.stop])].tobytes()
        return [raw[first:last].decode("utf-8") for first, last in pairwise(edges)]

    def save(self, folder: Path, name: str) -> None:
        """Writes two arrays into ``folder``."""
        np.save(folder / f"{name}.npy", self._data[:], allow_pickle=False)
        np.save(folder / f"{name}-edges.npy", self.edges, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str) -> "Strings":
        """What ``save`` wrote: the bytes are read when they are asked for, the edges mapped."""
        return cls(FileRows(folder / f"{name}.npy"), mapped(folder / f"{name}-edges.npy"))


def mapped(path: Path) -> NDArray[np.int64]:
    """An array of whole numbers, mapped rather than read."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
