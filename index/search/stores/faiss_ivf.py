"""FAISS for large collections: an inverted file of small codes, whose candidates are scored again exactly.

Up to ``ONE_LIST`` rows every code is looked at, two dimensions in four bits of it, so that they stay in the processor's
cache (André, Kermarrec & Le Scouarnec 2015, "Cache locality is not enough"); beyond, those of the lists nearest to the
question (Gao & Long 2024, "RaBitQ": one bit a dimension, of the distance from the centre of the list). The vectors
themselves lie in a file, in half precision where lists are many, and those of the candidates are read. Douze et al.
2024, "The Faiss library".
"""

from collections.abc import Mapping, Sequence
from math import log2, sqrt
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import FileArray, RowSource, take_ranges
from index.search.stores.faiss_flat import read, selected, write
from index.search.top_k import best
from index.types import Positions, SearchResult, Vectors

VECTORS = "vectors.npy"
ONE_LIST = 100_000
"""Rows that are all looked at: in half the time that lists take to choose among."""
MANY = "RaBitQfs"
"""The code where there are many lists."""
SAMPLE = 20_000
"""Rows that the codes of one list are learnt from."""
SAMPLE_PER_LIST, SEED = 48, 0
"""Rows for each list that the lists' centres are learnt from; FAISS asks for 39 at least."""
PROBES = 192
"""Lists that are searched, of 1,024 for 100,000 passages, of 4,096 for a million."""
FILTERED = 4
"""Times as many lists where a filter stands before them: what it lets through lies farther off, in more of them."""
CANDIDATES, LEAST_CANDIDATES = 2.5, 400
"""Rows scored again for each row that is wanted, and where few are wanted."""
NARROW = 10_000
"""As many allowed rows are all scored: no slower than searching, and nothing can be missed."""
AT_ONCE = 65_536


class FaissInvertedStore:
    """Cosines of unit vectors, within 0.0005 of the exact ones where lists are many; higher is better."""

    def __init__(self, index: faiss.Index, rows: RowSource) -> None:
        """Use ``build`` or ``load``. ``index``: an IndexIVF; ``rows``: floats, shape (rows, dimension)."""
        self._index: Any = index  # FAISS's stubs do not know what an IndexIVF has
        self._rows = rows

    @classmethod
    def build(cls, vectors: Vectors | NDArray[np.float16]) -> "FaissInvertedStore":
        """``vectors``: unit rows, shape (rows, dimension), at least 100; centres are learnt from a sample."""
        rows, dimension = vectors.shape
        lists = _lists(rows)
        kind = f"IVF{lists},{_code(dimension, lists)}"
        index: Any = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
        size = min(rows, max(lists * SAMPLE_PER_LIST, SAMPLE))
        sample = np.random.default_rng(SEED).choice(rows, size, replace=False)
        index.train(vectors[np.sort(sample)].astype(np.float32))
        for first in range(0, rows, AT_ONCE):
            index.add(vectors[first : first + AT_ONCE].astype(np.float32))
        index.nprobe = min(lists, PROBES)
        return cls(index, vectors)

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index and its parameters."""
        lists, probes = int(self._index.nlist), int(self._index.nprobe)
        code = _code(self._index.d, lists)
        kept = _kept_as(lists).__name__
        return {"kind": "inverted", "lists": lists, "probes": probes, "code": code, "vectors": kept}

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """About the ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed.

        The filter is applied inside the search, and few allowed rows are all looked at.
        """
        k = min(k, len(self) if allowed is None else len(allowed))
        return [self._best(vector, k, allowed) for vector in np.ascontiguousarray(vectors)]

    def _best(self, vector: Vectors, k: int, allowed: Positions | None) -> SearchResult:
        if k <= 0:
            return SearchResult(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
        candidates = self._candidates(vector, k, allowed)
        return best(candidates, self.vectors(candidates) @ vector, k)

    def _candidates(self, vector: Vectors, k: int, allowed: Positions | None) -> Positions:
        """Rows that may be among the ``k`` best, rising."""
        if allowed is not None and len(allowed) <= max(NARROW, k):
            return allowed
        selector = None if allowed is None else selected(allowed, len(self))
        probes = min(self._index.nprobe * (1 if allowed is None else FILTERED), self._index.nlist)
        found = self._probed(vector, k, probes, selector)
        return found if len(found) >= k else self._probed(vector, k, self._index.nlist, selector)

    def _probed(self, vector: Vectors, k: int, probes: int, selector: faiss.IDSelector | None) -> Positions:
        parameters = faiss.SearchParametersIVF(nprobe=probes, sel=selector)  # type: ignore[call-arg]  # stubs lack both
        candidates = min(max(int(k * CANDIDATES), LEAST_CANDIDATES), len(self))
        _, positions = self._index.search(vector[None, :], candidates, params=parameters)
        return np.sort(positions[0][positions[0] >= 0]).astype(np.int64)

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """The rows as they are kept, shape (len(positions), dimension)."""
        rows = np.asarray(positions, dtype=np.int64)
        return take_ranges(self._rows, rows, rows + 1).astype(np.float32, copy=False)

    def save(self, folder: Path) -> None:
        """Writes FAISS's own file and one .npy file. Raises OSError."""
        write(self._index, folder)
        kept = np.lib.format.open_memmap(folder / VECTORS, "w+", _kept_as(self._index.nlist), self._rows.shape)
        for first in range(0, len(kept), AT_ONCE):
            kept[first : first + AT_ONCE] = self._rows[first : first + AT_ONCE]
        kept.flush()

    @classmethod
    def load(cls, folder: Path) -> "FaissInvertedStore":
        """What ``save`` wrote: the codes are held, the vectors read when they are asked for."""
        return cls(read(folder), FileArray(folder / VECTORS))


def _lists(rows: int) -> int:
    """One, or a power of two near twice the root of the number of rows, and few enough to be learnt from them."""
    return 1 if rows <= ONE_LIST else int(2 ** round(log2(min(2 * sqrt(rows), rows / 39))))


def _kept_as(lists: int) -> type[np.floating[Any]]:
    """Half of the bytes where they are many; twice as fast to score again where they are few."""
    return np.float16 if lists > 1 else np.float32


def _code(dimension: int, lists: int) -> str:
    """The code's name in FAISS; an odd number of dimensions is coded one by one."""
    return MANY if lists > 1 else f"PQ{dimension // 2 if dimension % 2 == 0 else dimension}x4fs"
