"""Rows that are read from a file are those that were written."""

import os
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import DTypeLike, NDArray

from index.disk.arrays import (
    FileArray,
    SpooledArray,
    expand_ranges,
    open_array,
    save_rows,
    take_ranges,
    take_rows,
)
from index.disk.checksums import write_checksums
from index.errors import DamagedGeneration

ARRAY = np.arange(60, dtype=np.float16).reshape(20, 3)


def write_rows(folder: Path) -> FileArray:
    np.save(folder / "rows.npy", ARRAY)
    return FileArray(folder / "rows.npy")


@pytest.mark.parametrize("loaded", [0, 10**9])
@pytest.mark.parametrize("part", [slice(0, 20), slice(3, 7), slice(None), slice(18, 99), slice(7, 3), slice(-2, None)])
def test_a_slice_is_that_of_the_array(
    tmp_path: Path, part: slice, loaded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the end there is nothing, as in an array; of a large file as of a small one."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", loaded)
    rows = write_rows(tmp_path)
    np.testing.assert_array_equal(rows[part], ARRAY[part])
    assert rows[part].dtype == ARRAY.dtype


@pytest.mark.parametrize("loaded", [0, 10**9])
@pytest.mark.parametrize("places", [[], [(4, 5)], [(4, 7), (2, 3), (2, 3), (9, 9), (19, 20), (0, 1)], [(0, 20)]])
def test_ranges_are_taken_in_any_order(
    tmp_path: Path, places: list[tuple[int, int]], loaded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neighbours, repetitions and none, of a large file as of a small one."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", loaded)
    firsts, lasts = np.array(places, dtype=np.int64).reshape(-1, 2).T
    for taken in (write_rows(tmp_path).take_ranges(firsts, lasts), take_ranges(ARRAY, firsts, lasts)):
        np.testing.assert_array_equal(taken, np.concatenate([ARRAY[:0], *(ARRAY[a:b] for a, b in places)]))
        assert taken.dtype == ARRAY.dtype


@pytest.mark.parametrize("loaded", [0, 10**9])
@pytest.mark.parametrize("places", [[], [19, 4, 4, 0]])
def test_rows_are_taken_in_any_order(
    tmp_path: Path, places: list[int], loaded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repetitions and none, of a large file as of a small one."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", loaded)
    positions = np.array(places, dtype=np.int64)
    for taken in (write_rows(tmp_path).take_rows(positions), take_rows(ARRAY, positions)):
        np.testing.assert_array_equal(taken, ARRAY[positions])
        assert taken.dtype == ARRAY.dtype


def test_a_slice_of_a_large_file_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the parts are."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", 0)
    monkeypatch.setattr("index.disk.arrays.MAX_READ_BYTES", 7)
    np.testing.assert_array_equal(write_rows(tmp_path)[3:17], ARRAY[3:17])


@pytest.mark.parametrize("loaded", [0, 10**9])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_opened_array_is_the_one_that_was_saved(
    tmp_path: Path, order: Literal["C", "F"], loaded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By rows and by columns, read or mapped."""
    monkeypatch.setattr("index.disk.arrays.MAX_UNMAPPED_BYTES", loaded)
    np.save(tmp_path / "array.npy", np.asarray(ARRAY, order=order))
    found = open_array(tmp_path / "array.npy")
    np.testing.assert_array_equal(found, ARRAY)
    assert found.flags.f_contiguous == (order == "F")
    assert not found.flags.writeable


def test_a_small_file_may_be_cut_while_it_is_served(tmp_path: Path) -> None:
    """Its rows are in memory: a map would end the process."""
    rows = write_rows(tmp_path)
    array = open_array(tmp_path / "rows.npy")
    os.truncate(tmp_path / "rows.npy", 0)
    np.testing.assert_array_equal(rows[:], ARRAY)
    np.testing.assert_array_equal(array, ARRAY)


def test_an_empty_array_has_no_rows(tmp_path: Path) -> None:
    """It can be opened and read."""
    np.save(tmp_path / "none.npy", np.empty((0, 4), dtype=np.int8))
    rows = FileArray(tmp_path / "none.npy")
    assert (len(rows), rows[:].shape) == (0, (0, 4))


def test_a_large_file_cut_while_it_is_served_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the file, and no wrong rows are returned."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", 0)
    rows = write_rows(tmp_path)
    os.truncate(tmp_path / "rows.npy", 150)
    with pytest.raises(DamagedGeneration, match=r"rows\.npy is damaged: it ends too early"):
        rows[:]
    with pytest.raises(DamagedGeneration, match=r"rows\.npy is damaged: it ends too early"):
        rows.take_ranges(np.array([0, 19]), np.array([1, 20]))


@pytest.mark.parametrize("loaded", [0, 10**9])
def test_a_damaged_byte_of_an_array_with_checksums_is_found(
    tmp_path: Path, loaded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in its header, and when it is opened if all of it is needed."""
    for limit in ("MAX_LOADED_BYTES", "MAX_UNMAPPED_BYTES"):
        monkeypatch.setattr(f"index.disk.arrays.{limit}", loaded)
    path = tmp_path / "rows.npy"
    np.save(path, ARRAY)
    write_checksums(path)
    original = path.read_bytes()
    for place in (0, 60, 130, len(original) - 1):
        damaged = bytearray(original)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(DamagedGeneration, match=r"rows\.npy is damaged: its bytes from 0 on"):
            open_array(path)
        with pytest.raises(DamagedGeneration, match=r"rows\.npy is damaged: its bytes from 0 on"):
            FileArray(path)[:]


def test_what_is_no_array_is_refused(tmp_path: Path) -> None:
    """With an error that opening a generation handles."""
    (tmp_path / "no.npy").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="magic"):
        FileArray(tmp_path / "no.npy")
    np.save(tmp_path / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="holds a pickle"):
        FileArray(tmp_path / "pickle.npy")


@pytest.mark.parametrize("loaded", [0, 10**9])
def test_a_spooled_array_has_the_appended_rows(tmp_path: Path, loaded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, if they are read from the file as if they are in memory; its file has no name."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_SPOOL_BYTES", loaded)
    monkeypatch.setattr("index.disk.arrays.BLOCK_BYTES", 50)
    spool = SpooledArray(tmp_path, np.float32)
    for part in (ARRAY[:5], ARRAY[5:5], ARRAY[5:]):
        spool.append(part)
    found = spool.open_array()
    assert isinstance(found, np.ndarray) == (loaded > 0)
    np.testing.assert_array_equal(found[:], ARRAY.astype(np.float32))
    np.testing.assert_array_equal(take_rows(found, np.array([7, 0, 7])), ARRAY[[7, 0, 7]])
    columns = spool.read_columns()
    assert columns.flags.f_contiguous
    np.testing.assert_array_equal(columns, ARRAY)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("loaded", [0, 10**9])
@pytest.mark.parametrize("rows", [ARRAY, ARRAY[:, 0], ARRAY[:0], ARRAY[:, :0]])
@pytest.mark.parametrize("dtype", [None, np.float32])
def test_rows_are_saved_as_numpy_saves_them(
    tmp_path: Path, rows: NDArray[Any], loaded: int, dtype: DTypeLike | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte by byte, from memory or block by block from a file, converted or as they are."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_SPOOL_BYTES", loaded)
    monkeypatch.setattr("index.disk.arrays.BLOCK_BYTES", 20)
    spool = SpooledArray(tmp_path, rows.dtype)
    spool.append(rows)
    save_rows(tmp_path / "rows.npy", spool.open_array(), dtype)
    np.save(tmp_path / "expected.npy", rows.astype(dtype or rows.dtype))
    assert (tmp_path / "rows.npy").read_bytes() == (tmp_path / "expected.npy").read_bytes()


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
