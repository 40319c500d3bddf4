"""What each vector store finds of the nearest units, and how long it takes, with and without a filter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.paired import percentile_95, time_calls
from benchmarks.speed.synthetic import PASSAGES, TAGS, UNITS
from index.search.stores import find_store
from index.settings import IndexSettings
from index.types import Positions, Store, Vectors
from qa.ranking.retriever import SEARCHED_UNITS

if TYPE_CHECKING:
    from benchmarks.speed.scale import ScaleRow

EXACT, TOP, BLOCK = "exact", 10, 50_000
# The exact store would hold a million passages in 8 GB.
MAX_EXACT_UNITS = 500_000
HEAD = ("passages", "store", "units that may be found", f"recall@{TOP}", "p50, ms", "p95, ms")


@dataclass(frozen=True, slots=True)
class StoreMeasurement:
    """One store asked among ``units``: its share of the nearest ``TOP``, and the milliseconds of a search."""

    store: str
    units: int
    recall: float
    p50_ms: float
    p95_ms: float


def measure_stores(default: Store, vectors: NDArray[np.float16], asked: Vectors) -> list[StoreMeasurement]:
    """Return what the stores of this machine reach over the vectors, without a filter and among the units of each tag.

    ``default`` has been built already; it is that of the setting.
    """
    found = []
    for name in (EXACT, IndexSettings().store):
        if name == EXACT and len(vectors) > MAX_EXACT_UNITS:
            continue
        store = find_store(name).build(cast("Vectors", vectors)) if name == EXACT else default
        found += [measure_store(name, store, vectors, asked, allowed) for allowed in list_filters(len(vectors))]
    return found


def list_filters(units: int) -> list[Positions | None]:
    """Return no filter, and the units of the documents of each tag that a collection of so many units has."""
    of_document = PASSAGES * UNITS
    every = [step for step in TAGS.values() if units >= step * of_document]
    return [None, *(np.flatnonzero(np.arange(units) // of_document % step == 0) for step in every)]


def measure_store(
    name: str, store: Store, vectors: NDArray[np.float16], asked: Vectors, allowed: Positions | None
) -> StoreMeasurement:
    """Search for each question by itself, as the retriever does."""

    def search(question: Vectors) -> None:
        store.search(question[None, :], SEARCHED_UNITS[0], allowed)

    times = list(map(time_calls(search), asked))
    units = len(vectors) if allowed is None else len(allowed)
    recall = measure_recall(store, vectors, asked, allowed)
    return StoreMeasurement(name, units, recall, median(times), percentile_95(times))


def measure_recall(
    store: Store, vectors: NDArray[np.float16], asked: Vectors, allowed: Positions | None = None
) -> float:
    """Return the share of the ``TOP`` nearest allowed units that the store finds; brute force, a block at a time."""
    rows = np.arange(len(vectors)) if allowed is None else allowed
    scores, places = np.empty((len(asked), 0), np.float32), np.empty((len(asked), 0), np.int64)
    for first in range(0, len(rows), BLOCK):
        block = rows[first : first + BLOCK]
        cosines = asked @ vectors[block].astype(np.float32).T
        scores = np.hstack([scores, cosines])
        places = np.hstack([places, np.broadcast_to(block, cosines.shape)])
        near = np.argpartition(-scores, TOP, axis=1)[:, :TOP]
        scores, places = np.take_along_axis(scores, near, axis=1), np.take_along_axis(places, near, axis=1)
    found = store.search(asked, SEARCHED_UNITS[-1], allowed)
    return float(np.mean([np.isin(right, one.positions[:TOP]) for right, one in zip(places, found, strict=True)]))


def format_store_rows(rows: Sequence["ScaleRow"]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each collection, store and filter."""
    for row in rows:
        for one in row.stores:
            figures = f"{one.units:,}", f"{one.recall:.3f}", f"{one.p50_ms:.2f}", f"{one.p95_ms:.2f}"
            yield f"{row.passages:,}", f"`{one.store}`", *figures
