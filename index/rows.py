"""The rows of an array on disk, read when they are asked for: neither held in memory nor mapped into it."""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from index.types import Positions


class FileRows:
    """An .npy file of which rows are read one stretch at a time.

    What is read stays in the system's cache and not in this process, where a map of a large file would
    count as resident page by page, and its neighbours with it.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file for as long as the object lives. Raises OSError, or ValueError for what is no such file."""
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        self.shape, self.dtype, self._start = mapped.shape, mapped.dtype, int(getattr(mapped, "offset", 0))
        self._width = self.dtype.itemsize * int(np.prod(self.shape[1:]))
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        finalize(self, os.close, self._file)

    def __len__(self) -> int:
        """The number of rows."""
        return int(self.shape[0])

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        """Neighbouring rows, shape (rows, ...)."""
        first, last, _ = rows.indices(len(self))
        found = np.empty((max(last - first, 0), *self.shape[1:]), dtype=self.dtype)
        self._fill(found, first)
        return found

    def take(self, positions: Positions) -> NDArray[Any]:
        """Rows in any order, shape (len(positions), ...); one reading for each run of neighbours."""
        found = np.empty((len(positions), *self.shape[1:]), dtype=self.dtype)
        edges = [0, *(np.flatnonzero(np.diff(positions) != 1) + 1).tolist(), len(positions)]
        for first, last in pairwise(edges):
            if first < last:
                self._fill(found[first:last], int(positions[first]))
        return found

    def _fill(self, found: NDArray[Any], first: int) -> None:
        """Raises OSError where the file ends too early."""
        room, place = found.reshape(-1).view(np.uint8).data, self._start + first * self._width
        while room:
            read = os.preadv(self._file, [room], place)
            if not read:
                raise OSError("a file of the index ends too early; check it with: python -m index verify")
            room, place = room[read:], place + read


Rows = NDArray[Any] | FileRows
"""Rows in memory while an index is made, in a file when it is served."""
