"""Damage to a generation while it is served."""

import logging
import os
import shutil
from pathlib import Path

import pytest

from index.errors import DamagedGeneration, UnreadableGeneration
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from tests.index.generation.test_directory import build


@pytest.fixture
def served(tmp_path: Path) -> Generation:
    build(tmp_path, "One cat.")
    return IndexDirectory(tmp_path / "index").open_current()


def test_an_intact_generation_has_no_fault(served: Generation) -> None:
    """Neither at once nor after its files were touched, linked and written again as they were."""
    assert served.damage.find_fault() is None
    units = served.folder / "units.npy"
    units.touch()
    assert served.damage.find_fault() is None
    os.link(units, served.folder.parent / "backup")
    assert served.damage.find_fault() is None
    data = units.read_bytes()
    units.unlink()
    units.write_bytes(data)
    assert served.damage.find_fault() is None


@pytest.mark.parametrize("name", ["documents/texts.npy", "manifest.json"])
@pytest.mark.parametrize("harm", ["cut", "changed", "replaced", "removed"])
def test_a_file_harmed_while_it_is_served_is_named(
    served: Generation, name: str, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As long as it is so: the log says it once, with the command that repairs it."""
    path = served.folder / name
    original, kept = path.read_bytes(), path.with_name("kept")
    if harm == "cut":
        os.truncate(path, 100)
    elif harm == "changed":
        path.write_bytes(original[:-1] + b"?")
    else:
        path.rename(kept)
        if harm == "replaced":
            path.write_bytes(original[:-1] + b"?")
    with caplog.at_level(logging.ERROR):
        found = [served.damage.find_fault() for _ in range(3)]
    assert found[0]
    assert len(set(found)) == 1
    assert f"{path} is {'missing' if harm == 'removed' else ''}" in found[0]
    remedy = f"python -m index build {served.manifest.source or 'FOLDER'} --index {served.folder.parent}"
    assert [record.getMessage() for record in caplog.records] == [f"{found[0]}; repair it with: {remedy}"]
    path.write_bytes(original)
    assert served.damage.find_fault() is None


def test_what_a_reader_came_upon_stays_a_fault(served: Generation, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged block does, because no file has changed since; a disk that did not answer may answer again."""
    with caplog.at_level(logging.ERROR):
        served.damage.record(UnreadableGeneration("texts.npy cannot be read: Stale file handle"))
    assert "Stale file handle" in caplog.text
    assert served.damage.find_fault() is None
    served.damage.record(DamagedGeneration("texts.npy is damaged: its bytes from 0 on are not those that were written"))
    assert "its bytes from 0 on" in (served.damage.find_fault() or "")


def test_a_pruned_generation_is_not_damaged(served: Generation, tmp_path: Path) -> None:
    """It is served until the newer one is open; one that should be there and is not is damaged."""
    folder = served.folder
    kept = folder.rename(tmp_path / "kept")
    assert f"{folder / 'manifest.json'} is missing" in (served.damage.find_fault() or "")
    kept.rename(folder)
    assert served.damage.find_fault() is None
    build(tmp_path, "Two cats.", keep=1)
    assert not folder.exists()
    assert served.damage.find_fault() is None


def test_an_index_folder_that_is_gone_is_a_fault_until_it_is_back(served: Generation, tmp_path: Path) -> None:
    """As when a network share is lost; what is in memory or open can still be read."""
    (tmp_path / "index").rename(tmp_path / "lost")
    assert "is missing" in (served.damage.find_fault() or "")
    assert served.contents.documents[0].text == "One cat."
    shutil.move(tmp_path / "lost", tmp_path / "index")
    assert served.damage.find_fault() is None
