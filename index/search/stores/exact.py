"""Exact search with numpy: the reference that every other store is compared with."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from index.disk.arrays import RowSource, open_array
from index.search.top_k import select_top_k
from index.types import Positions, SearchResult, Store, Vectors

VECTORS_FILE = "vectors.npy"


class ExactStore:
    """All cosines, by one matrix product."""

    def __init__(self, vectors: Vectors) -> None:
        """Use ``build`` or ``load``."""
        self._vectors = vectors

    @classmethod
    def build(cls, vectors: RowSource) -> "ExactStore":
        """Build the store over unit vectors, shape (rows, dimension)."""
        return cls(np.asarray(vectors[:], dtype=np.float32))

    @classmethod
    def merge(cls, vectors: RowSource, old: Store, positions: Positions) -> "ExactStore":
        """Build the store; the old one saves no work."""
        return cls.build(vectors)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._vectors)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """Return the ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed."""
        rows = np.arange(len(self), dtype=np.int64) if allowed is None else allowed
        return [select_top_k(rows, scores, k) for scores in vectors @ self._vectors[rows].T]

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """Return the rows as they were given, shape (len(positions), dimension)."""
        return np.asarray(self._vectors[np.asarray(positions, dtype=np.int64)], dtype=np.float32)

    @property
    def rows(self) -> RowSource:
        """All rows, shape (rows, dimension)."""
        return self._vectors

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index."""
        return {"kind": "exact"}

    def save(self, folder: Path) -> None:
        """Write one .npy file."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / VECTORS_FILE, self._vectors, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "ExactStore":
        """Load what ``save`` wrote."""
        return cls(open_array(folder / VECTORS_FILE))
