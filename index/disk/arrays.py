"""Arrays on disk whose rows are read on access, so that a large file does not become resident memory."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, Protocol
from weakref import finalize

import numpy as np
from numpy.typing import DTypeLike, NDArray

from index.disk.checked_file import MAX_READ_BYTES, CheckedFile
from index.types import Positions

# Files of which parts are read on access are read as a whole if they are at most this large: rows are then gathered in
# one call, and what happens to the file later does no harm.
MAX_LOADED_BYTES = 64_000_000
# The same for what a build keeps in temporary files, of which there are more at once.
MAX_LOADED_SPOOL_BYTES = 4_000_000
# Bytes that are copied at once.
BLOCK_BYTES = 4_000_000
# Arrays that are needed as a whole are read into memory up to this size, because a map would have the process killed
# (SIGBUS) if its file is truncated or its disk fails. Larger ones, from some hundred thousand passages on, are mapped.
MAX_UNMAPPED_BYTES = 64_000_000
# More than the header of any array of ours.
MAX_HEADER_BYTES = 4096


class ReadableFile(Protocol):
    """A file that is read in parts."""

    @property
    def size(self) -> int:
        """The number of bytes."""

    def read(self, start: int, size: int) -> bytes:
        """Return neighbouring bytes, at most ``MAX_READ_BYTES``."""

    def read_ranges(self, starts: Positions, sizes: Positions) -> bytes:
        """Return the bytes of the ranges, in any order, concatenated."""


class RowFile:
    """Rows in a file, of which ranges are read on access, unless the file is small.

    What is read stays in the page cache of the system and does not count as memory of this process. The map of a
    large file would soon be resident as a whole, because Linux also maps the neighbours of every touched page.
    """

    def __init__(self, file: ReadableFile, header: "_Header", max_loaded_bytes: int) -> None:
        """Use ``FileArray`` or ``SpooledArray``; a file of at most ``max_loaded_bytes`` is read as a whole."""
        self._file, self._header = file, header
        self.shape, self.dtype = header.shape, header.dtype
        self._row_bytes = self.dtype.itemsize * int(np.prod(self.shape[1:]))
        self.loaded = _load(file, header) if file.size <= max_loaded_bytes else None

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.shape[0])

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        """Return neighbouring rows, shape (rows, ...)."""
        if self.loaded is not None:
            return self.loaded[rows]
        start, stop, _ = rows.indices(len(self))
        result = np.empty((max(stop - start, 0), *self.shape[1:]), dtype=self.dtype)
        buffer, place = result.reshape(-1).view(np.uint8), self._header.data_start + start * self._row_bytes
        for first in range(0, len(buffer), MAX_READ_BYTES):
            part = buffer[first : first + MAX_READ_BYTES]
            part[:] = np.frombuffer(self._file.read(place + first, len(part)), dtype=np.uint8)
        return result

    def take_rows(self, positions: Positions) -> NDArray[Any]:
        """Return the rows at these positions, in any order, shape (len(positions), ...)."""
        if self.loaded is not None:
            return self.loaded.take(positions, axis=0)
        return self.take_ranges(positions, positions + 1)

    def take_ranges(self, starts: Positions, ends: Positions) -> NDArray[Any]:
        """Return the rows of the ranges ``[start, end)``, in any order, concatenated, shape (rows, ...).

        The ranges of a large file are read one by one: releasing the pages that a map touches takes eight times as
        long (measured), and keeping them would make the file resident.
        """
        if self.loaded is not None:
            return self.loaded.take(expand_ranges(starts, ends), axis=0)
        places, sizes = starts * self._row_bytes + self._header.data_start, (ends - starts) * self._row_bytes
        read = self._file.read_ranges(places, sizes)
        return np.frombuffer(read, dtype=self.dtype).reshape(-1, *self.shape[1:])


class FileArray(RowFile):
    """An .npy file of which ranges of rows are read on access, unless it is small.

    All methods raise DamagedGeneration, which names the file, if it is not as it was written.
    """

    def __init__(self, path: Path) -> None:
        """Open the file for the lifetime of the object; raise ValueError if it is not an .npy file."""
        file = CheckedFile(path)
        super().__init__(file, _read_header(file), MAX_LOADED_BYTES)


# Rows of small tables are in memory, those of large ones in a file.
RowSource = NDArray[Any] | RowFile


class SpooledArray:
    """An array that grows row by row in an unnamed temporary file, so that it needs no memory."""

    def __init__(self, folder: Path | None, dtype: DTypeLike, row_shape: tuple[int, ...] = ()) -> None:
        """Create the file in ``folder``, or in the system's folder for temporary files if it is None.

        ``row_shape`` is the shape of a row while there is none; the rows themselves decide it.
        """
        self._file = SpooledFile(folder)
        self._dtype = np.dtype(dtype)
        self._shape: tuple[int, ...] = (0, *row_shape)

    def append(self, rows: NDArray[Any]) -> None:
        """Append rows, shape (rows, ...); all of one width."""
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).data)
        self._shape = (self._shape[0] + len(rows), *rows.shape[1:])

    def open_array(self) -> RowSource:
        """Return all rows, to which none can be added; the file is deleted when they are no longer referenced."""
        header = _Header(self._shape, False, self._dtype, data_start=0)
        rows = RowFile(self._file, header, MAX_LOADED_SPOOL_BYTES)
        return rows if rows.loaded is None else rows.loaded

    def read_columns(self) -> NDArray[Any]:
        """Return all rows in memory, column by column, for tables of which single columns are searched."""
        rows = self.open_array()
        columns = np.empty(rows.shape, dtype=rows.dtype, order="F")
        for block in split_into_blocks(rows):
            columns[block] = rows[block]
        return columns


class SpooledFile:
    """An unnamed temporary file, which no other process can change, of which parts are read."""

    def __init__(self, folder: Path | None) -> None:
        """Create the file in ``folder``, or in the system's folder for temporary files if it is None."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  (closed with the last reference to it)
        finalize(self, self._file.close)

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes, which may wait for ``flush``. Raise OSError."""
        self._file.write(data)

    def flush(self) -> None:
        """Write what waits. Raise OSError."""
        self._file.flush()

    @property
    def size(self) -> int:
        """The number of bytes."""
        self.flush()
        return os.fstat(self._file.fileno()).st_size

    def read(self, start: int, size: int) -> bytes:
        """Return neighbouring bytes, at most ``MAX_READ_BYTES``."""
        self.flush()
        return os.pread(self._file.fileno(), size, start)

    def read_ranges(self, starts: Positions, sizes: Positions) -> bytes:
        """Return the bytes of the ranges, in any order, concatenated."""
        return b"".join(map(self.read, starts.tolist(), sizes.tolist()))


def split_into_blocks(rows: RowSource, first: int = 0, last: int | None = None) -> Iterator[slice]:
    """Yield slices of about ``BLOCK_BYTES`` that cover the rows ``[first, last)``, by default all."""
    end = len(rows) if last is None else last
    step = max(1, BLOCK_BYTES // max(1, rows.dtype.itemsize * int(np.prod(rows.shape[1:]))))
    return (slice(start, min(start + step, end)) for start in range(first, end, step))


def save_rows(path: Path, rows: RowSource, dtype: DTypeLike | None = None) -> None:
    """Write rows to an .npy file as ``np.save`` does, block by block, converted to ``dtype`` if it is given."""
    written = np.dtype(rows.dtype if dtype is None else dtype)
    description = {"descr": np.lib.format.dtype_to_descr(written), "fortran_order": False, "shape": rows.shape}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, description)
        for block in split_into_blocks(rows):
            file.write(np.ascontiguousarray(rows[block], dtype=written).data)


def open_array(path: Path) -> NDArray[Any]:
    """Read an .npy file into memory, or map it if it is large; raise ValueError if it is not one.

    All of it is verified. Raise DamagedGeneration, which names the file.
    """
    file = CheckedFile(path)
    header = _read_header(file)
    if file.size <= MAX_UNMAPPED_BYTES:
        return _load(file, header)
    file.verify()
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


@dataclass(frozen=True, slots=True)
class _Header:
    """What an .npy file says of its array; ``data_start`` is where the rows begin, in bytes."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]
    data_start: int


def _read_header(file: CheckedFile) -> _Header:
    data = BytesIO(file.read(0, min(file.size, MAX_HEADER_BYTES)))
    version = np.lib.format.read_magic(data)
    # numpy writes version 1.0 unless the header is longer than 64 KiB.
    if version != (1, 0):
        raise ValueError(f"{file.path} is not an .npy file of version 1.0")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(data)
    if dtype.hasobject:
        raise ValueError(f"{file.path} holds a pickle")
    return _Header(shape, is_fortran, dtype, data.tell())


def _load(file: ReadableFile, header: _Header) -> NDArray[Any]:
    data = file.read(0, file.size)
    order: Literal["F", "C"] = "F" if header.is_fortran else "C"
    return np.ndarray(header.shape, header.dtype, data, header.data_start, order=order)


def take_rows(rows: RowSource, positions: Positions) -> NDArray[Any]:
    """Return the rows at these positions, from memory or from a file."""
    return rows.take_rows(positions) if isinstance(rows, RowFile) else rows[positions]


def take_ranges(rows: RowSource, starts: Positions, ends: Positions) -> NDArray[Any]:
    """Return the rows of the ranges ``[start, end)`` concatenated, from memory or from a file."""
    return rows.take_ranges(starts, ends) if isinstance(rows, RowFile) else rows[expand_ranges(starts, ends)]


def expand_ranges(starts: Positions | Sequence[int], ends: Positions | Sequence[int]) -> Positions:
    """Return the positions of the ranges ``[start, end)`` concatenated, shape (positions,)."""
    first, last = np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)
    lengths = last - first
    before = np.cumsum(lengths) - lengths
    return np.repeat(first - before, lengths) + np.arange(lengths.sum(), dtype=np.int64)
