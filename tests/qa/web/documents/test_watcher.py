"""What changes in a folder is noticed, and nothing else."""

import shutil
from collections.abc import Iterator
from multiprocessing.connection import wait
from pathlib import Path

import pytest

from qa.web.documents.watcher import FolderWatcher
from tests.qa.web.documents.served import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with a file, in a folder of its own."""
    folder = tmp_path / "outer" / "texts"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("a", encoding="utf-8")
    return folder


@pytest.fixture
def watcher(source: Path) -> Iterator[FolderWatcher]:
    """A watcher of the folder that has seen a first change, so that it is known to watch."""
    watcher = FolderWatcher(source)
    start(watcher, source / "first.txt")
    yield watcher
    watcher.stop()


def start(watcher: FolderWatcher, file: Path) -> None:
    """Change a file until it is noticed, and wait until nothing more is reported."""

    def is_noticed() -> bool:
        file.write_text(file.read_text(encoding="utf-8") + "x" if file.exists() else "x", encoding="utf-8")
        return bool(wait([watcher.changes], 1))

    wait_until(is_noticed)
    while wait([watcher.changes], 2):
        watcher.take_changes()


def test_changes_below_the_folder_are_noticed(watcher: FolderWatcher, source: Path) -> None:
    """New folders with files, renamed and removed ones; each is reported once."""
    assert not watcher.take_changes()
    (source / "inner").mkdir()
    (source / "inner" / "b.txt").write_text("b", encoding="utf-8")
    wait_until(watcher.take_changes)
    (source / "inner").rename(source / "other")
    wait_until(watcher.take_changes)
    (source / "a.txt").unlink()
    wait_until(watcher.take_changes)


def test_what_a_build_does_not_read_is_not_noticed(watcher: FolderWatcher, source: Path) -> None:
    """Hidden files, which editors write, and what is beside the folder; a visible file after them is."""
    (source / ".a.txt.swp").write_text("a", encoding="utf-8")
    (source / ".git").mkdir()
    (source / ".git" / "index").write_text("a", encoding="utf-8")
    (source.parent / "beside.txt").write_text("a", encoding="utf-8")
    assert not wait([watcher.changes], 3)
    (source / "b.txt").write_text("b", encoding="utf-8")
    wait_until(watcher.take_changes)


def test_the_rules_of_an_ignore_file_are_followed_as_they_are_now(watcher: FolderWatcher, source: Path) -> None:
    """A change of the file itself is noticed, and one that it names no longer."""
    (source / ".netsphereignore").write_text("drafts/\n*.log", encoding="utf-8")
    wait_until(watcher.take_changes)
    (source / "drafts").mkdir()
    (source / "drafts" / "a.txt").write_text("a", encoding="utf-8")
    (source / "a.log").write_text("a", encoding="utf-8")
    assert not wait([watcher.changes], 3)
    (source / ".netsphereignore").write_text("*.log", encoding="utf-8")
    wait_until(watcher.take_changes)
    (source / "drafts" / "b.txt").write_text("b", encoding="utf-8")
    wait_until(watcher.take_changes)


def test_a_folder_that_is_gone_is_waited_for(
    watcher: FolderWatcher, source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so; one that comes in its place is followed."""
    shutil.rmtree(source)
    wait_until(lambda: f"cannot watch {source}" in caplog.text)
    watcher.take_changes()
    source.mkdir()
    wait_until(watcher.take_changes)
    start(watcher, source / "c.txt")


def test_a_single_file_is_followed_though_an_editor_replaces_it(source: Path) -> None:
    """Its neighbours are not."""
    watcher = FolderWatcher(source / "a.txt")
    start(watcher, source / "a.txt")
    (source / "b.txt").write_text("b", encoding="utf-8")
    assert not wait([watcher.changes], 3)
    (source / "new").write_text("new", encoding="utf-8")
    (source / "new").replace(source / "a.txt")
    wait_until(watcher.take_changes)
    watcher.stop()
