"""FAISS for large collections: an inverted file of one-bit codes, whose candidates are scored again exactly.

Gao & Long 2024, "RaBitQ"; Douze et al. 2024, "The Faiss library". Of a vector only the signs of its
distances from the centre of its list are searched, 70 bytes for 384 dimensions; the vectors themselves lie in a file,
in half precision, and those of the candidates are read.
"""

from collections.abc import Mapping, Sequence
from math import ceil, log2, sqrt
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.ranking import best
from index.rows import FileRows, Rows, take
from index.stores.faiss_flat import read, selected, write
from index.types import Matches, Positions, Vectors

VECTORS = "vectors.npy"
CODE = "RaBitQfs"
SAMPLE_PER_LIST, SEED = 48, 0
"""Rows for each list that the lists' centres are learnt from; FAISS asks for 39 at least."""
SHARE = 1 / 8
"""Of the lists that are searched."""
FILTERED = 4
"""Times as many lists where a filter stands before them: what it lets through lies farther off, in more of them."""
CANDIDATES, LEAST_CANDIDATES = 2, 400
"""Rows scored again for each row that is wanted, and where few are wanted."""
NARROW = 10_000
"""As many allowed rows are all scored: no slower than searching, and nothing can be missed."""
AT_ONCE = 65_536


class FaissInvertedStore:
    """Cosines of unit vectors kept in half precision: within 0.0005 of the exact ones, and higher is better."""

    def __init__(self, index: faiss.Index, rows: Rows) -> None:
        """Use ``build`` or ``load``. ``index``: an IndexIVF; ``rows``: float16, shape (rows, dimension)."""
        self._index: Any = index  # FAISS's stubs do not know what an IndexIVF has
        self._rows = rows

    @classmethod
    def build(cls, vectors: Vectors | NDArray[np.float16]) -> "FaissInvertedStore":
        """``vectors``: unit rows, shape (rows, dimension), at least 100; centres are learnt from a sample."""
        rows = vectors.astype(np.float16, copy=False)
        lists = _lists(len(rows))
        index: Any = faiss.index_factory(rows.shape[1], f"IVF{lists},{CODE}", faiss.METRIC_INNER_PRODUCT)
        size = min(len(rows), lists * SAMPLE_PER_LIST)
        sample = np.random.default_rng(SEED).choice(len(rows), size, replace=False)
        index.train(rows[np.sort(sample)].astype(np.float32))
        for first in range(0, len(rows), AT_ONCE):
            index.add(rows[first : first + AT_ONCE].astype(np.float32))
        index.nprobe = ceil(lists * SHARE)
        return cls(index, rows)

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index and its parameters."""
        lists, probes = int(self._index.nlist), int(self._index.nprobe)
        return {"kind": "inverted", "lists": lists, "probes": probes, "code": CODE, "vectors": "float16"}

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._rows)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[Matches]:
        """About the ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed.

        The filter is applied inside the search, and few allowed rows are all looked at.
        """
        k = min(k, len(self) if allowed is None else len(allowed))
        return [self._best(vector, k, allowed) for vector in np.ascontiguousarray(vectors)]

    def _best(self, vector: Vectors, k: int, allowed: Positions | None) -> Matches:
        if k <= 0:
            return Matches(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
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
        candidates = min(max(k * CANDIDATES, LEAST_CANDIDATES), len(self))
        _, positions = self._index.search(vector[None, :], candidates, params=parameters)
        return np.sort(positions[0][positions[0] >= 0]).astype(np.int64)

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """The rows in half precision, shape (len(positions), dimension)."""
        return take(self._rows, np.asarray(positions, dtype=np.int64)).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Writes FAISS's own file and one .npy file. Raises OSError."""
        write(self._index, folder)
        np.save(folder / VECTORS, self._rows[:], allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "FaissInvertedStore":
        """What ``save`` wrote: the codes are held, the vectors read when they are asked for."""
        return cls(read(folder), FileRows(folder / VECTORS))


def _lists(rows: int) -> int:
    """A power of two near twice the root of the number of rows, and few enough to be learnt from them."""
    return int(2 ** round(log2(min(2 * sqrt(rows), rows / 39))))
