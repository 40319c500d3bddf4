"""FAISS, exact (IndexFlatIP), and how every index of FAISS is written, read and filtered.

Johnson, Douze & Jégou 2019, "Billion-scale similarity search with GPUs"; Douze et al. 2024.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import faiss
import numpy as np

from index.search.top_k import best
from index.types import Positions, SearchResult, Vectors

FILE = "index.faiss"
TIE = 2e-6
"""Scores this near each other may be equal after rounding."""


class FaissFlatStore:
    """Inner products of unit vectors, which are cosines: higher is better already."""

    def __init__(self, index: faiss.Index) -> None:
        """Use ``build`` or ``load``."""
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> "FaissFlatStore":
        """``vectors``: unit rows, shape (rows, dimension)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def __len__(self) -> int:
        """The number of rows."""
        return int(self._index.ntotal)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """The ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed.

        The filter is applied inside the search, so it never starves the result.
        """
        k = min(k, len(self) if allowed is None else len(allowed))
        if k <= 0:
            none = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
            return [SearchResult(*none) for _ in vectors]
        chosen = None if allowed is None else selected(allowed, len(self))
        return [self._best(vector[None, :], k, chosen) for vector in np.ascontiguousarray(vectors)]

    def _best(self, vector: Vectors, k: int, chosen: faiss.IDSelector | None) -> SearchResult:
        """One question. FAISS keeps any of the rows that tie for the last place; we want the first."""
        parameters = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]  # its stub knows no sel
        scores, positions = self._index.search(vector, k + 1, params=parameters)
        found = positions[0] >= 0
        if found[-1] and scores[0][-2] - scores[0][-1] < TIE:
            _, scores, positions = self._index.range_search(vector, float(scores[0][-1]) - TIE, params=parameters)
            return best(positions.astype(np.int64), scores, k)
        return best(positions[0][found].astype(np.int64), scores[0][found], k)

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """The rows as they were given, shape (len(positions), dimension)."""
        wanted = np.asarray(positions, dtype=np.int64)
        if not len(wanted):
            return np.empty((0, self._index.d), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(wanted), dtype=np.float32)

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index."""
        return {"kind": "flat"}

    def save(self, folder: Path) -> None:
        """Writes FAISS's own file. Raises OSError."""
        write(self._index, folder)

    @classmethod
    def load(cls, folder: Path) -> "FaissFlatStore":
        """What ``save`` wrote."""
        return cls(read(folder))


def selected(allowed: Positions, rows: int) -> faiss.IDSelector:
    """A filter that is one bit a row: quicker to make and to ask than a set of positions."""
    bits = np.zeros(rows, dtype=bool)
    bits[allowed] = True
    return faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg,arg-type]  # as C++


def write(index: faiss.Index, folder: Path) -> None:
    """Writes FAISS's own file. Raises OSError, which FAISS itself calls RuntimeError."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        faiss.write_index(index, str(folder / FILE))
    except RuntimeError as error:
        raise OSError(f"FAISS could not write {folder / FILE}: {error}") from error


def read(folder: Path) -> faiss.Index:
    """What ``write`` wrote."""
    return faiss.read_index(str(folder / FILE))
