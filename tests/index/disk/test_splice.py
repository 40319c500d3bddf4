"""A spliced table has the rows of two others in their new order."""

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.disk.splice import FRESH, OLD, REMOVED, Run, Splice

# Which rows of the old table stay, and before which of them fresh rows go.
KEPT = st.sets(st.integers(0, 9))
FRESH_PLACES = st.lists(st.integers(0, 10), max_size=5).map(sorted)


def mix_rows(kept: set[int], places: list[int]) -> list[tuple[int, int]]:
    rows = [(position, OLD, position) for position in kept] + [(at - 0.5, FRESH, n) for n, at in enumerate(places)]
    return [(table, position) for _, table, position in sorted(rows)]


@given(KEPT, FRESH_PLACES)
def test_rows_are_those_that_were_asked_for(kept: set[int], places: list[int]) -> None:
    """In their order, and every old row knows its new position."""
    rows = mix_rows(kept, places)
    splice = Splice.from_rows(rows)
    old, fresh = np.arange(10), np.arange(100, 100 + len(places))
    taken = splice.concatenate([old, fresh])
    assert taken.tolist() == [[old, fresh][table][position] for table, position in rows]
    assert len(splice) == len(rows)
    for table, source in enumerate((old, fresh)):
        for position, new in enumerate(splice.map_positions(table, len(source)).tolist()):
            assert (taken[new] == source[position]) if new != REMOVED else ((table, position) not in rows)


@given(KEPT, FRESH_PLACES, st.lists(st.integers(0, 3), min_size=15, max_size=15))
def test_a_finer_table_follows(kept: set[int], places: list[int], sizes: list[int]) -> None:
    """Each row takes its own rows with it, which may be none."""
    rows = mix_rows(kept, places)
    edges = [np.cumsum([0, *sizes[:10]]), np.cumsum([0, *sizes[10 : 10 + len(places)]])]
    finer = [np.arange(edges[OLD][-1]), 100 + np.arange(edges[FRESH][-1])]
    splice = Splice.from_rows(rows)
    expected = [finer[table][edges[table][row] : edges[table][row + 1]].tolist() for table, row in rows]
    assert splice.widen(edges).concatenate(finer).tolist() == list(chain.from_iterable(expected))
    assert np.diff(splice.splice_edges(edges)).tolist() == [len(own) for own in expected]


def test_large_tables_are_copied_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into a file, which has the same rows."""
    monkeypatch.setattr("index.disk.arrays.BLOCK_BYTES", 40)
    old, fresh = np.arange(60, dtype=np.float16).reshape(20, 3), np.zeros((0, 0), dtype=np.float16)
    splice = Splice((Run(OLD, 0, 9), Run(OLD, 11, 20)))
    copied = splice.spool([old, fresh], tmp_path)
    np.testing.assert_array_equal(copied, np.delete(old, [9, 10], axis=0))
    assert copied.dtype == np.float16
