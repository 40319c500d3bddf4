"""The index directory and the generation that it serves."""

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from index.build.pipeline import build_index
from index.errors import (
    BuildInProgress,
    DamagedGeneration,
    GenerationNotFound,
    UnreadableGeneration,
)
from index.generation.directory import UNFINISHED, IndexDirectory
from index.generation.generation import Generation
from index.generation.integrity import find_violations
from index.generation.manifest import MANIFEST_NAME
from index.settings import IndexSettings
from tests.doubles import WordEncoder


def build(folder: Path, text: str, keep: int = 3) -> str:
    """Build an index of one text and return the name of the new generation."""
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "texts" / "a.txt").write_text(text, encoding="utf-8")
    settings = IndexSettings(index=str(folder / "index"), keep=keep)
    return build_index(folder / "texts", settings, WordEncoder()).manifest.generation


def text_of(directory: IndexDirectory) -> str:
    return directory.open_current().contents.documents[0].text


def test_the_newest_build_is_served_and_numbers_rise(tmp_path: Path) -> None:
    """Each build has its own name, later ones sort later."""
    first, second = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    assert directory.list_generations() == [first, second]
    assert first < second == directory.find_current()
    assert text_of(directory) == "Two cats."


def test_a_generation_without_a_manifest_is_damaged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is not passed over without a word, and its number is not given away again."""
    first, second = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    (directory.root / second / MANIFEST_NAME).unlink()
    assert directory.find_current() == second
    with caplog.at_level(logging.ERROR):
        assert directory.open_current().manifest.generation == first
    assert f"{second}/{MANIFEST_NAME} is missing" in caplog.text
    assert build(tmp_path, "Two cats.").startswith("000003-")


@pytest.mark.parametrize("file", [MANIFEST_NAME, "units.npy"])
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(
    tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a traceback nor another error; root may read everything, so the system refuses here."""
    only = build(tmp_path, "One cat.")
    path = tmp_path / "index" / only / file
    original = Path.open

    def refuse(self: Path, *mode: Any, **options: Any) -> Any:  # noqa: ANN401  (as Path.open)
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return original(self, *mode, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableGeneration, match=f"{file} cannot be read: Permission denied"):
        IndexDirectory(tmp_path / "index").open_current()


def test_a_damaged_generation_gives_way_to_the_one_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """That one is served, and the log names the damaged file and the command that repairs it."""
    build(tmp_path, "One cat.")
    damaged = build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    (directory.root / damaged / "documents" / "texts.npy").write_bytes(b"")
    with caplog.at_level(logging.ERROR):
        assert text_of(directory) == "One cat."
    assert "texts.npy" in caplog.text
    assert "python -m index build" in caplog.text
    repaired = build(tmp_path, "Two cats.")
    assert directory.find_current() == repaired != damaged
    assert text_of(directory) == "Two cats."


def test_building_the_texts_of_the_generation_before_still_repairs(tmp_path: Path) -> None:
    """The damaged generation is replaced although an older intact one has the same texts."""
    build(tmp_path, "One cat.")
    damaged = build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    (directory.root / damaged / "keys.npy").unlink()
    assert build(tmp_path, "One cat.") == directory.find_current() != damaged
    assert text_of(directory) == "One cat."


def test_the_error_says_if_no_generation_is_intact(tmp_path: Path) -> None:
    """One damaged generation alone cannot be served."""
    only = build(tmp_path, "One cat.")
    (tmp_path / "index" / only / "units.npy").write_bytes(b"x")
    with pytest.raises(DamagedGeneration, match=r"units\.npy is damaged.*no generation before it is intact"):
        IndexDirectory(tmp_path / "index").open_current()


def test_rolling_back_serves_the_one_before(tmp_path: Path) -> None:
    """Once; before the first there is nothing."""
    first = build(tmp_path, "One cat.")
    build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    assert directory.roll_back() == first == directory.find_current()
    assert text_of(directory) == "One cat."
    with pytest.raises(GenerationNotFound, match="nothing was changed"):
        directory.roll_back()


def test_old_generations_are_pruned_and_the_served_one_never(tmp_path: Path) -> None:
    """As many as the setting says are kept."""
    names = [build(tmp_path, f"Cat {i}.", keep=2) for i in range(4)]
    directory = IndexDirectory(tmp_path / "index")
    assert directory.list_generations() == names[2:]
    directory.set_current(names[2])
    assert directory.prune_generations(1) == []
    assert directory.list_generations() == names[2:]


def test_a_generation_disappears_before_its_files_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process killed while it removes one leaves no part of a generation behind."""
    first, second = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")
    seen: list[list[str]] = []
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: seen.append(directory.list_generations()))
    assert directory.prune_generations(1) == [first]
    assert seen == [[second]]


def test_a_generation_that_cannot_be_removed_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and is not reported as removed."""
    first, _ = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    directory = IndexDirectory(tmp_path / "index")

    def refuse(path: Path, _: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "rename", refuse)
    assert directory.prune_generations(1) == []
    assert f"{first} is no longer needed and cannot be removed" in caplog.text


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    """The second one fails immediately; the lock of a killed process is released."""
    build(tmp_path, "One cat.")
    holder = "import sys; from pathlib import Path; from index.generation.directory import IndexDirectory\nwith IndexDirectory(Path(sys.argv[1])).acquire_lock(): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holder, str(tmp_path / "index")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(BuildInProgress, match="another build is running"):
            build(tmp_path, "Two cats.")
        other.kill()
    assert build(tmp_path, "Two cats.")


def test_leftovers_of_killed_builds_are_removed(tmp_path: Path) -> None:
    """And are never taken for a generation."""
    build(tmp_path, "One cat.")
    leftover = tmp_path / "index" / f"{UNFINISHED}123"
    leftover.mkdir()
    (leftover / "units.npy").write_text("half", encoding="utf-8")
    build(tmp_path, "Two cats.")
    assert not leftover.exists()
    assert len(IndexDirectory(tmp_path / "index").list_generations()) == 2


def test_numbers_go_on_rising_beyond_six_digits(tmp_path: Path) -> None:
    """The millionth generation is newer than the one before it, although it sorts before it as a text."""
    build(tmp_path, "One cat.")
    directory = IndexDirectory(tmp_path / "index")
    before = "999999-0123abcd"
    (directory.root / directory.require_current()).rename(directory.root / before)
    directory.set_current(before)
    newest = build(tmp_path, "Two cats.")
    assert newest.startswith("1000000-")
    assert directory.list_generations() == [before, newest]
    assert directory.find_current() == newest
    assert directory.roll_back() == before
    assert build(tmp_path, "Three cats.").startswith("1000001-")


def test_rolling_back_skips_damaged_generations(tmp_path: Path) -> None:
    """It serves the newest intact one, because opening another would fail."""
    first, second = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    build(tmp_path, "Three cats.")
    directory = IndexDirectory(tmp_path / "index")
    (directory.root / second / "units.npy").unlink()
    assert directory.roll_back() == first
    assert text_of(directory) == "One cat."


def test_what_was_rolled_back_is_not_served_again_by_itself(tmp_path: Path) -> None:
    """If the chosen generation is damaged, an older one is served and never a newer one."""
    first, second = build(tmp_path, "One cat."), build(tmp_path, "Two cats.")
    build(tmp_path, "Three cats.")
    directory = IndexDirectory(tmp_path / "index")
    assert directory.roll_back() == second
    (directory.root / second / "keys.npy").unlink()
    assert directory.open_current().manifest.generation == first


def test_a_generation_pruned_while_it_is_opened_gives_way_to_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not damaged: a build has just published another."""
    build(tmp_path, "One cat.", keep=1)
    original = Generation.open

    def slowly(folder: Path) -> Generation:
        monkeypatch.setattr(Generation, "open", original)
        build(tmp_path, "Two cats.", keep=1)
        return original(folder)

    monkeypatch.setattr(Generation, "open", slowly)
    assert text_of(IndexDirectory(tmp_path / "index")) == "Two cats."


def test_a_generation_is_opened_by_its_name(tmp_path: Path) -> None:
    """Though another one is current; if it is damaged the one before it, and never one after it, takes its place."""
    first, second, third = (build(tmp_path, f"{count} cats.") for count in ("One", "Two", "Three"))
    directory = IndexDirectory(tmp_path / "index")
    assert [directory.open_named(name).manifest.generation for name in (first, second)] == [first, second]
    (directory.root / second / "documents" / "texts.npy").write_bytes(b"")
    assert directory.open_named(second).manifest.generation == first
    assert directory.find_current() == third
    with pytest.raises(GenerationNotFound, match="generation 000009-deadbeef is no longer in"):
        directory.open_named("000009-deadbeef")


def test_a_reader_finishes_on_what_it_has_opened(tmp_path: Path) -> None:
    """Even after its files were replaced and removed."""
    build(tmp_path, "One cat.", keep=1)
    reader = IndexDirectory(tmp_path / "index").open_current()
    build(tmp_path, "Two dogs.", keep=1)
    assert not reader.folder.exists()
    assert find_violations(reader) == []
    assert reader.contents.lexical.score_all({"cat": 1.0}).max() > 0


def test_everything_is_on_the_disk_before_it_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files before the manifest, that before the name, the name before the pointer: a power cut finds no gap."""
    done: list[str] = []
    sync, rename, replace = os.fsync, Path.rename, Path.replace

    def synced(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", lambda path, to: (done.append("rename"), rename(path, to))[1])
    monkeypatch.setattr(Path, "replace", lambda path, to: (done.append("replace"), replace(path, to))[1])
    name = build(tmp_path, "One cat.")
    files = {path.name for path in (tmp_path / "index" / name).rglob("*") if path.is_file()}
    manifest, named = done.index("manifest.json"), done.index("rename")
    assert files - set(done[:manifest]) == {"manifest.json"}
    assert {"store", "lexical"} <= set(done[:manifest])
    assert done[manifest + 1].startswith(UNFINISHED)
    published = [done[manifest + 1], "rename", "index", "CURRENT.new", "replace", "index"]
    assert done[named - 1 :][: len(published)] == published


def test_an_index_may_lie_deep_in_folders_that_are_not_there_yet(tmp_path: Path) -> None:
    """They are made; looking for an index makes none."""
    deep = IndexDirectory(tmp_path / "a" / "b" / "index")
    assert deep.list_generations() == []
    with pytest.raises(GenerationNotFound, match=f"python -m index build FOLDER --index {deep.root}"):
        deep.open_current()
    assert not (tmp_path / "a").exists()
    (tmp_path / "t.txt").write_text("One cat.", encoding="utf-8")
    build_index(tmp_path / "t.txt", IndexSettings(index=str(deep.root)), WordEncoder())
    assert text_of(deep) == "One cat."
