"""The FAISS store for the size of the collection: exact while that is fast, then an inverted file."""

from pathlib import Path

from index.disk.arrays import RowSource
from index.search.stores.faiss_flat import FaissFlatStore
from index.search.stores.faiss_ivf import VECTORS_FILE, FaissIVFStore
from index.types import Positions, Store

# Comparing with this many rows takes a millisecond on one thread.
MAX_FLAT_ROWS = 10_000


class FaissAutoStore:
    """Chooses between ``FaissFlatStore`` and ``FaissIVFStore``."""

    @classmethod
    def build(cls, vectors: RowSource) -> Store:
        """Build the store that suits the number of rows."""
        return FaissFlatStore.build(vectors) if len(vectors) <= MAX_FLAT_ROWS else FaissIVFStore.build(vectors)

    @classmethod
    def merge(cls, vectors: RowSource, old: Store, positions: Positions) -> Store:
        """Build the store that suits the number of rows, from the old one if that is of the same kind."""
        if len(vectors) <= MAX_FLAT_ROWS or not isinstance(old, FaissIVFStore):
            return cls.build(vectors)
        return FaissIVFStore.merge(vectors, old, positions)

    @classmethod
    def load(cls, folder: Path) -> Store:
        """Load what either store wrote."""
        return FaissIVFStore.load(folder) if (folder / VECTORS_FILE).is_file() else FaissFlatStore.load(folder)
