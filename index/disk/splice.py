"""Splice: how the rows of a new table follow from the rows of two others.

A generation that is built from the one before it copies the rows of all documents that did not change and takes the
others from what was just built. Documents are in order, so their rows are a few runs of neighbours in each table.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import RowSource, SpooledArray, split_into_blocks
from index.types import Positions

# The two tables.
OLD, FRESH = 0, 1
REMOVED = -1


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring rows ``[first, last)`` of one of the two tables."""

    table: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Splice:
    """The rows of a new table in order, as runs of rows of the table ``OLD`` and the table ``FRESH``."""

    runs: tuple[Run, ...]

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[int, int]]) -> "Splice":
        """Build it from single rows, each a table and a position; rows of one table must rise."""
        runs = []
        # Within a run, position minus place is the same.
        for (table, _), group in groupby(enumerate(rows), key=lambda item: (item[1][0], item[1][1] - item[0])):
            positions = [position for _, (_, position) in group]
            runs.append(Run(table, positions[0], positions[-1] + 1))
        return cls(tuple(runs))

    def __len__(self) -> int:
        """Return the number of rows of the new table."""
        return sum(run.last - run.first for run in self.runs)

    def widen(self, edges: Sequence[NDArray[np.int64]]) -> "Splice":
        """Return the splice of a finer table, in which row r of table t is the rows ``[edges[t][r], edges[t][r + 1])``.

        ``edges``: for each of the two tables, shape (rows + 1,).
        """
        runs = (Run(run.table, *edges[run.table][[run.first, run.last]].tolist()) for run in self.runs)
        return Splice(tuple(run for run in runs if run.first < run.last))

    def concatenate(self, tables: Sequence[RowSource]) -> NDArray[Any]:
        """Return the rows of the new table in memory.

        The two tables have the same dtype and, unless one is empty, the same width.
        """
        return np.concatenate([tables[OLD][:0], *self._read_pieces(tables)])

    def spool(self, tables: Sequence[RowSource], folder: Path | None) -> RowSource:
        """Return the rows of the new table as ``concatenate`` does, in a temporary file in ``folder``."""
        spooled = SpooledArray(folder, tables[OLD].dtype, tables[OLD].shape[1:])
        for piece in self._read_pieces(tables):
            spooled.append(piece)
        return spooled.open_array()

    def _read_pieces(self, tables: Sequence[RowSource]) -> Iterator[NDArray[Any]]:
        for run in self.runs:
            table = tables[run.table]
            yield from (table[rows] for rows in split_into_blocks(table, run.first, run.last))

    def map_positions(self, table: int, rows: int) -> Positions:
        """Return the new position of each row of a table of ``rows`` rows, ``REMOVED`` if it has none."""
        new = np.full(rows, REMOVED, dtype=np.int64)
        place = 0
        for run in self.runs:
            size = run.last - run.first
            if run.table == table:
                new[run.first : run.last] = np.arange(place, place + size)
            place += size
        return new

    def splice_edges(self, edges: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
        """Return the edges of the new table's rows in the finer table, shape (rows + 1,); ``edges`` as in ``widen``."""
        lengths = [np.diff(one) for one in edges]
        return np.concatenate([[0], np.cumsum(self.concatenate(lengths), dtype=np.int64)])
