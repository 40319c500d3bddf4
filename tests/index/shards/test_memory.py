"""What an import and an export take in memory: a row a passage and a row group, whatever the size of the collection."""

from pathlib import Path

import pyarrow
import pytest

from index.build.pipeline import build_index
from index.progress import Silent
from index.settings import IndexSettings
from index.shards.bulk import build_from_shards, export_index
from tests.doubles import WordEncoder
from tests.index.build.test_memory import FEW, MANY, set_blocks, write_passages
from tests.traced import trace_peak

# Of each passage, 900 were measured: what a build takes, of each of its four units a key of 16, its place and whether it
# has tokens, and its unit; and its row of those readers that the collector has not freed yet. Its text would add 500.
MAX_MOVE_BYTES = 1150


def measure_move(folder: Path, count: int) -> tuple[int, int]:
    """Return the peak of what Python and numpy allocate while an index is exported and imported, and that of Arrow."""
    write_passages(folder / f"{count}", count)
    build_index(folder / f"{count}", IndexSettings(index=str(folder / f"index-{count}")), WordEncoder())
    with trace_peak() as peak:
        shards = folder / f"shards-{count}"
        export_index(folder / f"index-{count}", shards, 2, Silent())
        report = build_from_shards(shards, IndexSettings(index=str(folder / f"moved-{count}")), WordEncoder())
        assert (report.embedded, report.manifest.counts["passages"]) == (0, count)
        return peak(), pyarrow.default_memory_pool().max_memory()


@pytest.mark.slow
def test_memory_grows_by_a_row_for_each_passage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by texts, vectors or tokens; of a file one row group is in memory at a time."""
    set_blocks(monkeypatch, 128)
    monkeypatch.setattr("index.search.stores.faiss_auto.MAX_FLAT_ROWS", 0)
    monkeypatch.setattr("index.search.stores.faiss_ivf.MIN_TRAINING_ROWS", 700)
    monkeypatch.setattr("index.search.stores.faiss_ivf.BLOCK_ROWS", 128)
    monkeypatch.setattr("index.shards.unit_files.GROUP_UNITS", 128)
    monkeypatch.setattr("index.shards.document_files.GROUP_DOCUMENTS", 1)
    measure_move(tmp_path, 100)  # what is loaded once
    least, arrow_least = measure_move(tmp_path, FEW)
    most, arrow_most = measure_move(tmp_path, MANY)
    assert (most - least) / (MANY - FEW) < MAX_MOVE_BYTES
    assert arrow_most < 1.1 * arrow_least
