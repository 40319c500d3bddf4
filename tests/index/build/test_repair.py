"""A build repairs a damaged index, or says that it cannot; it never carries damage over."""

import logging
from pathlib import Path

import pytest

from index.build.pipeline import BuildReport, build_index
from index.errors import BuildError
from index.generation.directory import IndexDirectory
from index.generation.integrity import find_violations
from index.generation.pointer import CURRENT
from index.settings import IndexSettings
from index.types import Document
from tests.doubles import WordEncoder
from tests.index.build.test_pipeline import served

TEXTS = {"a.txt": " ".join(f"Cat {number} sleeps on its mat." for number in range(40)), "b.txt": "Dogs dig holes."}


@pytest.fixture(autouse=True)
def _large_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every array is as that of a large index: it has checksums, and its blocks are verified when they are read."""
    monkeypatch.setattr("index.generation.generation.MIN_CHECKSUM_BYTES", 0)
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_BYTES", 0)
    # With the header of an array, which is read when it is opened, its last rows must not be verified.
    monkeypatch.setattr("index.disk.arrays.MAX_HEADER_BYTES", 512)
    for module in ("checksums", "checked_file"):
        monkeypatch.setattr(f"index.disk.{module}.BLOCK_BYTES", 128)


def build(folder: Path) -> BuildReport:
    return build_index(folder / "t", IndexSettings(index=str(folder / "index"), store="exact"), WordEncoder())


def change(folder: Path, document: Document) -> BuildReport:
    """A build that reads no files."""
    settings = IndexSettings(index=str(folder / "index"), store="exact")
    return build_index(None, settings, WordEncoder(), overrides={document.id: document})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "t" / name).write_text(text, encoding="utf-8")
    build(tmp_path)
    return tmp_path


def harm(folder: Path, name: str) -> None:
    (path,) = (folder / "index").glob(f"*/{name}")
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize(
    "name", ["documents/texts.npy", "store/vectors.npy", "tokens/small.npy", "keys.npy", "sources.json"]
)
def test_a_build_of_the_same_files_repairs_a_damaged_generation(
    folder: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Though nothing has changed; the log names the file."""
    harm(folder, name)
    with caplog.at_level(logging.WARNING):
        assert build(folder).changed
    assert f"{name} is damaged" in caplog.text
    assert find_violations(IndexDirectory(folder / "index").open_current()) == []
    IndexDirectory(folder / "index").open_current().verify()
    assert served(folder) == TEXTS
    assert not build(folder).changed


@pytest.mark.parametrize("name", ["documents/texts.npy", "store/vectors.npy", "tokens/small.npy", "tokens/ids.npy"])
def test_a_build_of_other_files_takes_nothing_over_that_is_damaged(folder: Path, name: str) -> None:
    """It computes everything anew instead."""
    harm(folder, name)
    (folder / "t" / "b.txt").write_text("Birds sing at dawn.", encoding="utf-8")
    build(folder)
    IndexDirectory(folder / "index").open_current().verify()
    assert served(folder) == {**TEXTS, "b.txt": "Birds sing at dawn."}


@pytest.mark.parametrize("name", ["documents/texts.npy", "store/vectors.npy", "units.npy", "documents/facts.npy"])
def test_documents_that_no_file_holds_are_not_lost(folder: Path, name: str) -> None:
    """A change of one document cannot repair the others: it is refused, and nothing is pruned or published."""
    change(folder, Document("c.txt", "Birds sing at dawn."))
    directory = IndexDirectory(folder / "index")
    current, kept = directory.find_current(), directory.list_generations()
    path = directory.root / str(current) / name
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(BuildError, match=rf"{name} is damaged: .*so nothing was built"):
        change(folder, Document("d.txt", "Fish swim."))
    assert (directory.find_current(), directory.list_generations()) == (current, kept)
    path.write_bytes(data)
    change(folder, Document("d.txt", "Fish swim."))
    assert served(folder) == {**TEXTS, "c.txt": "Birds sing at dawn.", "d.txt": "Fish swim."}


def test_a_change_needs_the_pointer(folder: Path) -> None:
    """Another generation than the one that was served may lack documents, or have some that were removed."""
    (folder / "index" / CURRENT).unlink()
    with pytest.raises(BuildError, match=r"CURRENT is missing; .*rollback --to .*so nothing was built"):
        change(folder, Document("c.txt", "Birds sing at dawn."))
