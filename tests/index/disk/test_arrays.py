"""Rows that are read from a file are those that were written."""

from pathlib import Path

import numpy as np
import pytest

from index.disk.arrays import FileRows, Spool, take

ARRAY = np.arange(60, dtype=np.float16).reshape(20, 3)


@pytest.fixture
def rows(tmp_path: Path) -> FileRows:
    np.save(tmp_path / "rows.npy", ARRAY)
    return FileRows(tmp_path / "rows.npy")


@pytest.mark.parametrize("part", [slice(0, 20), slice(3, 7), slice(None), slice(18, 99), slice(7, 3), slice(-2, None)])
def test_a_stretch_is_that_of_the_array(rows: FileRows, part: slice) -> None:
    """Beyond the end there is nothing, as in an array."""
    np.testing.assert_array_equal(rows[part], ARRAY[part])
    assert rows[part].dtype == ARRAY.dtype


@pytest.mark.parametrize("stays", [0, 10**9])
@pytest.mark.parametrize("places", [[], [(4, 5)], [(4, 7), (2, 3), (2, 3), (9, 9), (19, 20), (0, 1)], [(0, 20)]])
def test_stretches_are_taken_in_any_order(
    rows: FileRows, places: list[tuple[int, int]], stays: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs, repeats and none, of a large file as of a small one."""
    monkeypatch.setattr("index.disk.arrays.STAYS", stays)
    firsts, lasts = np.array(places, dtype=np.int64).reshape(-1, 2).T
    for taken in (rows.take(firsts, lasts), take(ARRAY, firsts, lasts)):
        np.testing.assert_array_equal(taken, np.concatenate([ARRAY[:0], *(ARRAY[a:b] for a, b in places)]))
        assert taken.dtype == ARRAY.dtype


def test_an_empty_array_has_no_rows(tmp_path: Path) -> None:
    """And is no error."""
    np.save(tmp_path / "none.npy", np.empty((0, 4), dtype=np.int8))
    rows = FileRows(tmp_path / "none.npy")
    assert (len(rows), rows[:].shape) == (0, (0, 4))


def test_a_file_cut_while_it_is_served_is_an_error(
    tmp_path: Path, rows: FileRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what checks the index, and gives no other rows."""
    monkeypatch.setattr("index.disk.arrays.STAYS", 0)
    with (tmp_path / "rows.npy").open("r+b") as file:
        file.truncate(150)
    with pytest.raises(OSError, match="python -m index verify"):
        rows[:]
    with pytest.raises(OSError, match="python -m index verify"):
        rows.take(np.array([0, 19]), np.array([1, 20]))


def test_what_is_no_array_is_refused(tmp_path: Path) -> None:
    """By the error that reading an index turns into a sentence."""
    (tmp_path / "no.npy").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match=r"pickle|magic"):
        FileRows(tmp_path / "no.npy")


def test_a_spool_gives_what_was_put_in(tmp_path: Path) -> None:
    """One behind the other, whatever their number; the file has no name and is gone with the array."""
    spool = Spool(tmp_path, np.float32)
    for part in (ARRAY[:5], ARRAY[5:5], ARRAY[5:]):
        spool.add(part)
    found = spool.mapped()
    np.testing.assert_array_equal(found, ARRAY.astype(np.float32))
    assert not list(tmp_path.iterdir())


def test_a_spool_of_nothing_has_no_rows(tmp_path: Path) -> None:
    """Whether nothing was put in or rows of no width."""
    empty, narrow = Spool(tmp_path, np.int8), Spool(tmp_path, np.int8)
    narrow.add(np.empty((3, 0), dtype=np.int8))
    assert len(empty.mapped()) == 0
    assert narrow.mapped().shape == (3, 0)
