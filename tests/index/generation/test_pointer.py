"""The pointer to the generation that is served, and what happens when it is lost."""

from pathlib import Path

import pytest

from index.errors import DamagedGeneration, LostPointer, UsageError
from index.generation.directory import IndexDirectory
from index.generation.pointer import CURRENT
from tests.index.generation.test_directory import build, text_of


@pytest.mark.parametrize(
    ("pointer", "words"),
    [
        (None, "is missing"),
        (b"", "names '', which does not exist"),
        (b"000009-deadbeef\n", "names '000009-deadbeef', which does not exist"),
        (b"\xff\xfe", "names '..', which does not exist"),
        (b"x" * 5000, "names 'x+', which does not exist"),
    ],
)
def test_a_lost_pointer_serves_nothing_and_names_the_command(tmp_path: Path, pointer: bytes | None, words: str) -> None:
    """The newest generation may be one that was rolled back; that nobody notices must not happen."""
    build(tmp_path, "One cat.")
    newest = build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    directory.roll_back()
    path = tmp_path / "index" / CURRENT
    path.unlink()
    if pointer is not None:
        path.write_bytes(pointer)
    remedy = f"python -m index rollback --to {newest} --index {directory.root}$"
    for method in (directory.find_current, directory.require_current, directory.open_current, directory.roll_back):
        with pytest.raises(LostPointer, match=rf"CURRENT {words}.*{remedy}"):
            method()
    directory.serve_named(newest)
    assert text_of(directory) == "Two cats."


def test_a_build_repairs_a_lost_pointer(tmp_path: Path) -> None:
    """It serves what it has built, though nothing has changed."""
    build(tmp_path, "One cat.")
    (tmp_path / "index" / CURRENT).unlink()
    assert build(tmp_path, "One cat.") == IndexDirectory(tmp_path / "index").find_current()


def test_a_pointer_that_cannot_be_read_is_an_error_that_says_so(tmp_path: Path) -> None:
    """It is not taken for a lost one."""
    build(tmp_path, "One cat.")
    path = tmp_path / "index" / CURRENT
    path.unlink()
    path.mkdir()
    with pytest.raises(LostPointer, match="CURRENT cannot be read: Is a directory"):
        IndexDirectory(tmp_path / "index").find_current()


def test_a_pointer_that_moves_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build has published, and pruned the generation that was named."""
    build(tmp_path, "One cat.", keep=1)
    directory, original = IndexDirectory(tmp_path / "index"), IndexDirectory.list_folders

    def slowly(self: IndexDirectory) -> list[str]:
        monkeypatch.setattr(IndexDirectory, "list_folders", original)
        build(tmp_path, "Two cats.", keep=1)
        return original(self)

    monkeypatch.setattr(IndexDirectory, "list_folders", slowly)
    assert directory.find_current() == directory.list_generations()[-1]


def test_a_pointer_that_may_be_lost_is_set_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Readers see the new name already, so that a failure to sync the folder fails no build."""
    first, _ = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")

    def sync_files_only(path: Path) -> None:
        if path.is_dir():
            raise OSError(5, "Input/output error")

    monkeypatch.setattr("index.generation.pointer.sync_to_disk", sync_files_only)
    directory.set_current(first)
    assert directory.find_current() == first
    assert "may be lost in a power failure" in caplog.text


def test_a_named_generation_is_served_if_it_is_intact(tmp_path: Path) -> None:
    """An older one or a newer one; otherwise nothing changes."""
    first, second = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    for name, text in ((first, "One cat."), (second, "Two cats.")):
        directory.serve_named(name)
        assert text_of(directory) == text
    with pytest.raises(UsageError, match=rf"invalid value '000009-dead' for --to: must be one of {first}, {second}"):
        directory.serve_named("000009-dead")
    (directory.root / first / "units.npy").unlink()
    with pytest.raises(DamagedGeneration, match=r"units\.npy is missing"):
        directory.serve_named(first)
    assert directory.find_current() == second
