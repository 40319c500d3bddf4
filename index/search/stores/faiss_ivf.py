"""FAISS for large collections: an inverted file of compact codes, whose candidates are rescored exactly.

Up to ``MAX_ONE_LIST_ROWS`` rows there is one list and every code is compared: two dimensions in four bits, so that
the codes stay in the processor's cache (André, Kermarrec & Le Scouarnec 2015, "Cache locality is not enough").
Beyond, only the lists nearest to the question are searched, and a code has one bit a dimension, of the vector's
distance from the centroid of its list (Gao & Long 2024, "RaBitQ"). The vectors themselves are kept in a file, in half
precision if there are many lists, and only those of the candidates are read. Douze et al. 2024, "The Faiss library".
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from math import log2, sqrt
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.disk.arrays import FileArray, RowSource, save_rows, take_rows
from index.disk.splice import REMOVED
from index.search.stores.faiss_flat import make_selector, read_index, write_index
from index.search.top_k import select_top_k
from index.types import Positions, SearchResult, Vectors

VECTORS_FILE = "vectors.npy"
# Comparing with every code of this many rows takes half the time of choosing among lists.
MAX_ONE_LIST_ROWS = 100_000
# FAISS's name for the code if there are many lists: RaBitQ, read by SIMD in blocks of 32 ("fast scan").
MANY_LISTS_CODE = "RaBitQfs"
# Rows to learn from: for the codes of one list; for the centroids, per list, of which FAISS wants at least 39.
MIN_TRAINING_ROWS = 20_000
TRAINING_ROWS_PER_LIST, MIN_TRAINING_ROWS_PER_LIST = 48, 39
SEED = 0
# Lists to search, of 1,024 for 100,000 passages and of 4,096 for a million.
NPROBE = 192
# Searching with a filter visits this many times more lists: the allowed rows are farther off, in more of them.
FILTERED_NPROBE_FACTOR = 4
# Rows to rescore for each row wanted, and how many at least: codes rank only roughly.
CANDIDATES_PER_ROW, MIN_CANDIDATES = 2.5, 400
# Up to this many allowed rows are all scored, which is no slower than searching and misses nothing.
MAX_ALLOWED_SCORED_ALL = 10_000
# Rows converted at once, so that memory does not grow with the collection.
BLOCK_ROWS = 65_536


class FaissIVFStore:
    """Cosines of unit vectors, within 0.0005 of the exact ones if there are many lists; higher is better."""

    def __init__(self, index: faiss.Index, rows: RowSource) -> None:
        """Use ``build`` or ``load``. ``index``: an IndexIVF; ``rows``: floats, shape (rows, dimension)."""
        self._index: Any = index  # FAISS's stubs lack what an IndexIVF has
        self._rows = rows

    @classmethod
    def build(cls, vectors: RowSource) -> "FaissIVFStore":
        """Build the index over unit vectors, shape (rows, dimension), at least 100; it learns from a sample."""
        index = _train_index(vectors, _choose_list_count(len(vectors)))
        for block in _split_blocks(len(vectors)):
            index.add(vectors[block].astype(np.float32))
        return cls(index, vectors)

    @classmethod
    def merge(cls, vectors: RowSource, old: "FaissIVFStore", positions: Positions) -> "FaissIVFStore":
        """Build the index from one over most of the same vectors, as long as the number of lists suits both.

        ``positions``: the new position of each row of ``old``, or ``REMOVED``. Centroids and codes are those that the
        old index has learned. Finding the nearest centroid of each row would take most of the time of a build, so only
        the lists that lose or gain a row are written again.
        """
        if old._index.nlist != _choose_list_count(len(vectors)):
            return cls.build(vectors)
        index: Any = faiss.clone_index(old._index)
        is_new = np.ones(len(vectors), dtype=np.bool_)
        is_new[positions[positions != REMOVED]] = False
        fresh = np.flatnonzero(is_new)
        _, gaining = index.quantizer.search(_take_rows(vectors, fresh), 1)
        rows = np.sort(np.concatenate([fresh, _renumber_lists(index, positions, set(gaining.ravel().tolist()))]))
        for block in _split_blocks(len(rows)):
            index.add_with_ids(_take_rows(vectors, rows[block]), rows[block])
        return cls(index, vectors)

    @property
    def rows(self) -> RowSource:
        """All rows as stored, shape (rows, dimension)."""
        return self._rows

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index and its parameters."""
        lists = int(self._index.nlist)
        return {
            "kind": "inverted",
            "lists": lists,
            "nprobe": int(self._index.nprobe),
            "code": _choose_code(self._index.d, lists),
            "vectors": _choose_precision(lists).__name__,
        }

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """Return about the ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed."""
        k = min(k, len(self) if allowed is None else len(allowed))
        return [self._search_one(vector, k, allowed) for vector in np.ascontiguousarray(vectors)]

    def _search_one(self, vector: Vectors, k: int, allowed: Positions | None) -> SearchResult:
        if k <= 0:
            return SearchResult(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
        candidates = self._find_candidates(vector, k, allowed)
        return select_top_k(candidates, self.vectors(candidates) @ vector, k)

    def _find_candidates(self, vector: Vectors, k: int, allowed: Positions | None) -> Positions:
        """Return rows that may be among the ``k`` best, in ascending order."""
        if allowed is not None and len(allowed) <= max(MAX_ALLOWED_SCORED_ALL, k):
            return allowed
        selector, nprobe, lists = None, self._index.nprobe, self._index.nlist
        if allowed is not None:
            selector, nprobe = make_selector(allowed, len(self)), min(nprobe * FILTERED_NPROBE_FACTOR, lists)
        found = self._search_codes(vector, k, nprobe, selector)
        # The nearest lists may hold too few of the allowed rows; all lists hold them all.
        return found if len(found) >= k else self._search_codes(vector, k, lists, selector)

    def _search_codes(self, vector: Vectors, k: int, nprobe: int, selector: faiss.IDSelector | None) -> Positions:
        parameters = None
        # Those of the index itself need no object, which takes a tenth of the time of a search to make.
        if selector is not None or nprobe != self._index.nprobe:
            parameters = faiss.SearchParametersIVF(nprobe=nprobe, sel=selector)  # type: ignore[call-arg]  # no stubs
        candidates = min(max(int(k * CANDIDATES_PER_ROW), MIN_CANDIDATES), len(self))
        _, positions = self._index.search(vector[None, :], candidates, params=parameters)
        return np.sort(positions[0][positions[0] >= 0]).astype(np.int64)  # -1 stands for "no more"

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """Return the rows as stored, shape (len(positions), dimension)."""
        rows = take_rows(self._rows, np.asarray(positions, dtype=np.int64))
        return rows.astype(np.float32, copy=False)

    def save(self, folder: Path) -> None:
        """Write FAISS's own file and one .npy file. Raises OSError."""
        write_index(self._index, folder)
        save_rows(folder / VECTORS_FILE, self._rows, _choose_precision(self._index.nlist))

    @classmethod
    def load(cls, folder: Path) -> "FaissIVFStore":
        """Load what ``save`` wrote: the codes into memory; the vectors are read when they are needed."""
        return cls(read_index(folder), FileArray(folder / VECTORS_FILE))


def _train_index(vectors: RowSource, lists: int) -> Any:  # noqa: ANN401 — FAISS's stubs lack IndexIVF
    """Return an index without rows that has learned its centroids and codes from a sample."""
    rows, dimension = vectors.shape
    kind = f"IVF{lists},{_choose_code(dimension, lists)}"
    index: Any = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    size = min(rows, max(lists * TRAINING_ROWS_PER_LIST, MIN_TRAINING_ROWS))
    sample = np.sort(np.random.default_rng(SEED).choice(rows, size, replace=False))
    index.train(_take_rows(vectors, sample))
    index.nprobe = min(lists, NPROBE)
    return index


def _renumber_lists(index: Any, positions: Positions, gaining: Container[int]) -> Positions:  # noqa: ANN401 — as above
    """Give the rows of the lists their new positions, and empty each list that loses or gains a row.

    Return the new positions of the rows that stay and were in those lists. Lists are not shortened, because FAISS
    leaves the codes of removed rows in a block and adds the next ones on top of them.
    """
    emptied = [np.empty(0, dtype=np.int64)]
    for number in range(index.nlist):
        size = index.invlists.list_size(number)
        if not size:
            continue
        rows = faiss.rev_swig_ptr(index.invlists.get_ids(number), size)
        moved = positions[rows]
        if number in gaining or np.any(moved == REMOVED):
            emptied.append(moved[moved != REMOVED])
            index.invlists.resize(number, 0)
            index.ntotal -= size
        else:
            rows[:] = moved
    return np.concatenate(emptied)


def _take_rows(vectors: RowSource, rows: Positions) -> Vectors:
    return np.ascontiguousarray(take_rows(vectors, rows), dtype=np.float32)


def _split_blocks(rows: int) -> Iterator[slice]:
    return (slice(first, first + BLOCK_ROWS) for first in range(0, rows, BLOCK_ROWS))


def _choose_list_count(rows: int) -> int:
    """Return 1, or a power of two near twice the root of the number of rows that the rows suffice to train."""
    if rows <= MAX_ONE_LIST_ROWS:
        return 1
    return int(2 ** round(log2(min(2 * sqrt(rows), rows / MIN_TRAINING_ROWS_PER_LIST))))


def _choose_precision(lists: int) -> type[np.floating[Any]]:
    """Return half precision for many rows, to save half of the bytes; single is twice as fast to rescore."""
    return np.float16 if lists > 1 else np.float32


def _choose_code(dimension: int, lists: int) -> str:
    """Return the code's name in FAISS: one bit a dimension, or four bits for two (for one if they are odd)."""
    return MANY_LISTS_CODE if lists > 1 else f"PQ{dimension // 2 if dimension % 2 == 0 else dimension}x4fs"
