"""The index folder and what it serves."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build_index
from index.errors import BuildLocked, DamagedGeneration, NoGeneration
from index.settings import IndexSettings
from index.shelf import CURRENT, UNFINISHED, Shelf
from tests.doubles import WordEncoder


def build(folder: Path, text: str, keep: int = 3) -> str:
    """Builds an index of one text and says which generation that made."""
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "texts" / "a.txt").write_text(text, encoding="utf-8")
    settings = IndexSettings(index=str(folder / "index"), keep=keep)
    return build_index(folder / "texts", settings, WordEncoder()).manifest.generation


def text_of(shelf: Shelf) -> str:
    return shelf.open().contents.documents[0].text


def test_the_newest_build_is_served_and_numbers_rise(tmp_path: Path) -> None:
    """Each build has its own name, later ones sort later."""
    first, second = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    shelf = Shelf(tmp_path / "index")
    assert shelf.names() == [first, second]
    assert first < second == shelf.current()
    assert text_of(shelf) == "Two cats."


@pytest.mark.parametrize("pointer", [None, b"", b"000009-deadbeef\n", b"\xff\xfe"])
def test_a_lost_pointer_serves_the_newest(tmp_path: Path, pointer: bytes | None) -> None:
    """Missing, empty, wrong or garbage."""
    build(tmp_path, "One cat.")
    newest = build(tmp_path, "Two cats.")
    path = tmp_path / "index" / CURRENT
    path.unlink()
    if pointer is not None:
        path.write_bytes(pointer)
    assert Shelf(tmp_path / "index").open().manifest.generation == newest


def test_a_damaged_generation_gives_way_to_the_one_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is served meanwhile, and the log names the file and the command that mends it."""
    build(tmp_path, "One cat.")
    damaged = build(tmp_path, "Two cats.")
    shelf = Shelf(tmp_path / "index")
    (shelf.root / damaged / "documents.jsonl").write_text("", encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert text_of(shelf) == "One cat."
    assert "documents.jsonl" in caplog.text
    assert "python -m index build" in caplog.text
    mended = build(tmp_path, "Two cats.")
    assert shelf.current() == mended != damaged
    assert text_of(shelf) == "Two cats."


def test_building_what_the_stand_in_holds_still_mends(tmp_path: Path) -> None:
    """The damaged generation is replaced although an older whole one has the same texts."""
    build(tmp_path, "One cat.")
    damaged = build(tmp_path, "Two cats.")
    shelf = Shelf(tmp_path / "index")
    (shelf.root / damaged / "keys.npy").unlink()
    assert build(tmp_path, "One cat.") == shelf.current() != damaged
    assert text_of(shelf) == "One cat."


def test_where_nothing_is_whole_the_error_says_so(tmp_path: Path) -> None:
    """One damaged generation alone cannot be served."""
    only = build(tmp_path, "One cat.")
    (tmp_path / "index" / only / "units.npy").write_bytes(b"x")
    with pytest.raises(DamagedGeneration, match=r"units\.npy is damaged.*no generation before it is whole"):
        Shelf(tmp_path / "index").open()


def test_rolling_back_serves_the_one_before(tmp_path: Path) -> None:
    """Once; before the first there is nothing."""
    first = build(tmp_path, "One cat.")
    build(tmp_path, "Two cats.")
    shelf = Shelf(tmp_path / "index")
    assert shelf.rollback() == first == shelf.current()
    assert text_of(shelf) == "One cat."
    with pytest.raises(NoGeneration, match="nothing was changed"):
        shelf.rollback()


def test_old_generations_are_pruned_and_the_served_one_never(tmp_path: Path) -> None:
    """As many as the setting says are kept."""
    names = [build(tmp_path, f"Cat {i}.", keep=2) for i in range(4)]
    shelf = Shelf(tmp_path / "index")
    assert shelf.names() == names[2:]
    shelf.point(names[2])
    assert shelf.prune(1) == []
    assert shelf.names() == names[2:]


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    """A second process is told at once; when it is gone the lock is free."""
    build(tmp_path, "One cat.")
    holder = "import sys; from pathlib import Path; from index.shelf import Shelf\nwith Shelf(Path(sys.argv[1])).lock(): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holder, str(tmp_path / "index")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(BuildLocked, match="another build is at work"):
            build(tmp_path, "Two cats.")
        other.kill()
    assert build(tmp_path, "Two cats.")


def test_leftovers_of_killed_builds_are_removed(tmp_path: Path) -> None:
    """And are never taken for a generation."""
    build(tmp_path, "One cat.")
    leftover = tmp_path / "index" / f"{UNFINISHED}123"
    leftover.mkdir()
    (leftover / "documents.jsonl").write_text("half", encoding="utf-8")
    build(tmp_path, "Two cats.")
    assert not leftover.exists()
    assert len(Shelf(tmp_path / "index").names()) == 2
