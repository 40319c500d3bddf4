"""Listing documents: which of a generation, in which order."""

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import numpy as np

from index.generation.documents import Documents
from index.generation.metadata_filter import Selection
from index.types import Positions

Order = Literal["id", "title", "date", "size"]
ORDERS: tuple[Order, ...] = get_args(Order)


def find_documents(documents: Documents, chosen: Selection, title: str = "") -> Positions | None:
    """Return the positions, rising, of the chosen documents with these words in their title; None for all.

    Case does not count, and a word may be part of a longer one. A document without a title is found by its id.
    """
    found = documents.select(chosen.documents, chosen.filter)
    words = title.casefold().split()
    if not words:
        return found
    rows = range(len(documents)) if found is None else found.tolist()
    kept = [row for row in rows if all(word in _fold_title(documents, row) for word in words)]
    return np.array(kept, dtype=np.int64)


def sort_documents(documents: Documents, positions: Positions, order: Order, reverse: bool = False) -> Positions:
    """Return the positions by id or title, without case, by date, those without one last, or by size.

    The newest date and the largest size come first, because these are looked for; ``reverse`` turns the order around,
    except that documents without a date stay last. Equal ones stay in the order of their ids.
    """
    # Documents are in the order of their ids already.
    if order == "id":
        return positions[::-1] if reverse else positions
    ranks = RANKS[order](documents, positions)
    ranks = -ranks if reverse else ranks
    if order == "date":
        is_dated = np.asarray(documents.fields.dates)[positions] > 0
        return positions[np.lexsort((ranks, ~is_dated))]
    return positions[np.argsort(ranks, kind="stable")]


def _fold_title(documents: Documents, position: int) -> str:
    return (documents.titles[position] or documents.ids[position]).casefold()


def _rank_titles(documents: Documents, positions: Positions) -> Positions:
    titles = [_fold_title(documents, position) for position in positions.tolist()]
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
