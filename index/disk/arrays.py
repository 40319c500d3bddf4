"""Arrays on disk whose rows are read on access, so that a large file does not become resident memory."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import DTypeLike, NDArray

from index.types import Positions

# Files up to this size are read through a map: their pages may stay resident, and rows are gathered in one call.
MAX_MAPPED_BYTES = 64_000_000
TRUNCATED = "a file of the index ends too early; check it with: python -m index verify"


class FileArray:
    """An .npy file of which ranges of rows are read on access.

    What is read stays in the page cache of the system and does not count as memory of this process. The map of a
    large file would soon be resident as a whole, because Linux also maps the neighbours of every touched page.
    """

    def __init__(self, path: Path) -> None:
        """Open the file for the lifetime of the object; raise OSError, or ValueError if it is not an .npy file."""
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        self._rows, self._data_start = np.asarray(mapped), int(getattr(mapped, "offset", 0))
        self.shape, self.dtype = self._rows.shape, self._rows.dtype
        self._row_bytes = self.dtype.itemsize * int(np.prod(self.shape[1:]))
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        finalize(self, os.close, self._file)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.shape[0])

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        """Return neighbouring rows, shape (rows, ...); raise OSError if the file ends too early."""
        start, stop, _ = rows.indices(len(self))
        result = np.empty((max(stop - start, 0), *self.shape[1:]), dtype=self.dtype)
        # A single read returns at most 2 GiB, so reading goes on until the buffer is full.
        buffer, place = result.reshape(-1).view(np.uint8).data, self._data_start + start * self._row_bytes
        while buffer:
            read = os.preadv(self._file, [buffer], place)
            if not read:
                raise OSError(TRUNCATED)
            buffer, place = buffer[read:], place + read
        return result

    def take_ranges(self, starts: Positions, ends: Positions) -> NDArray[Any]:
        """Return the rows of the ranges ``[start, end)``, in any order, concatenated, shape (rows, ...).

        The ranges of a large file are read one by one: releasing the pages that a map touches takes eight times as
        long (measured), and keeping them would make the file resident. Raise OSError if the file ends too early.
        """
        if self._rows.nbytes <= MAX_MAPPED_BYTES:
            return self._rows.take(expand_ranges(starts, ends), axis=0)
        places, sizes = starts * self._row_bytes + self._data_start, (ends - starts) * self._row_bytes
        pairs = zip(sizes.tolist(), places.tolist(), strict=True)
        read = b"".join([os.pread(self._file, size, place) for size, place in pairs])
        if len(read) < sizes.sum():
            raise OSError(TRUNCATED)
        return np.frombuffer(read, dtype=self.dtype).reshape(-1, *self.shape[1:])


# Rows are in memory while an index is built and in a file when it is served.
RowSource = NDArray[Any] | FileArray


class SpooledArray:
    """An array that grows row by row in an unnamed temporary file, so that it needs no memory."""

    def __init__(self, folder: Path | None, dtype: DTypeLike, row_shape: tuple[int, ...] = ()) -> None:
        """Create the file in ``folder``, or in the system's folder for temporary files if it is None.

        ``row_shape`` is the shape of a row while there is none; the rows themselves decide it.
        """
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed once its rows are mapped)
        self._dtype = np.dtype(dtype)
        self._shape: tuple[int, ...] = (0, *row_shape)

    def append(self, rows: NDArray[Any]) -> None:
        """Append rows, shape (rows, ...); all of one width."""
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).data)
        self._shape = (self._shape[0] + len(rows), *rows.shape[1:])

    def open_array(self) -> NDArray[Any]:
        """Map all rows; the file is deleted when the array is no longer referenced."""
        self._file.flush()
        with self._file as file:
            # An empty file cannot be mapped.
            empty = not np.prod(self._shape)
            return np.empty(self._shape, self._dtype) if empty else np.memmap(file, self._dtype, "r", shape=self._shape)


def open_mapped(path: Path) -> NDArray[Any]:
    """Map an .npy file into memory; raise OSError, or ValueError if it is not one."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def take_ranges(rows: RowSource, starts: Positions, ends: Positions) -> NDArray[Any]:
    """Return the rows of the ranges ``[start, end)`` concatenated, from memory or from a file."""
    return rows.take_ranges(starts, ends) if isinstance(rows, FileArray) else rows[expand_ranges(starts, ends)]


def expand_ranges(starts: Positions | Sequence[int], ends: Positions | Sequence[int]) -> Positions:
    """Return the positions of the ranges ``[start, end)`` concatenated, shape (positions,)."""
    first, last = np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)
    lengths = last - first
    before = np.cumsum(lengths) - lengths
    return np.repeat(first - before, lengths) + np.arange(lengths.sum(), dtype=np.int64)
