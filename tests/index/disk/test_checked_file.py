"""What is read of a file is what was written, or an error."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.disk.checked_file import CheckedFile
from index.disk.checksums import BLOCK_BYTES, find_checksums, write_checksums
from index.errors import DamagedGeneration, UnreadableGeneration

# Four blocks, the last one shorter.
DATA = np.random.default_rng(0).bytes(3 * BLOCK_BYTES + 1000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "data").write_bytes(DATA)
    write_checksums(tmp_path / "data")
    return tmp_path / "data"


def flip(path: Path, place: int) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> CheckedFile:
    path = tmp_path_factory.mktemp("checked") / "data"
    path.write_bytes(DATA)
    write_checksums(path)
    return CheckedFile(path)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, len(DATA)), st.integers(0, 40_000)), max_size=5))
def test_ranges_are_those_of_the_file(shared: CheckedFile, ranges: list[tuple[int, int]]) -> None:
    """Within a block and across several, empty ones, and none at all."""
    inside = [(start, min(size, len(DATA) - start)) for start, size in ranges]
    starts, sizes = np.array(inside, dtype=np.int64).reshape(-1, 2).T
    assert shared.read_ranges(starts, sizes) == b"".join(DATA[start : start + size] for start, size in inside)


@pytest.mark.parametrize("place", [0, BLOCK_BYTES - 1, BLOCK_BYTES, 2 * BLOCK_BYTES + 5, len(DATA) - 1])
def test_a_damaged_byte_is_found_in_its_block_and_nowhere_else(path: Path, place: int) -> None:
    """Every other block can be read; the error names the file and the place."""
    flip(path, place)
    file = CheckedFile(path)
    for block in range(4):
        start = block * BLOCK_BYTES
        if block != place // BLOCK_BYTES:
            assert file.read(start, 100) == DATA[start : start + 100]
            continue
        with pytest.raises(DamagedGeneration, match=rf"data is damaged: its bytes from {start} on"):
            file.read(start, 100)
    with pytest.raises(DamagedGeneration):
        file.verify()


def test_damage_between_the_ends_of_a_long_range_is_found(path: Path) -> None:
    """Though both ends were verified before."""
    file = CheckedFile(path)
    file.read(0, 10)
    file.read(len(DATA) - 10, 10)
    flip(path, BLOCK_BYTES + 5)
    with pytest.raises(DamagedGeneration):
        file.read(0, len(DATA))


def test_a_file_changed_in_place_is_verified_again(path: Path) -> None:
    """Bytes that were verified before the change say nothing about those after it; restored, they can be read."""
    file = CheckedFile(path)
    assert file.read(100, 10) == DATA[100:110]
    flip(path, 105)
    for _ in range(2):
        with pytest.raises(DamagedGeneration):
            file.read(100, 10)
    flip(path, 105)
    assert file.read(100, 10) == DATA[100:110]


def test_a_file_changed_while_it_is_read_is_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the verification and the reading: no wrong byte comes out."""
    file, read = CheckedFile(path), os.pread
    changes = iter([50])

    def change_before_reading(descriptor: int, size: int, place: int) -> bytes:
        if size == 10 and next(changes, None):
            flip(path, 50)
        return read(descriptor, size, place)

    monkeypatch.setattr(os, "pread", change_before_reading)
    with pytest.raises(DamagedGeneration):
        file.read(45, 10)


def test_a_file_without_checksums_is_read_as_it_is(path: Path) -> None:
    """Its SHA-256 was compared when the generation was opened."""
    find_checksums(path).unlink()
    file = CheckedFile(path)
    file.verify()
    assert file.read(7, 50_000) == DATA[7:50_007]
    os.truncate(path, 30)
    with pytest.raises(DamagedGeneration, match="it ends too early"):
        file.read(7, 50_000)


def test_what_the_system_does_not_read_is_an_error_that_names_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that cannot be opened, and a disk that fails later."""
    with pytest.raises(UnreadableGeneration, match="nowhere cannot be read: No such file"):
        CheckedFile(path.parent / "nowhere")
    file = CheckedFile(path)

    def fail(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fail)
    with pytest.raises(UnreadableGeneration, match="data cannot be read: Input/output error"):
        file.read(0, 10)
