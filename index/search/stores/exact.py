"""Exact search in numpy: the reference that every other store is compared with."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index.search.top_k import best
from index.types import Positions, SearchResult, Vectors

FILE = "vectors.npy"


class ExactStore:
    """All cosines, by one matrix product."""

    def __init__(self, vectors: Vectors) -> None:
        """``vectors``: unit rows, shape (rows, dimension)."""
        self._vectors = vectors

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._vectors)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """The ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed."""
        rows = np.arange(len(self), dtype=np.int64) if allowed is None else allowed
        if not len(rows):
            return [best(rows, np.empty(0, dtype=np.float32), k) for _ in vectors]
        scores = vectors @ self._vectors[rows].T
        return [best(rows, row, k) for row in scores]

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """The rows as they were given, shape (len(positions), dimension)."""
        return np.asarray(self._vectors[np.asarray(positions, dtype=np.int64)], dtype=np.float32)

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index."""
        return {"kind": "exact"}

    def save(self, folder: Path) -> None:
        """Writes one .npy file."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / FILE, self._vectors, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "ExactStore":
        """What ``save`` wrote, mapped rather than read."""
        return cls(np.load(folder / FILE, mmap_mode="r", allow_pickle=False))
