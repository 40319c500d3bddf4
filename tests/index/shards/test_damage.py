"""A shard that is missing, damaged, or of something else ends the import with an error that names it."""

import os
import time
from pathlib import Path

import pytest
from pyarrow.parquet import ParquetFile as ParquetMetadata

from index.errors import ShardError, UsageError
from index.progress import Silent
from index.settings import IndexSettings
from index.shards.bulk import build_from_shards, export_index
from index.shards.plan import PLAN, Plan
from tests.doubles import WordEncoder
from tests.index.shards.helpers import build, get_unit_paths, load, write_texts


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """Three shards."""
    build(write_texts(tmp_path / "texts"), tmp_path / "exported")
    export_index(tmp_path / "exported", tmp_path / "shards", 3, Silent())
    return tmp_path / "shards"


def find_ends(path: Path) -> list[int]:
    """Return where the last byte of each column is."""
    group = ParquetMetadata(path).metadata.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    starts = [column.dictionary_page_offset or column.data_page_offset for column in columns]
    return [start + column.total_compressed_size - 1 for start, column in zip(starts, columns, strict=True)]


def test_a_changed_byte_is_noticed(shards: Path, tmp_path: Path) -> None:
    """In any column of units and of documents; an intact file in its place repairs the folder."""
    plan = Plan.read(shards)
    for path in (plan.get_unit_path(shards, 1), plan.get_document_path(shards, 2)):
        whole = path.read_bytes()
        for end in find_ends(path):
            path.write_bytes(whole[:end] + bytes([whole[end] ^ 1]) + whole[end + 1 :])
            with pytest.raises(ShardError, match=rf"{path} .*make it again"):
                load(shards, tmp_path / "index")
        path.write_bytes(whole)
    load(shards, tmp_path / "index")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_bytes(b""), "is damaged or of another program"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "is damaged or of another program"),
        (lambda path: path.write_bytes(b"PAR1" + bytes(100) + b"PAR1"), "is damaged or of another program"),
        (lambda path: path.write_bytes(get_unit_paths(path.parent)[0].read_bytes()), "its shard is 0, not 1; make it again with: python -m index embed"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_written_is_named(shards: Path, tmp_path: Path, change: object, words: str) -> None:
    """Before anything is built."""
    path = get_unit_paths(shards)[1]
    change(path)  # type: ignore[operator]
    with pytest.raises(ShardError, match=str(path)) as caught:
        load(shards, tmp_path / "index")
    assert words in str(caught.value)
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_a_folder_without_a_plan_says_how_to_make_one(shards: Path, tmp_path: Path) -> None:
    """An interrupted run has none either."""
    (shards / PLAN).unlink()
    with pytest.raises(ShardError, match=r"plan\.json is missing.*make them with: python -m index embed FOLDER"):
        load(shards, tmp_path / "index")
    (shards / PLAN).write_text('{"format": 99}', encoding="utf-8")
    with pytest.raises(ShardError, match="has format 99"):
        load(shards, tmp_path / "index")


def test_what_killed_processes_left_is_removed(shards: Path, tmp_path: Path) -> None:
    """A day later, when no process can still be writing it."""
    for name, age_s in ((".unfinished-old", 90_000), (".unfinished-new", 60)):
        (shards / name).touch()
        os.utime(shards / name, (time.time() - age_s,) * 2)
    export_index(tmp_path / "exported", shards, None, Silent())
    assert [path.name for path in shards.glob(".*")] == [".unfinished-new"]


def test_a_file_beside_the_shards_that_is_missing_is_named(shards: Path, tmp_path: Path) -> None:
    """With what repairs the folder."""
    (shards / "projection.npy").unlink()
    with pytest.raises(ShardError, match=r"projection\.npy.*; delete plan\.json there, and embed or export again"):
        load(shards, tmp_path / "index")
    (shards / PLAN).unlink()
    export_index(tmp_path / "exported", shards, 3, Silent())
    load(shards, tmp_path / "index")


def test_shards_of_another_model_or_settings_are_refused(shards: Path, tmp_path: Path) -> None:
    """The error says what to set; vectors of two models are never mixed."""
    settings = IndexSettings(index=str(tmp_path / "index"))
    with pytest.raises(UsageError, match=r"are of the model words .* not of other .*set --model"):
        build_from_shards(shards, settings, WordEncoder("other"))
    with pytest.raises(UsageError, match=r"invalid value 300 for --passage-chars: .* made with --passage-chars 500"):
        load(shards, tmp_path / "index", passage_chars=300)
    with pytest.raises(UsageError, match=r"invalid value 'none' for --context"):
        load(shards, tmp_path / "index", context="none")
