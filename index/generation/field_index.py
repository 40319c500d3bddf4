"""Index of the metadata: from the value of a field to its documents, and from a document to its fields.

Values of one field are neighbours, sorted by their folded form, so that a value is found by binary search. Whatever
grows with the collection is an array that is mapped or read in parts.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import FileArray, RowSource, open_array, take_ranges
from index.disk.splice import Splice
from index.disk.string_table import StringTable
from index.generation.id_patterns import find_matching_rows
from index.generation.metadata import DATE, FOLDER, Fields, fold_value, number_date
from index.types import Positions

NAMES, VALUES = "field-names", "field-values"
ARRAYS = ("name_edges", "is_first", "entries", "entry_edges", "postings", "posting_edges", "dates")
# The largest, of which a search needs a part.
READ_ON_ACCESS = frozenset({"entries", "postings"})
# In ``dates``, of a document without one.
NO_DATE = 0

# Field, folded value, value: in this order they are sorted.
Key = tuple[str, str, str]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How many documents have a value of a field, in any case."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class FieldIndex:
    """The metadata of all documents, by position.

    ``values[name_edges[n]:name_edges[n + 1]]`` are those of ``names[n]``; ``is_first`` marks the first of those that
    differ only in case. ``entries[entry_edges[d]:entry_edges[d + 1]]`` are the values of document d, in its order, and
    ``postings[posting_edges[v]:posting_edges[v + 1]]`` the documents of value v, rising. ``dates`` has a number for
    each document, as ``number_date`` returns it.
    """

    names: StringTable
    values: StringTable
    name_edges: Positions
    is_first: NDArray[np.bool_]
    entries: RowSource
    entry_edges: Positions
    postings: RowSource
    posting_edges: Positions
    dates: Numbers

    @classmethod
    def build(cls, documents: Iterable[Fields]) -> "FieldIndex":
        """Build it from the normalised metadata of each document, which are not kept."""
        found: dict[Key, int] = {}
        entries, sizes, days = (array("i") for _ in range(3))
        for fields in documents:
            row = [found.setdefault((n, fold_value(v), v), len(found)) for n, values in fields.items() for v in values]
            entries.extend(row)
            sizes.append(len(row))
            days.append(number_date(fields[DATE][0]) if DATE in fields else NO_DATE)
        keys = sorted(found)
        numbers = np.empty(len(found), dtype=np.int32)
        numbers[[found[key] for key in keys]] = np.arange(len(found), dtype=np.int32)
        return cls._index(keys, numbers[np.asarray(entries)], _find_edges(np.asarray(sizes)), np.array(days, np.int32))

    @classmethod
    def merge(cls, parts: "Sequence[FieldIndex]", splice: Splice) -> "FieldIndex":
        """Build it from those of two generations, ``OLD`` and ``FRESH``; values that no document has any more go."""
        listed = [part._list_keys() for part in parts]
        keys = sorted(set().union(*listed))
        numbers = {key: number for number, key in enumerate(keys)}
        moved = [np.array([numbers[key] for key in one], dtype=np.int32) for one in listed]
        edges = [np.asarray(part.entry_edges) for part in parts]
        renumbered = [new[part.entries[:]] for new, part in zip(moved, parts, strict=True)]
        entries = splice.widen(edges).concatenate(renumbered)
        used, entries = np.unique(entries, return_inverse=True)
        dates = splice.concatenate([part.dates for part in parts])
        keys = [keys[number] for number in used.tolist()]
        return cls._index(keys, entries.astype(np.int32), splice.splice_edges(edges), dates)

    @classmethod
    def _index(cls, keys: Sequence[Key], entries: Numbers, entry_edges: Positions, dates: Numbers) -> "FieldIndex":
        names = Counter(name for name, _, _ in keys)
        changes = [not place or keys[place - 1][:2] != key[:2] for place, key in enumerate(keys)]
        owners = np.repeat(np.arange(len(entry_edges) - 1, dtype=np.int32), np.diff(entry_edges))
        counts = np.bincount(entries, minlength=len(keys))
        return cls(
            StringTable.build(names),
            StringTable.build(value for _, _, value in keys),
            _find_edges([*names.values()]),
            np.array(changes, dtype=np.bool_),
            entries,
            entry_edges,
            owners[np.argsort(entries, kind="stable")],
            _find_edges(counts),
            dates,
        )

    def _list_keys(self) -> list[Key]:
        """Return the fields and values in order."""
        return [
            (name, fold_value(value), value)
            for place, name in enumerate(self.names)
            for value in self._list_values(*self.name_edges[place : place + 2].tolist())
        ]

    def _list_values(self, first: int, last: int) -> Iterable[str]:
        return (self.values[place] for place in range(first, last))

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.dates)

    def __getitem__(self, position: int) -> dict[str, tuple[str, ...]]:
        """Return the fields of one document, sorted by name."""
        first, last = self.entry_edges[position : position + 2].tolist()
        fields: dict[str, tuple[str, ...]] = {}
        for value in self.entries[first:last].tolist():
            name = self.names[int(np.searchsorted(self.name_edges, value, "right")) - 1]
            fields[name] = (*fields.get(name, ()), self.values[value])
        return fields

    def _find_name(self, name: str) -> tuple[int, int]:
        """Return the range of the values of a field, empty if no document has it."""
        place = bisect_left(range(len(self.names)), name, key=lambda row: self.names[row])
        if place == len(self.names) or self.names[place] != name:
            return 0, 0
        first, last = self.name_edges[place : place + 2].tolist()
        return first, last

    def has_field(self, name: str) -> bool:
        """Return whether at least one document has a value of the field."""
        first, last = self._find_name(name)
        return first < last

    def find_documents(self, name: str, value: str) -> Positions:
        """Return the positions, rising, of the documents with a value of a field, in any case."""
        first, last = self._find_name(name)
        folded, rows = fold_value(value), range(first, last)
        begin = bisect_left(rows, folded, key=lambda row: fold_value(self.values[row]))
        end = bisect_right(rows, folded, lo=begin, key=lambda row: fold_value(self.values[row]))
        return self._collect_documents(np.arange(first + begin, first + end))

    def find_in_folders(self, pattern: str) -> Positions:
        """Return the positions, rising, of the documents in the folders that a shell-style pattern matches.

        As in patterns of ids a star also matches slashes; "hr/**" matches the folder "hr", too.
        """
        pattern = pattern.removesuffix("/") or "/"
        patterns = {pattern, pattern.removesuffix("/**")}
        first, last = self._find_name(FOLDER)
        folders = self.values.slice_rows(first, last)
        rows = [find_matching_rows(folders, one) for one in patterns]
        return self._collect_documents(first + np.unique(np.concatenate(rows)))

    def find_between(self, earliest: int, latest: int) -> Positions:
        """Return the positions, rising, of the documents whose date is a number between two, both included."""
        days = np.asarray(self.dates)
        return np.flatnonzero((days != NO_DATE) & (days >= earliest) & (days <= latest))

    def _collect_documents(self, values: Positions) -> Positions:
        found = take_ranges(self.postings, self.posting_edges[values], self.posting_edges[values + 1])
        return np.unique(found).astype(np.int64)

    def count_folders(self) -> int:
        """Return how many folders have documents."""
        first, last = self._find_name(FOLDER)
        return last - first

    def count_values(self, name: str, allowed: Positions | None, limit: int) -> list[ValueCount]:
        """Return how many of the allowed documents have each value of a field, the most frequent ``limit`` first.

        Of values that differ only in case, the first spelling is shown. Equal counts are in the order of the values.
        """
        first, last = self._find_name(name)
        if first == last:
            return []
        start, *edges = self.posting_edges[first : last + 1].tolist()
        counts = np.diff([start, *edges])
        if allowed is not None:
            mask = np.zeros(len(self), dtype=np.bool_)
            mask[allowed] = True
            chosen = mask[self.postings[start : edges[-1]]]
            counts = np.add.reduceat(chosen, np.array([start, *edges[:-1]]) - start, dtype=np.int64)
        firsts = np.flatnonzero(self.is_first[first:last])
        totals = np.add.reduceat(counts, firsts, dtype=np.int64)
        best = np.lexsort((firsts, -totals))[:limit]
        kept = best[totals[best] > 0]
        return [ValueCount(self.values[first + int(firsts[row])], int(totals[row])) for row in kept.tolist()]

    def save(self, folder: Path) -> None:
        """Write arrays, no pickle, into ``folder``."""
        self.names.save(folder, NAMES)
        self.values.save(folder, VALUES)
        for name in ARRAYS:
            np.save(_locate(folder, name), getattr(self, name)[:], allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "FieldIndex":
        """Open what ``save`` wrote."""
        arrays: list[Any] = [
            (FileArray if name in READ_ON_ACCESS else open_array)(_locate(folder, name)) for name in ARRAYS
        ]
        return cls(StringTable.load(folder, NAMES), StringTable.load(folder, VALUES), *arrays)


def _find_edges(sizes: Sequence[int] | Positions) -> Positions:
    return np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)


def _locate(folder: Path, name: str) -> Path:
    return folder / f"field-{name.replace('_', '-')}.npy"
