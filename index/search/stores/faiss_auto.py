"""FAISS's index by the size of the collection: exact while that is quick, then an inverted file."""

from pathlib import Path

from index.search.stores.faiss_flat import FaissFlatStore
from index.search.stores.faiss_ivf import VECTORS, FaissInvertedStore
from index.types import Store, Vectors

FLAT_MOST = 10_000
"""Rows that are all compared: a millisecond on one thread."""


def build(vectors: Vectors) -> Store:
    """``vectors``: unit rows, shape (rows, dimension)."""
    return FaissFlatStore.build(vectors) if len(vectors) <= FLAT_MOST else FaissInvertedStore.build(vectors)


def load(folder: Path) -> Store:
    """What either wrote."""
    return FaissInvertedStore.load(folder) if (folder / VECTORS).is_file() else FaissFlatStore.load(folder)
