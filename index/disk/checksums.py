"""Checksums of the blocks of a file, so that a part of it can be verified without reading the rest.

They lie beside the file: four bytes for each block. The manifest of a generation has the SHA-256 of both.
"""

from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SUFFIX = ".crc32"
# A question reads about 400 vectors from all over their file, and with each of them, the first time, the whole block:
# 6 MB, which takes 2 ms to verify. Larger blocks take longer; smaller ones save nothing, because a disk reads ahead.
BLOCK_BYTES = 16_384
# A CRC-32 misses no damage within 32 bits, and one in four billion of all others.
DTYPE = np.dtype("<u4")

Checksums = NDArray[np.uint32]


def find_checksums(path: Path) -> Path:
    """Return where the checksums of a file are, if it has any."""
    return path.with_name(path.name + SUFFIX)


def compute_checksums(path: Path) -> Checksums:
    """Return the CRC-32 of each block of a file, shape (blocks,); the last block may be shorter."""
    with path.open("rb") as file:
        return np.array([crc32(block) for block in iter(lambda: file.read(BLOCK_BYTES), b"")], dtype=DTYPE)


def write_checksums(path: Path) -> Path:
    """Write the checksums of a file beside it, and return where they are."""
    found = find_checksums(path)
    compute_checksums(path).tofile(found)
    return found


def read_checksums(path: Path) -> Checksums | None:
    """Return the checksums of a file, shape (blocks,); None if it has none, because its SHA-256 is compared instead."""
    found = find_checksums(path)
    return np.fromfile(found, dtype=DTYPE) if found.is_file() else None
