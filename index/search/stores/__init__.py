"""The vector stores: one module each, and one line each in the table."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from index.disk.arrays import RowSource
from index.types import Store


class StoreClass(Protocol):
    """A class of stores."""

    def build(self, vectors: RowSource, trained: Store | None = None) -> Store:
        """Build a store over unit vectors in memory or in a file, shape (rows, dimension).

        It may take over what ``trained``, a store of the same kind, has learned from vectors much like these.
        """

    def load(self, folder: Path) -> Store:
        """Load what a store's ``save`` wrote into ``folder``."""


def _import_exact() -> StoreClass:
    from index.search.stores.exact import ExactStore

    return ExactStore


def _import_faiss() -> StoreClass:
    from index.search.stores.faiss_auto import FaissAutoStore

    return FaissAutoStore


# The functions import a store's library when it is chosen, not before.
STORES: Mapping[str, Callable[[], StoreClass]] = {"exact": _import_exact, "faiss": _import_faiss}
