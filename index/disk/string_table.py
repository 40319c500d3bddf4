"""Many texts back to back in UTF-8, and where each begins."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import FileArray, RowSource, open_mapped

READ_BATCH = 4096
"""Texts that are read together where all are."""


class StringTable(Sequence[str]):
    """A sequence of texts of which each is decoded when it is asked for."""

    def __init__(self, data: RowSource, offsets: NDArray[np.int64]) -> None:
        """``data``: bytes, shape (bytes,); ``offsets``: where each text begins, and the end, shape (texts + 1,)."""
        self._data = data
        self.offsets = offsets

    @classmethod
    def build(cls, texts: Iterable[str]) -> "StringTable":
        """From texts without surrogates; UnicodeEncodeError, a ValueError, for one that has some."""
        encoded = [text.encode("utf-8") for text in texts]
        offsets = np.fromiter(accumulate(map(len, encoded), initial=0), dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def __len__(self) -> int:
        """The number of texts."""
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, position: int) -> str: ...
    @overload
    def __getitem__(self, position: slice) -> list[str]: ...
    def __getitem__(self, position: int | slice) -> str | list[str]:
        """One text, or neighbours that are read together."""
        if isinstance(position, slice):
            return self._read_range(range(len(self))[position])
        row = range(len(self))[position]
        return self.decode_range(int(self.offsets[row]), int(self.offsets[row + 1]))

    def __iter__(self) -> Iterator[str]:
        """All of them, so many at a time that reading costs little and holding them too."""
        for first in range(0, len(self), READ_BATCH):
            yield from self[first : first + READ_BATCH]

    def decode_range(self, first: int, last: int) -> str:
        """The text between two places in the bytes of all."""
        return self._data[first:last].tobytes().decode("utf-8")

    def find_byte_offsets(self, position: int, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where code points of one text stand in the bytes of all, its end included."""
        first, last = (int(edge) for edge in self.offsets[position : position + 2])
        raw = self._data[first:last]
        starts = np.flatnonzero((raw & 0xC0) != 0x80)  # every byte but those that continue a character
        if len(starts) == len(raw):
            return points + first
        return np.append(starts, len(raw))[points] + first

    def read_code_points(self, start: int, stop: int) -> tuple[NDArray[np.unsignedinteger], NDArray[np.int64]]:
        """Return the code points of the texts ``[start, stop)`` in one array, and where each text begins and ends.

        Shapes (code points,) and (texts + 1,).
        """
        raw = self._data[int(self.offsets[start]) : int(self.offsets[stop])]
        edges = self.offsets[start : stop + 1] - self.offsets[start]
        begins = (raw & 0xC0) != 0x80
        if begins.all():
            return raw, edges
        codes = np.frombuffer(raw.tobytes().decode("utf-8").encode("utf-32-le"), dtype="<u4")
        return codes, np.concatenate([[0], np.cumsum(begins)])[edges]

    def _read_range(self, rows: range) -> list[str]:
        if not rows or rows.step != 1:
            return [self[row] for row in rows]
        offsets = (self.offsets[rows.start : rows.stop + 1] - self.offsets[rows.start]).tolist()
        raw = self._data[int(self.offsets[rows.start]) : int(self.offsets[rows.stop])].tobytes()
        return [raw[first:last].decode("utf-8") for first, last in pairwise(offsets)]

    def save(self, folder: Path, name: str) -> None:
        """Writes two arrays into ``folder``."""
        np.save(folder / f"{name}.npy", self._data[:], allow_pickle=False)
        np.save(folder / f"{name}-edges.npy", self.offsets, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str) -> "StringTable":
        """What ``save`` wrote: the bytes are read when they are asked for, the offsets mapped."""
        return cls(FileArray(folder / f"{name}.npy"), open_mapped(folder / f"{name}-edges.npy"))
