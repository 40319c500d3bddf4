"""A file of an index that is read in parts, each of which is verified before it is used."""

import os
from pathlib import Path
from weakref import finalize
from zlib import crc32

import numpy as np

from index.disk.checksums import BLOCK_BYTES, read_checksums
from index.errors import DamagedGeneration, UnreadableGeneration
from index.types import Positions

# Linux reads at most 2 GiB at once; what is read in smaller parts needs less memory.
MAX_READ_BYTES = 64_000_000


class CheckedFile:
    """A file whose blocks are verified when they are first read, and again if the file has changed since.

    A file without checksums is only read: its SHA-256 was compared when the generation was opened. Threads may share
    it. All methods raise DamagedGeneration, which names the file.
    """

    def __init__(self, path: Path) -> None:
        """Open the file for the lifetime of the object."""
        self.path = path
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            finalize(self, os.close, self._file)
            self._checksums = read_checksums(path)
            self._version = self._read_version()
        except OSError as error:
            raise describe_unreadable(path, error) from error
        self._is_verified = np.zeros(0 if self._checksums is None else len(self._checksums), dtype=np.bool_)

    def read(self, start: int, size: int) -> bytes:
        """Return neighbouring bytes, at most ``MAX_READ_BYTES``."""
        return self.read_ranges(np.array([start]), np.array([size]))

    def read_ranges(self, starts: Positions, sizes: Positions) -> bytes:
        """Return the bytes of the ranges, in any order, concatenated."""
        while True:
            try:
                version = self._read_version()
                self._verify_blocks(starts, starts + sizes, version)
                pairs = zip(sizes.tolist(), starts.tolist(), strict=True)
                data = b"".join([os.pread(self._file, size, start) for size, start in pairs])
                # If the file was changed after its blocks were verified, these bytes may be others.
                if self._read_version() == version:
                    break
            except OSError as error:
                raise describe_unreadable(self.path, error) from error
        if len(data) < sizes.sum():
            raise describe_damage(self.path, "it ends too early")
        return data

    def verify(self) -> None:
        """Verify all blocks."""
        for start in range(0, self.size, MAX_READ_BYTES):
            self.read(start, min(MAX_READ_BYTES, self.size - start))

    @property
    def size(self) -> int:
        """The number of bytes."""
        return os.fstat(self._file).st_size

    def _read_version(self) -> int:
        """Return the time at which the file was last changed, in nanoseconds; unlike others, nobody can set it."""
        return os.fstat(self._file).st_ctime_ns

    def _verify_blocks(self, starts: Positions, ends: Positions, version: int) -> None:
        """Verify the blocks of the ranges ``[start, end)``."""
        if self._checksums is None:
            return
        if version != self._version:
            # In this order: another thread must not see the new version with the old marks.
            self._is_verified = np.zeros_like(self._is_verified)
            self._version = version
        first, last = starts // BLOCK_BYTES, (ends - 1) // BLOCK_BYTES
        # Most ranges lie in one block or two.
        edges = np.concatenate([first, last])
        if self._is_verified[np.minimum(edges, len(self._is_verified) - 1)].all() and (last - first < 2).all():
            return
        marks = self._is_verified
        for begin, end in zip(first.tolist(), (last + 1).tolist(), strict=True):
            for block in (begin + np.flatnonzero(~marks[begin:end])).tolist():
                self._verify_block(block)
                marks[block] = True

    def _verify_block(self, block: int) -> None:
        checksums = self._checksums
        if checksums is None or crc32(os.pread(self._file, BLOCK_BYTES, block * BLOCK_BYTES)) != checksums[block]:
            raise describe_damage(self.path, f"its bytes from {block * BLOCK_BYTES} on are not those that were written")


def describe_damage(path: Path, what: str) -> DamagedGeneration:
    """Return the error for a file that differs from what was written."""
    return DamagedGeneration(f"{path} is damaged: {what}")


def describe_unreadable(path: Path, error: OSError) -> UnreadableGeneration:
    """Return the error for a file that the system does not read."""
    return UnreadableGeneration(f"{path} cannot be read: {error.strerror or error}")
