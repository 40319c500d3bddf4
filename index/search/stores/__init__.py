"""The vector stores: one file each, one line each in the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.types import Store, Vectors


@dataclass(frozen=True, slots=True)
class StoreKind:
    """How a kind of store is made from vectors and read from a folder."""

    build: Callable[[Vectors], Store]
    load: Callable[[Path], Store]


def _exact() -> StoreKind:
    from index.search.stores.exact import ExactStore

    return StoreKind(ExactStore, ExactStore.load)


def _faiss() -> StoreKind:
    from index.search.stores import faiss_auto as by_size

    return StoreKind(by_size.build, by_size.load)


STORES: Mapping[str, Callable[[], StoreKind]] = {"exact": _exact, "faiss": _faiss}
"""Each entry imports its library only when it is chosen."""
