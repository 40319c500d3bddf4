"""FAISS with exact search (IndexFlatIP), and how every FAISS index is written, read and filtered.

Johnson, Douze & Jégou 2019, "Billion-scale similarity search with GPUs"; Douze et al. 2024, "The Faiss library".
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import faiss
import numpy as np

from index.disk.arrays import RowSource
from index.search.top_k import select_top_k
from index.types import Positions, SearchResult, Store, Vectors

INDEX_FILE = "index.faiss"
# Scores this close may be equal after rounding to SCORE_DECIMALS.
TIE_MARGIN = 2e-6


class FaissFlatStore:
    """Inner products of unit vectors, which are cosines: higher is better already."""

    def __init__(self, index: faiss.Index) -> None:
        """Use ``build`` or ``load``."""
        self._index = index

    @classmethod
    def build(cls, vectors: RowSource) -> "FaissFlatStore":
        """Build the index over unit vectors, shape (rows, dimension)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors[:], dtype=np.float32))
        return cls(index)

    @classmethod
    def merge(cls, vectors: RowSource, old: Store, positions: Positions) -> "FaissFlatStore":
        """Build the store; the old one saves no work."""
        return cls.build(vectors)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._index.ntotal)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """Return the ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed.

        FAISS applies the filter during the search, so ``k`` rows are found if ``k`` are allowed.
        """
        k = min(k, len(self) if allowed is None else len(allowed))
        if k <= 0:
            return [SearchResult(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)) for _ in vectors]
        selector = None if allowed is None else make_selector(allowed, len(self))
        return [self._search_one(vector[None, :], k, selector) for vector in np.ascontiguousarray(vectors)]

    def _search_one(self, vector: Vectors, k: int, selector: faiss.IDSelector | None) -> SearchResult:
        """Return the ``k`` best rows for one vector, shape (1, dimension).

        FAISS returns any of the rows that tie for the last place, and we want the first, so one more row is
        asked for. If it ties with the last place, all rows of that score are fetched.
        """
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]  # its stub knows no sel
        scores, positions = self._index.search(vector, k + 1, params=parameters)
        found = positions[0] >= 0
        if found[-1] and scores[0][-2] - scores[0][-1] < TIE_MARGIN:
            lowest = float(scores[0][-1]) - TIE_MARGIN
            _, scores, positions = self._index.range_search(vector, lowest, params=parameters)
            return select_top_k(positions.astype(np.int64), scores, k)
        return select_top_k(positions[0][found].astype(np.int64), scores[0][found], k)

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """Return the rows as they were given, shape (len(positions), dimension)."""
        wanted = np.asarray(positions, dtype=np.int64)
        if not len(wanted):  # FAISS fails on none
            return np.empty((0, self._index.d), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(wanted), dtype=np.float32)

    @property
    def rows(self) -> RowSource:
        """All rows, shape (rows, dimension)."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32)

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index."""
        return {"kind": "flat"}

    def save(self, folder: Path) -> None:
        """Write FAISS's own file. Raises OSError."""
        write_index(self._index, folder)

    @classmethod
    def load(cls, folder: Path) -> "FaissFlatStore":
        """Load what ``save`` wrote."""
        return cls(read_index(folder))


def make_selector(allowed: Positions, rows: int) -> faiss.IDSelector:
    """Return a filter of one bit a row, which is faster to make and to query than a set of positions."""
    bits = np.zeros(rows, dtype=bool)
    bits[allowed] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]  # as C++


def write_index(index: faiss.Index, folder: Path) -> None:
    """Write FAISS's own file. Raises OSError, which FAISS itself reports as RuntimeError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        faiss.write_index(index, str(folder / INDEX_FILE))
    except RuntimeError as error:
        raise OSError(f"FAISS could not write {folder / INDEX_FILE}: {error}") from error


def read_index(folder: Path) -> faiss.Index:
    """Read what ``write_index`` wrote."""
    return faiss.read_index(str(folder / INDEX_FILE))
