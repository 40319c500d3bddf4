"""Postings, which passages contain each term and how often, sorted by term a block at a time.

Sorting all of them at once would take dozens of bytes for each; sorted in blocks they need the memory of one block,
however large the collection is.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import RowSource, SpooledArray, split_into_blocks
from index.disk.splice import REMOVED
from index.types import Positions

# Entries of a block, unless one term has more: about 100 MB while it is sorted.
BLOCK_ENTRIES = 2_000_000


@dataclass(frozen=True, slots=True)
class Postings:
    """A part of a sparse matrix by terms: all entries of some neighbouring terms, in rising order of both.

    ``terms`` (the number of the term), ``passages`` and ``counts`` have one row an entry, shape (entries,).
    """

    terms: NDArray[np.integer]
    passages: NDArray[np.integer]
    counts: NDArray[np.int32]


def number_terms(terms: Iterable[str]) -> dict[str, int]:
    """Return numbers for terms, in alphabetical order, so that equal collections have equal indexes."""
    return {term: number for number, term in enumerate(sorted(terms))}


class PostingSpool:
    """Collects the terms of passages in temporary files."""

    def __init__(self, folder: Path | None) -> None:
        """Create the files in ``folder``, or in the system's folder for temporary files if it is None."""
        # In the order in which they occur first; ``finish`` sorts them.
        self._numbers = dict[str, int]()
        self._sizes, self._lengths = array("i"), array("i")
        self._pending = array("i"), array("i")
        self._terms, self._counts = SpooledArray(folder, np.int32), SpooledArray(folder, np.int32)

    def append(self, terms: Sequence[str]) -> None:
        """Add the terms of the next passage."""
        found = Counter(terms)
        self._pending[0].extend(self._numbers.setdefault(term, len(self._numbers)) for term in found)
        self._pending[1].extend(found.values())
        self._sizes.append(len(found))
        self._lengths.append(len(terms))
        if len(self._pending[0]) >= BLOCK_ENTRIES:
            self._flush()

    def _flush(self) -> None:
        terms, counts = self._pending
        self._terms.append(np.asarray(terms))
        self._counts.append(np.asarray(counts))
        self._pending = array("i"), array("i")

    def finish(self) -> "PassagePostings":
        """Return what was collected, to which nothing can be added."""
        self._flush()
        vocabulary = number_terms(self._numbers)
        alphabetical = np.fromiter(map(vocabulary.__getitem__, self._numbers), np.int32, len(self._numbers))
        edges = np.concatenate([[0], np.cumsum(np.asarray(self._sizes), dtype=np.int64)])
        lengths = np.array(self._lengths, dtype=np.int32)
        return PassagePostings(
            vocabulary, lengths, self._terms.open_array(), self._counts.open_array(), edges, alphabetical
        )


@dataclass(frozen=True, slots=True)
class PassagePostings:
    """Entries by passage: those of passage p are in ``terms[edges[p]:edges[p + 1]]``, and so are their counts.

    ``vocabulary`` numbers the terms in alphabetical order; ``alphabetical`` gives that number for each one in
    ``terms``. ``lengths``: the number of terms of each passage.
    """

    vocabulary: dict[str, int]
    lengths: NDArray[np.int32]
    terms: RowSource
    counts: RowSource
    edges: Positions
    alphabetical: NDArray[np.int32]

    def count_passages(self) -> Positions:
        """Return the number of passages with each term, in alphabetical order."""
        counts = np.zeros(len(self.vocabulary), dtype=np.int64)
        for block in split_into_blocks(self.terms):
            counts += np.bincount(self.alphabetical[self.terms[block]], minlength=len(counts))
        return counts

    def sort(self) -> Iterator[Postings]:
        """Yield all entries by term."""
        for first, last in split_terms(self.count_passages()):
            parts = [self._select(block, first, last) for block in split_into_blocks(self.terms)]
            terms, passages, counts = map(np.concatenate, zip(*parts, strict=True))
            # Entries of a term stay in the order of their passages.
            order = np.argsort(terms, kind="stable")
            yield Postings(terms[order], passages[order], counts[order])

    def _select(self, block: slice, first: int, last: int) -> tuple[NDArray[np.int32], ...]:
        """Return the terms ``[first, last)``, passages and counts of those entries in the block."""
        terms = self.alphabetical[self.terms[block]]
        chosen = np.flatnonzero((terms >= first) & (terms < last))
        passages = np.searchsorted(self.edges, block.start + chosen, "right") - 1
        return terms[chosen], passages.astype(np.int32), self.counts[block][chosen]


@dataclass(frozen=True, slots=True)
class KeptPostings:
    """Entries by term, of which those stay whose passage does, with the new positions of their passages.

    ``pointers``: where the entries of each term begin, and the end, shape (terms + 1,). ``positions``: the new position
    of each passage, or ``REMOVED``.
    """

    pointers: Positions
    passages: RowSource
    counts: RowSource
    positions: Positions

    def count_passages(self) -> Positions:
        """Return the number of passages that stay with each term."""
        kept = np.zeros(len(self.pointers) - 1, dtype=np.int64)
        for first, last in split_terms(np.diff(self.pointers)):
            kept[first:last] = np.bincount(self.select(first, last).terms - first, minlength=last - first)
        return kept

    def select(self, first: int, last: int) -> Postings:
        """Return what stays of the terms ``[first, last)``."""
        rows = slice(int(self.pointers[first]), int(self.pointers[last]))
        terms = np.repeat(np.arange(first, last), np.diff(self.pointers[first : last + 1]))
        passages = self.positions[self.passages[rows]]
        stays = passages != REMOVED
        return Postings(terms[stays], passages[stays], self.counts[rows][stays])


def merge_postings(parts: Sequence[KeptPostings], numbers: Sequence[Positions]) -> Iterator[Postings]:
    """Yield the entries of several parts by term; no passage is in two of them.

    ``numbers``: for each part the new number of each of its terms, rising, or ``REMOVED``.
    """
    used = [np.flatnonzero(new != REMOVED) for new in numbers]
    counts = np.zeros(1 + max((int(new.max(initial=REMOVED)) for new in numbers), default=REMOVED), dtype=np.int64)
    for part, new, own in zip(parts, numbers, used, strict=True):
        counts[new[own]] += part.count_passages()[own]
    for first, last in split_terms(counts):
        blocks = []
        for part, new, own in zip(parts, numbers, used, strict=True):
            begin, end = np.searchsorted(new[own], [first, last]).tolist()
            if begin < end:
                block = part.select(int(own[begin]), int(own[end - 1]) + 1)
                blocks.append((new[block.terms], block.passages, block.counts))
        terms, passages, found = map(np.concatenate, zip(*blocks, strict=True))
        order = np.lexsort((passages, terms))
        yield Postings(terms[order], passages[order], found[order])


def split_terms(counts: Positions) -> Iterator[tuple[int, int]]:
    """Yield ranges of terms that have ``BLOCK_ENTRIES`` entries together, or one term that has more, in order."""
    ends = np.cumsum(counts)
    first = 0
    while first < len(ends):
        done = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(ends, done + BLOCK_ENTRIES, "right")))
        yield first, last
        first = last
