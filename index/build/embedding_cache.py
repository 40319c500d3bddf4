"""Embeddings that a build has computed, in a SQLite file: an interrupted build continues from them.

They are needed until the generation is published, which then holds them itself. Keeping them longer would double the
disk space of an index, so ``remove_caches`` deletes them, and the next build takes them from the generation.
"""

import logging
import sqlite3
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.search.late_interaction import QuantizedTokens
from index.types import Vectors

PREFIX = ".embeddings-"
# ``tokens`` and ``token_vectors`` are NULL unless the tokens of the unit are kept.
SCHEMA = """
CREATE TABLE IF NOT EXISTS embeddings (key BLOB PRIMARY KEY, vector BLOB NOT NULL, tokens BLOB, token_vectors BLOB)
"""
log = logging.getLogger(__name__)


class EmbeddingCache(AbstractContextManager["EmbeddingCache"]):
    """Embeddings of one model by key, in a hidden file of the index folder. To be used as a context manager."""

    def __init__(self, root: Path, model_fingerprint: str) -> None:
        """Open or create the file; a damaged one is deleted with a warning. Raise sqlite3.Error."""
        path = root / f"{PREFIX}{model_fingerprint}.sqlite"
        self._database = sqlite3.connect(path)
        if _is_damaged(self._database):
            log.warning("%s is damaged; its texts are embedded again", path)
            self._database.close()
            path.unlink()
            self._database = sqlite3.connect(path)
        self._database.execute(SCHEMA)

    def __exit__(self, *error: object) -> None:
        """Close the file."""
        self._database.close()

    def has_embedding(self, key: bytes, needs_tokens: bool) -> bool:
        """Return whether a key has a vector and, if it needs them, tokens."""
        query = "SELECT 1 FROM embeddings WHERE key = ? AND (tokens IS NOT NULL OR NOT ?)"
        return self._database.execute(query, (key, needs_tokens)).fetchone() is not None

    def add_embeddings(self, embeddings: Iterable[tuple[bytes, Vectors, QuantizedTokens | None]]) -> None:
        """Add keys with their vectors and tokens in one transaction."""
        rows = (
            (key, vector.tobytes(), tokens and tokens.ids.tobytes(), tokens and tokens.vectors.tobytes())
            for key, vector, tokens in embeddings
        )
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?)", rows)

    def read_vectors(self, keys: NDArray[np.uint8]) -> Vectors:
        """Return the vector of each key, shape (keys, dimension); every key must be in the cache."""
        query = "SELECT vector FROM embeddings WHERE key = ?"
        rows = [self._database.execute(query, (key.tobytes(),)).fetchone()[0] for key in keys]
        return np.frombuffer(b"".join(rows), dtype=np.float32).reshape(len(rows), -1)

    def read_tokens(self, key: bytes, width: int) -> QuantizedTokens:
        """Return the tokens of a key that has them; their vectors have ``width`` columns."""
        query = "SELECT tokens, token_vectors FROM embeddings WHERE key = ?"
        tokens, token_vectors = self._database.execute(query, (key,)).fetchone()
        ids = np.frombuffer(tokens, dtype=np.int32)
        return QuantizedTokens(ids, np.frombuffer(token_vectors, dtype=np.int8).reshape(len(ids), width))


def remove_caches(root: Path) -> None:
    """Delete the caches of all models in an index folder."""
    for path in root.glob(f"{PREFIX}*"):
        try:
            path.unlink()
        except OSError as error:
            # Not a failure of the build: the generation is published, and the next build tries again.
            log.warning("%s is no longer needed and cannot be deleted: %s", path, error)


def _is_damaged(database: sqlite3.Connection) -> bool:
    """Return whether the file is damaged, for example by a faulty disk; a killed build leaves it intact."""
    try:
        return bool(database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError as error:
        # Its subclass for a disk that is full or a file that cannot be opened has other codes.
        if error.sqlite_errorcode in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return True
        raise
