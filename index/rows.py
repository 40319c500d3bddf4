"""The rows of an array on disk, read when they are asked for: neither held in memory nor resident as a map."""

import os
from mmap import MADV_DONTNEED, PROT_READ, mmap
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import NDArray

from index.types import Positions


class FileRows:
    """An .npy file of which rows are read a stretch, or a handful, at a time.

    What is read stays in the system's cache and not in this process, where the map of a large file would soon
    be resident as a whole: Linux maps the neighbours of whatever is touched.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file for as long as the object lives. Raises OSError, or ValueError for what is no such file."""
        header = np.load(path, mmap_mode="r", allow_pickle=False)
        self.shape, self.dtype, self._start = header.shape, header.dtype, int(getattr(header, "offset", 0))
        self._width = self.dtype.itemsize * int(np.prod(self.shape[1:]))
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        finalize(self, os.close, self._file)
        self._map = mmap(self._file, 0, prot=PROT_READ)

    def __len__(self) -> int:
        """The number of rows."""
        return int(self.shape[0])

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        """Neighbouring rows, shape (rows, ...). Raises OSError where the file ends too early."""
        first, last, _ = rows.indices(len(self))
        found = np.empty((max(last - first, 0), *self.shape[1:]), dtype=self.dtype)
        room, place = found.reshape(-1).view(np.uint8).data, self._start + first * self._width
        while room:
            read = os.preadv(self._file, [room], place)
            if not read:
                raise OSError("a file of the index ends too early; check it with: python -m index verify")
            room, place = room[read:], place + read
        return found

    def take(self, positions: Positions) -> NDArray[Any]:
        """Rows in any order, shape (len(positions), ...).

        Twice as fast as reading one after the other; the pages that were touched are given back at once (measured).
        """
        everything = np.frombuffer(self._map, dtype=self.dtype, offset=self._start).reshape(self.shape)
        found: NDArray[Any] = everything[positions]
        self._map.madvise(MADV_DONTNEED)
        return found


Rows = NDArray[Any] | FileRows
"""Rows in memory while an index is made, in a file when it is served."""


def take(rows: Rows, positions: Positions) -> NDArray[Any]:
    """Rows in any order, wherever they are."""
    return rows.take(positions) if isinstance(rows, FileRows) else rows[positions]
