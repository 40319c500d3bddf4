"""Strings concatenated in UTF-8, with the offset of each."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import FileArray, RowSource, SpooledArray, open_array, save_rows
from index.disk.splice import Splice


class StringTable:
    """Many strings, each decoded on access."""

    def __init__(self, data: RowSource, offsets: NDArray[np.int64]) -> None:
        """Wrap the bytes of all strings, shape (bytes,), and the offsets of their edges, shape (strings + 1,)."""
        self._data = data
        self.offsets = offsets

    @classmethod
    def build(cls, texts: Iterable[str]) -> "StringTable":
        """Build from strings in memory; raise UnicodeEncodeError, a ValueError, for one with surrogates."""
        encoded = [text.encode("utf-8") for text in texts]
        offsets = np.fromiter(accumulate(map(len, encoded), initial=0), dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    @classmethod
    def merge(cls, parts: "Sequence[StringTable]", splice: Splice, folder: Path | None = None) -> "StringTable":
        """Build the table of strings that are those of two others; in a temporary file in ``folder``, if given."""
        edges = [part.offsets for part in parts]
        bytes_splice, data = splice.widen(edges), [part._data for part in parts]
        joined = bytes_splice.spool(data, folder) if folder else bytes_splice.concatenate(data)
        return cls(joined, splice.splice_edges(edges))

    def __len__(self) -> int:
        """Return the number of strings."""
        return len(self.offsets) - 1

    def __getitem__(self, position: int) -> str:
        """Return one string; raise IndexError if there is none."""
        row = range(len(self))[position]
        return self.decode_range(int(self.offsets[row]), int(self.offsets[row + 1]))

    def __iter__(self) -> Iterator[str]:
        """Yield all strings."""
        return (self[position] for position in range(len(self)))

    def read_strings(self, start: int, stop: int) -> list[str]:
        """Return the strings ``[start, stop)``, which are read and decoded together: far faster than one by one."""
        raw, edges = self._read_bytes(start, stop)
        text, begins = raw.tobytes().decode("utf-8"), _mark_characters(raw)
        if not begins.all():
            edges = np.concatenate([[0], np.cumsum(begins)])[edges]
        return [text[first:last] for first, last in pairwise(edges.tolist())]

    def slice_rows(self, first: int, last: int) -> "StringTable":
        """Return the table of the strings ``[first, last)``, which shares their bytes."""
        return StringTable(self._data, self.offsets[first : last + 1])

    def decode_range(self, first: int, last: int) -> str:
        """Return the text between two offsets in the bytes of all strings."""
        return self._data[first:last].tobytes().decode("utf-8")

    def find_byte_offsets(self, position: int, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """Convert offsets in code points of one string, its end included, to offsets in the bytes of all strings."""
        raw, _ = self._read_bytes(position, position + 1)
        starts = np.flatnonzero(_mark_characters(raw))
        # In ASCII, by far the most frequent case, both are the same.
        if len(starts) < len(raw):
            points = np.append(starts, len(raw))[points]
        return points + int(self.offsets[position])

    def read_code_points(self, start: int, stop: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return the code points of the strings ``[start, stop)`` in one array, and the edges of the strings in it.

        Shapes (code points,) and (strings + 1,).
        """
        raw, edges = self._read_bytes(start, stop)
        begins = _mark_characters(raw)
        if begins.all():
            return raw, edges
        codes = np.frombuffer(raw.tobytes().decode("utf-8").encode("utf-32-le"), dtype="<u4")
        return codes, np.concatenate([[0], np.cumsum(begins)])[edges]

    def _read_bytes(self, start: int, stop: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Return the bytes of the strings ``[start, stop)``, and the edges of the strings in them."""
        offsets = self.offsets[start : stop + 1]
        return self._data[int(offsets[0]) : int(offsets[-1])], offsets - offsets[0]

    def save(self, folder: Path, name: str) -> None:
        """Write two arrays into ``folder``."""
        save_rows(folder / f"{name}.npy", self._data)
        np.save(folder / f"{name}-edges.npy", self.offsets, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str) -> "StringTable":
        """Open what ``save`` wrote: the bytes are read on access, the offsets are mapped."""
        return cls(FileArray(folder / f"{name}.npy"), open_array(folder / f"{name}-edges.npy"))


class StringSpool:
    """Strings that are collected in a temporary file, so that they need no memory."""

    def __init__(self, folder: Path | None) -> None:
        """Create the file in ``folder``, or in the system's folder for temporary files if it is None."""
        self._data, self._offsets = SpooledArray(folder, np.uint8), array("q", [0])

    def append(self, text: str) -> None:
        """Add a string; raise UnicodeEncodeError, a ValueError, for one with surrogates."""
        encoded = text.encode("utf-8")
        self._data.append(np.frombuffer(encoded, dtype=np.uint8))
        self._offsets.append(self._offsets[-1] + len(encoded))

    def open_table(self) -> StringTable:
        """Return all strings, to which none can be added."""
        return StringTable(self._data.open_array(), np.array(self._offsets, dtype=np.int64))


def _mark_characters(raw: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return for each byte whether a character begins there: every byte but those that continue one."""
    begins: NDArray[np.bool_] = (raw & 0xC0) != 0x80
    return begins
