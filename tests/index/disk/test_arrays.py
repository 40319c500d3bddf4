"""Rows that are read from a file are those that were written."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.disk.arrays import FileArray, SpooledArray, expand_ranges, take_ranges

ARRAY = np.arange(60, dtype=np.float16).reshape(20, 3)


@pytest.fixture
def rows(tmp_path: Path) -> FileArray:
    np.save(tmp_path / "rows.npy", ARRAY)
    return FileArray(tmp_path / "rows.npy")


@pytest.mark.parametrize("part", [slice(0, 20), slice(3, 7), slice(None), slice(18, 99), slice(7, 3), slice(-2, None)])
def test_a_slice_is_that_of_the_array(rows: FileArray, part: slice) -> None:
    """Beyond the end there is nothing, as in an array."""
    np.testing.assert_array_equal(rows[part], ARRAY[part])
    assert rows[part].dtype == ARRAY.dtype


@pytest.mark.parametrize("stays", [0, 10**9])
@pytest.mark.parametrize("places", [[], [(4, 5)], [(4, 7), (2, 3), (2, 3), (9, 9), (19, 20), (0, 1)], [(0, 20)]])
def test_ranges_are_taken_in_any_order(
    rows: FileArray, places: list[tuple[int, int]], stays: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neighbours, repetitions and none, of a large file as of a small one."""
    monkeypatch.setattr("index.disk.arrays.MAX_MAPPED_BYTES", stays)
    firsts, lasts = np.array(places, dtype=np.int64).reshape(-1, 2).T
    for taken in (rows.take_ranges(firsts, lasts), take_ranges(ARRAY, firsts, lasts)):
        np.testing.assert_array_equal(taken, np.concatenate([ARRAY[:0], *(ARRAY[a:b] for a, b in places)]))
        assert taken.dtype == ARRAY.dtype


def test_a_read_that_returns_less_is_continued(rows: FileArray, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system reads at most 2 GiB at once."""
    read = os.preadv
    monkeypatch.setattr(os, "preadv", lambda file, buffers, place: read(file, [buffers[0][:7]], place))
    np.testing.assert_array_equal(rows[3:17], ARRAY[3:17])


def test_an_empty_array_has_no_rows(tmp_path: Path) -> None:
    """It can be opened and read."""
    np.save(tmp_path / "none.npy", np.empty((0, 4), dtype=np.int8))
    rows = FileArray(tmp_path / "none.npy")
    assert (len(rows), rows[:].shape) == (0, (0, 4))


def test_a_file_cut_while_it_is_served_is_an_error(
    tmp_path: Path, rows: FileArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the command that checks the index, and no wrong rows are returned."""
    monkeypatch.setattr("index.disk.arrays.MAX_MAPPED_BYTES", 0)
    with (tmp_path / "rows.npy").open("r+b") as file:
        file.truncate(150)
    with pytest.raises(OSError, match="python -m index verify"):
        rows[:]
    with pytest.raises(OSError, match="python -m index verify"):
        rows.take_ranges(np.array([0, 19]), np.array([1, 20]))


def test_what_is_no_array_is_refused(tmp_path: Path) -> None:
    """With an error that opening a generation handles."""
    (tmp_path / "no.npy").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match=r"pickle|magic"):
        FileArray(tmp_path / "no.npy")


def test_a_spooled_array_has_the_appended_rows(tmp_path: Path) -> None:
    """In order; its file has no name and is deleted with the array."""
    spool = SpooledArray(tmp_path, np.float32)
    for part in (ARRAY[:5], ARRAY[5:5], ARRAY[5:]):
        spool.append(part)
    found = spool.open_array()
    np.testing.assert_array_equal(found, ARRAY.astype(np.float32))
    assert not list(tmp_path.iterdir())


def test_an_empty_spooled_array_has_no_rows(tmp_path: Path) -> None:
    """Whether nothing was appended or rows of no width."""
    empty, narrow = SpooledArray(tmp_path, np.int8), SpooledArray(tmp_path, np.int8)
    narrow.append(np.empty((3, 0), dtype=np.int8))
    assert len(empty.open_array()) == 0
    assert narrow.open_array().shape == (3, 0)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9)), max_size=12))
def test_ranges_expand_to_their_positions(pairs: list[tuple[int, int]]) -> None:
    """Empty ranges add nothing, and no ranges give no positions."""
    expected = [row for first, length in pairs for row in range(first, first + length)]
    assert expand_ranges([a for a, _ in pairs], [a + n for a, n in pairs]).tolist() == expected
