"""A dry run says what a build then does, and writes nothing."""

from pathlib import Path

import pytest

from index.build.dry_run import simulate_build
from index.build.pipeline import build_index
from index.errors import UsageError
from index.progress import Silent
from index.settings import IndexSettings
from tests.doubles import WordEncoder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with two documents, a file of an unknown format and a hidden one."""
    source = tmp_path / "texts"
    source.mkdir()
    for name, text in {"a.txt": "Cats sleep.", "b.txt": "Dogs dig.", "c.png": "x", ".d": "x"}.items():
        (source / name).write_text(text, encoding="utf-8")
    return source


def test_a_first_build_is_foreseen_without_writing(tmp_path: Path, source: Path) -> None:
    """Not even the index folder is made."""
    settings = IndexSettings(index=str(tmp_path / "index"), model="words")
    found = simulate_build(source, settings, Silent())
    assert (found.fresh, found.characters, found.stay, found.removed) == (2, 20, 0, 0)
    assert not (tmp_path / "index").exists()
    assert build_index(source, settings, WordEncoder()).inventory == found.inventory


def test_an_update_is_foreseen(tmp_path: Path, source: Path) -> None:
    """What changed, what stays and what is removed; all of it is new to another model or other settings."""
    settings = IndexSettings(index=str(tmp_path / "index"), model="words")
    build_index(source, settings, WordEncoder())
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "index").rglob("*")}
    (source / "a.txt").write_text("Cats sleep again.", encoding="utf-8")
    (source / "b.txt").rename(source / "e.txt")
    (source / "f.txt").write_text("Cats  SLEEP again.", encoding="utf-8")
    found = simulate_build(source, settings, Silent())
    assert (found.fresh, found.stay, found.removed) == (3, 0, 1)
    assert [group.documents for group in found.copies] == [("a.txt", "f.txt")]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "index").rglob("*")} == before
    report = build_index(source, settings, WordEncoder())
    assert (report.copies, report.inventory) == (found.copies, found.inventory)
    found = simulate_build(source, settings, Silent())
    assert (found.fresh, found.stay, found.removed) == (0, 3, 0)
    for other in ({"model": "others"}, {"model": "words", "passage_chars": 200}):
        found = simulate_build(source, IndexSettings(index=str(tmp_path / "index"), **other), Silent())
        assert (found.fresh, found.stay) == (3, 0)


def test_a_missing_folder_is_wrong_use(tmp_path: Path) -> None:
    """As for a build."""
    with pytest.raises(UsageError, match="does not exist"):
        simulate_build(tmp_path / "nowhere", IndexSettings(index=str(tmp_path)), Silent())
