"""Listing documents: which of a generation, in which order."""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Literal, get_args

import numpy as np

from index.disk.string_table import StringTable
from index.generation.documents import Documents
from index.generation.metadata_filter import Selection
from index.types import Positions

Order = Literal["id", "title", "date", "size"]
ORDERS: tuple[Order, ...] = get_args(Order)
# Titles that are read together. If fewer than one of so many is wanted, each is read by itself.
BLOCK_SIZE, SPARSE = 16_384, 64


def find_documents(documents: Documents, chosen: Selection, title: str = "") -> Positions | None:
    """Return the positions, rising, of the chosen documents with these words in their title; None for all.

    Case does not count, and a word may be part of a longer one. A document without a title is found by its id.
    """
    found = documents.select(chosen.documents, chosen.filter)
    words = title.casefold().split()
    if not words:
        return found
    rows = np.arange(len(documents), dtype=np.int64) if found is None else found
    kept = [all(word in title for word in words) for title in _fold_titles(documents, rows)]
    return rows[np.array(kept, dtype=np.bool_)]


class DocumentSorter:
    """Sorts documents of one generation; the ranks of all are computed once, and those of few each time."""

    def __init__(self, documents: Documents) -> None:
        """Keep the documents; nothing is read yet."""
        self._documents, self._all_ranks, self._lock = documents, dict[Order, Positions](), Lock()

    def sort(self, positions: Positions, order: Order, reverse: bool = False) -> Positions:
        """Return the positions, rising, by id or title, without case, by date, those without one last, or by size.

        The newest date and the largest size come first, because these are looked for; ``reverse`` turns the order
        around, except that documents without a date stay last. Equal ones stay in the order of their ids.
        """
        # Documents are in the order of their ids already.
        if order == "id":
            return positions[::-1] if reverse else positions
        ranks = self._find_ranks(order, positions)
        ranks = -ranks if reverse else ranks
        if order == "date":
            is_dated = np.asarray(self._documents.fields.dates)[positions] > 0
            return positions[np.lexsort((ranks, ~is_dated))]
        return positions[np.argsort(ranks, kind="stable")]

    def _find_ranks(self, order: Order, positions: Positions) -> Positions:
        if len(positions) * SPARSE < len(self._documents):
            return RANKS[order](self._documents, positions)
        with self._lock:
            if order not in self._all_ranks:
                everything = np.arange(len(self._documents), dtype=np.int64)
                self._all_ranks[order] = RANKS[order](self._documents, everything)
        return self._all_ranks[order][positions]


def _fold_titles(documents: Documents, positions: Positions) -> list[str]:
    """Return the titles of documents at rising positions, or else their ids, without case."""
    titles = _read_strings(documents.titles, positions)
    ids = titles if all(titles) else _read_strings(documents.ids, positions)
    return [(title or name).casefold() for title, name in zip(titles, ids, strict=True)]


def _read_strings(table: StringTable, positions: Positions) -> list[str]:
    """Return the strings at rising positions, block by block, unless few of a block are wanted."""
    strings = list[str]()
    for start in range(0, len(table), BLOCK_SIZE):
        wanted = positions[slice(*np.searchsorted(positions, [start, start + BLOCK_SIZE]))].tolist()
        if len(wanted) * SPARSE < BLOCK_SIZE:
            strings += [table[row] for row in wanted]
        else:
            block = table.read_strings(start, min(start + BLOCK_SIZE, len(table)))
            strings += [block[row - start] for row in wanted]
    return strings


def _rank_titles(documents: Documents, positions: Positions) -> Positions:
    titles = _fold_titles(documents, positions)
    places = {title: place for place, title in enumerate(sorted(set(titles)))}
    return np.array([places[title] for title in titles], dtype=np.int64)


def _rank_dates(documents: Documents, positions: Positions) -> Positions:
    return -np.asarray(documents.fields.dates)[positions].astype(np.int64)


def _rank_sizes(documents: Documents, positions: Positions) -> Positions:
    return -np.asarray(documents.facts["characters"])[positions].astype(np.int64)


RANKS: Mapping[Order, Callable[[Documents, Positions], Positions]] = {
    "title": _rank_titles,
    "date": _rank_dates,
    "size": _rank_sizes,
}
