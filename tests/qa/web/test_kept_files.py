"""Files that are kept open outlive their folder, and leave others enough of what a process may open."""

import resource
import shutil
from pathlib import Path

import pytest

from qa.web.kept_files import KeptFiles


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    """A folder with two files."""
    folder = tmp_path / "index" / "000001-aaaaaaaa"
    (folder / "texts").mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    (folder / "texts" / "a.npy").write_text("words", encoding="utf-8")
    return folder


def test_a_folder_that_is_gone_can_be_read_until_it_is_released(generation: Path) -> None:
    """By the names of its files, from their beginning each time."""
    kept = KeptFiles()
    kept.keep(generation)
    shutil.rmtree(generation.parent)
    kept.keep(generation)
    assert kept.list_kept(generation.parent) == [generation.name]
    for _ in range(2):
        with kept.link(generation) as view:
            assert (view / "texts" / "a.npy").read_text(encoding="utf-8") == "words"
            assert (view.parent.name, view.name) == ("index", generation.name)
        assert not view.exists()
    kept.release_all_but({generation})
    assert kept.list_kept(generation.parent) == [generation.name]
    kept.release_all_but()
    assert kept.list_kept(generation.parent) == []


@pytest.mark.parametrize(("hard", "is_kept", "limit"), [(100, True, 12), (11, True, 11), (3, False, 10)])
def test_as_many_files_as_before_can_be_opened_if_that_is_allowed(
    generation: Path, monkeypatch: pytest.MonkeyPatch, hard: int, is_kept: bool, limit: int
) -> None:
    """The limit grows with what is kept, which is at most half of it."""
    limits = [(min(10, hard), hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: limits.append(pair))
    kept = KeptFiles()
    kept.keep(generation)
    assert bool(kept.list_kept(generation.parent)) is is_kept
    assert limits[-1][0] == min(limit, hard)
    kept.release_all_but()


def test_a_folder_that_is_missing_is_kept_once_it_is_there(generation: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nor is one without its manifest; the log names it once."""
    kept, moved = KeptFiles(), generation.parent / "moved"
    manifest = generation / "manifest.json"
    content = manifest.read_bytes()
    generation.rename(moved)
    kept.keep(generation)
    moved.rename(generation)
    manifest.unlink()
    kept.keep(generation)
    assert kept.list_kept(generation.parent) == []
    manifest.write_bytes(content)
    kept.keep(generation)
    assert kept.list_kept(generation.parent) == [generation.name]
    (line,) = caplog.messages
    assert line.startswith(f"{generation} is not held open")
    assert line.endswith(f"No such file or directory: '{manifest}'")
    kept.release_all_but()


def test_too_many_files_are_reported_once_and_not_tried_again(
    generation: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Until the files of another generation are released."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (3, 3))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: None)
    walks: list[str] = []
    rglob = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda folder, pattern: [walks.append(pattern), *rglob(folder, pattern)][1:])
    kept = KeptFiles()
    for _ in range(3):
        kept.keep(generation)
    assert len(walks) == 1
    kept.release_all_but({generation})
    kept.keep(generation)
    assert len(walks) == 2
    (line,) = caplog.messages
    assert line.endswith("Too many open files; allow more open files (ulimit -n)")
