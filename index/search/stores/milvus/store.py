"""The Milvus store: the vectors of one generation are one collection, written once and never changed.

The name of a collection is made of the hash of its vectors. So a build that was stopped goes on where it was, one that
is repeated writes nothing, and two servers that build the same write the same rows.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.disk.arrays import RowSource
from index.errors import StoreError
from index.search.stores.access import StoreAccess
from index.search.stores.milvus.connection import Connection
from index.search.top_k import select_top_k
from index.types import Positions, SearchResult, Store, Vectors

STORE_FILE = "milvus.json"
# In the names of collections, between that of the index and the hash.
VECTORS = "_vectors_"
# Comparing with this many rows takes a millisecond; beyond, a graph is searched (Malkov & Yashunin 2018, "HNSW").
MAX_FLAT_ROWS = 10_000
FLAT, GRAPH = "FLAT", "HNSW"
# So few are compared one by one also before the server has indexed them, which takes it ten seconds.
MAX_UNSEALED_ROWS = 4_000
GRAPH_PARAMETERS = {"M": 16, "efConstruction": 200}
# Places of the graph that are visited for each row wanted, and how many at least. With a filter more: of the rows that
# are met few are allowed, and the database's own choice of 64 finds only 82 % of the right ones at 5 %.
EFFORT, MIN_EFFORT, MIN_FILTERED_EFFORT = 2, 256, 1024
# What Milvus takes in one call.
MAX_ROWS = 16_384
ROWS_WRITTEN_AT_ONCE, ROWS_READ_AT_ONCE = 2_000, 8_192
# The rows of a document are neighbours; more ranges than this take longer to read than all numbers.
MAX_RANGES = 64
# Rows beyond those wanted, so that of rows with the same score the first ones are found.
TIES = 32
# Scores of equal vectors differ in the last digits, as the database computes them in one way or another.
DIGITS = 6


class MilvusStore:
    """Cosines of unit vectors in a collection of Milvus; higher is better."""

    def __init__(self, connection: Connection, name: str, shape: tuple[int, int]) -> None:
        """Use ``MilvusStores``. ``shape`` is (rows, dimension)."""
        self._connection, self.name, self.shape = connection, name, shape

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def search(self, vectors: Vectors, k: int, allowed: Positions | None = None) -> list[SearchResult]:
        """Return about the ``k`` best rows for each vector, ties by position; fewer only if fewer are allowed.

        Raise StoreError if the database does not answer in time.
        """
        most = len(self) if allowed is None else len(allowed)
        k = min(k, most, MAX_ROWS)
        if k <= 0:
            return [SearchResult(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)) for _ in vectors]
        where = "" if allowed is None else write_filter(allowed)
        return [self._search_one(vector, k, most, where) for vector in np.asarray(vectors, dtype=np.float32)]

    def _search_one(self, vector: Vectors, k: int, most: int, where: str) -> SearchResult:
        asked = min(k + TIES, most, MAX_ROWS)
        while True:
            effort = {"ef": max(EFFORT * asked, MIN_FILTERED_EFFORT if where else MIN_EFFORT)}
            (found,) = self._connection.search(self.name, vector[None, :], asked, where, effort)
            scores = np.round(found.scores, DIGITS)
            order = np.argsort(found.positions)
            best = select_top_k(found.positions[order], scores[order], k)
            is_complete = len(scores) < asked or asked == min(most, MAX_ROWS)
            if is_complete or scores.min() < best.scores[-1]:
                return best
            # All that were found beyond the last one tie with it.
            asked = min(2 * asked, most, MAX_ROWS)

    def vectors(self, positions: Positions | Sequence[int]) -> Vectors:
        """Return the rows as they were given, shape (len(positions), dimension). Raise StoreError."""
        parts = [
            self._connection.read(self.name, positions[first : first + ROWS_READ_AT_ONCE], self.shape[1])
            for first in range(0, len(positions), ROWS_READ_AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty((0, self.shape[1]), dtype=np.float32)

    @property
    def rows(self) -> "MilvusRows":
        """All rows, shape (rows, dimension), read from the database as they are sliced."""
        return MilvusRows(self)

    @property
    def description(self) -> Mapping[str, str | int]:
        """The kind of index, and where it is."""
        return {"kind": "milvus", "index": _choose_index(len(self)), "collection": self.name}

    def save(self, folder: Path) -> None:
        """Write the name of the collection; its rows are in the database."""
        folder.mkdir(parents=True, exist_ok=True)
        saved = {"collection": self.name, "rows": self.shape[0], "dimension": self.shape[1]}
        (folder / STORE_FILE).write_text(json.dumps(saved) + "\n", encoding="utf-8")


class MilvusRows:
    """The rows of a store as if they were an array."""

    def __init__(self, store: MilvusStore) -> None:
        """Read nothing yet."""
        self._store = store
        self.shape, self.dtype = store.shape, np.dtype(np.float32)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Vectors:
        """Return neighbouring rows, shape (rows, dimension)."""
        return self._store.vectors(range(*rows.indices(len(self))))

    def take_rows(self, positions: Positions) -> Vectors:
        """Return the rows at these positions, in any order, shape (len(positions), dimension)."""
        return self._store.vectors(positions)


class MilvusStores:
    """Makes and finds the stores of one database."""

    def __init__(self, access: StoreAccess) -> None:
        """Raise StoreError if no database is named."""
        if not access.uri:
            raise StoreError(
                "store 'milvus' needs the address of a database; set store_uri, such as http://127.0.0.1:19530"
            )
        self._connection = Connection(access)

    def build(self, vectors: RowSource) -> MilvusStore:
        """Write unit vectors, shape (rows, dimension), into their collection, and index it. Raise StoreError.

        What a build that was stopped has written is kept; what is complete is used as it is.
        """
        rows, dimension = vectors.shape
        name, connection = f"{self._connection.access.name}{VECTORS}{hash_rows(vectors)[:24]}", self._connection
        kind = _choose_index(rows)
        connection.create(name, dimension, kind, GRAPH_PARAMETERS if kind == GRAPH else {})
        # Rows are written in their order, so as many as there are need not be written again.
        for first in range(connection.count(name), rows, ROWS_WRITTEN_AT_ONCE):
            connection.write(name, first, np.asarray(vectors[first : first + ROWS_WRITTEN_AT_ONCE], dtype=np.float32))
        if (count := connection.count(name)) != rows:
            connection.drop(name)
            raise StoreError(f"the collection {name} got {count:,} rows of {rows:,} and was removed; build again")
        if rows > MAX_UNSEALED_ROWS:
            connection.finish(name, rows)
        return MilvusStore(connection, name, (rows, dimension))

    def merge(self, vectors: RowSource, old: Store, positions: Positions) -> MilvusStore:
        """Build the store; the old one goes on serving and saves no work."""
        return self.build(vectors)

    def load(self, folder: Path) -> MilvusStore:
        """Return the store that ``save`` described. Nothing is asked of the database: it may come back later."""
        saved = json.loads((folder / STORE_FILE).read_text(encoding="utf-8"))
        return MilvusStore(self._connection, saved["collection"], (saved["rows"], saved["dimension"]))


def write_filter(allowed: Positions) -> str:
    """Return Milvus's expression for these rows, in rising order: as a few ranges, or one by one.

    Only numbers are in it, so nothing that a user types can be part of an expression.
    """
    borders = np.flatnonzero(np.diff(allowed) != 1) + 1
    if len(borders) < MAX_RANGES and len(allowed):
        firsts, lasts = allowed[np.append(0, borders)], allowed[np.append(borders - 1, -1)]
        return " or ".join(f"(id >= {first} and id <= {last})" for first, last in zip(firsts, lasts, strict=True))
    return f"id in {allowed.tolist()}"


def hash_rows(vectors: RowSource) -> str:
    """Return the SHA-256 of unit vectors, shape (rows, dimension), as a hex digest."""
    digest = sha256(f"{vectors.shape}".encode())
    for first in range(0, len(vectors), ROWS_READ_AT_ONCE):
        digest.update(np.ascontiguousarray(vectors[first : first + ROWS_READ_AT_ONCE], dtype=np.float32).data)
    return digest.hexdigest()


def _choose_index(rows: int) -> str:
    return FLAT if rows <= MAX_FLAT_ROWS else GRAPH
