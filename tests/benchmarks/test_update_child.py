"""What the benchmark of updates measures."""

from pathlib import Path

import pytest

from benchmarks.speed import update_child
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from tests.doubles import WordEncoder


def test_updates_add_and_remove_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each, every time, and the index that they leave is served."""
    source, index = tmp_path / "texts", tmp_path / "index"
    source.mkdir()
    for number in range(9):
        (source / f"{number}.txt").write_text(f"Text number {number}.", encoding="utf-8")
    build_index(source, IndexSettings(index=str(index)), WordEncoder())
    monkeypatch.setattr(update_child, "load_encoder", WordEncoder)
    measured = update_child.measure_updates(index)
    ids = set(IndexDirectory(index).open_current().contents.documents.ids)
    assert {f"new-{number}" for number in range(update_child.UPDATES)} <= ids
    assert len(ids) == 9
    assert measured.seconds > 0
    assert measured.peak_mb > 10
