"""The rows of an array on disk, read when they are asked for: neither held in memory nor resident as a map."""

import os
import tempfile
from mmap import PROT_READ, mmap
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import DTypeLike, NDArray

from index.disk.ranges import stretches
from index.types import Positions

STAYS = 64_000_000
"""Bytes of a file that may stay resident: of one so small, rows are taken at once."""
CUT_SHORT = "a file of the index ends too early; check it with: python -m index verify"


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
                raise OSError(CUT_SHORT)
            room, place = room[read:], place + read
        return found

    def take(self, firsts: Positions, lasts: Positions) -> NDArray[Any]:
        """The rows of each stretch ``[first, last)`` in any order, one stretch behind the other, shape (rows, ...).

        Of a large file they are read one after the other: to give back the pages that a map touches takes eight
        times as long (measured), and not to give them back would make the file resident. Raises OSError where the
        file ends too early.
        """
        if len(self._map) <= STAYS:
            everything = np.frombuffer(self._map, dtype=self.dtype, offset=self._start).reshape(self.shape)
            found: NDArray[Any] = np.take(everything, stretches(firsts, lasts), axis=0)
            return found
        places, sizes = firsts * self._width + self._start, (lasts - firsts) * self._width
        pairs = zip(sizes.tolist(), places.tolist(), strict=True)
        read = b"".join([os.pread(self._file, size, place) for size, place in pairs])
        if len(read) < sizes.sum():
            raise OSError(CUT_SHORT)
        return np.frombuffer(read, dtype=self.dtype).reshape(-1, *self.shape[1:])


class Spool:
    """Rows of any number, one behind the other, in a file without a name: memory does not grow with them."""

    def __init__(self, folder: Path | None, dtype: DTypeLike) -> None:
        """In a folder of the disk that has room for them; None is the system's own for such files."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed when its rows are mapped)
        self._dtype = np.dtype(dtype)
        self._rows, self._width = 0, ()

    def add(self, rows: NDArray[Any]) -> None:
        """Some more, shape (rows, ...); all of one width."""
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).data)
        self._rows, self._width = self._rows + len(rows), rows.shape[1:]

    def mapped(self) -> NDArray[Any]:
        """All of them, on disk as long as somebody holds the array."""
        self._file.flush()
        shape = (self._rows, *self._width)
        with self._file as file:
            return np.memmap(file, self._dtype, "r", shape=shape) if np.prod(shape) else np.empty(shape, self._dtype)


Rows = NDArray[Any] | FileRows
"""Rows in memory while an index is made, in a file when it is served."""


def take(rows: Rows, firsts: Positions, lasts: Positions) -> NDArray[Any]:
    """The rows of each stretch ``[first, last)``, one stretch behind the other, wherever they are."""
    return rows.take(firsts, lasts) if isinstance(rows, FileRows) else rows[stretches(firsts, lasts)]
