"""The vector stores: one module each, and one line each in the table."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from index.disk.arrays import RowSource
from index.search.stores.access import LOCAL, MILVUS, StoreAccess
from index.types import Positions, Store


class StoreClass(Protocol):
    """A class of stores."""

    def build(self, vectors: RowSource) -> Store:
        """Build a store over unit vectors in memory or in a file, shape (rows, dimension)."""

    def merge(self, vectors: RowSource, old: Store, positions: Positions) -> Store:
        """Build a store over unit vectors, most of which a store of the same kind has already.

        ``positions``: of each row of ``old`` its position among ``vectors``, or ``REMOVED``. What the old store has
        learned from its vectors may be taken over.
        """

    def load(self, folder: Path) -> Store:
        """Load what a store's ``save`` wrote into ``folder``."""


def _import_exact(access: StoreAccess) -> StoreClass:
    from index.search.stores.exact import ExactStore

    return ExactStore


def _import_faiss(access: StoreAccess) -> StoreClass:
    from index.search.stores.faiss_auto import FaissAutoStore

    return FaissAutoStore


def _import_milvus(access: StoreAccess) -> StoreClass:
    from index.search.stores.milvus import MilvusStores

    return MilvusStores(access)


# The functions import a store's library when it is chosen, not before. Those that keep vectors in the folder of the
# index need no access.
STORES: Mapping[str, Callable[[StoreAccess], StoreClass]] = {
    "exact": _import_exact,
    "faiss": _import_faiss,
    MILVUS: _import_milvus,
}


def find_store(name: str, access: StoreAccess = LOCAL) -> StoreClass:
    """Return the class of stores of a name; raise StoreError if it needs a database and none is named."""
    return STORES[name](access)
