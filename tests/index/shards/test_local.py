"""Embedding in processes of this machine: done once, and continued if a process is killed."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from index.errors import BuildError, ModelError, QuantizationError, ShardError, UsageError
from index.shards.plan import Plan
from tests.doubles import WordEncoder
from tests.index.shards.helpers import KilledEncoder, OtherEncoder, embed, get_unit_paths, load, read_files, write_texts


@pytest.mark.slow
def test_what_is_done_is_not_made_again(tmp_path: Path) -> None:
    """A second run writes nothing; one after a shard was lost writes that one only, with the same bytes."""
    source, shards = write_texts(tmp_path / "texts"), tmp_path / "shards"
    assert embed(source, shards).embedded == 3
    before, times = read_files(shards), {path: path.stat().st_mtime_ns for path in shards.iterdir()}
    assert embed(source, shards).embedded == 0
    assert {path: path.stat().st_mtime_ns for path in shards.iterdir()} == times
    lost, cut, kept = get_unit_paths(shards)
    lost.unlink()
    cut.write_bytes(cut.read_bytes()[:-100])
    assert embed(source, shards).embedded == 2
    assert read_files(shards) == before
    assert kept.stat().st_mtime_ns == times[kept]


@pytest.mark.slow
def test_only_shards_whose_documents_changed_are_embedded_again(tmp_path: Path) -> None:
    """A changed file is in one shard; a name that becomes known may change the sentences of every document."""
    source, shards = write_texts(tmp_path / "texts"), tmp_path / "shards"
    embed(source, shards)
    (source / "5.md").write_text("Birds sing.", encoding="utf-8")
    assert embed(source, shards, number=None).embedded == 1
    (source / "6.md").write_text("I like the Jeopardy! show and the Jeopardy! host.", encoding="utf-8")
    assert embed(source, shards, number=None).embedded == 3
    assert "Jeopardy!" in Plan.read(shards).recipe.names


@pytest.mark.slow
def test_a_killed_process_costs_only_what_it_was_at(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its shard is embedded again, and the files are those of a run that nobody disturbed."""
    source = write_texts(tmp_path / "texts")
    embed(source, tmp_path / "whole")
    report = embed(source, tmp_path / "killed", load=partial(KilledEncoder, tmp_path / "marker", is_once=True))
    assert report.embedded == 3
    assert "was killed" in caplog.text
    assert read_files(tmp_path / "killed") == read_files(tmp_path / "whole")


@pytest.mark.slow
def test_processes_that_are_always_killed_end_the_run(tmp_path: Path) -> None:
    """The error says how much is done; the same call continues when there is memory again."""
    source, marker = write_texts(tmp_path / "texts"), tmp_path / "marker"
    with pytest.raises(ShardError, match="killed 3 times, probably for lack of memory; 0 of 3 shards are done"):
        embed(source, tmp_path / "shards", load=partial(KilledEncoder, marker, is_once=False))
    marker.touch()
    assert embed(source, tmp_path / "shards", load=partial(KilledEncoder, marker, is_once=False)).embedded == 3
    load(tmp_path / "shards", tmp_path / "index")


@pytest.mark.slow
def test_shards_of_something_else_are_not_overwritten(tmp_path: Path) -> None:
    """Hours of work in the folder are not replaced by those of another model, other settings or another number."""
    source, shards = write_texts(tmp_path / "texts"), tmp_path / "shards"
    embed(source, shards)
    with pytest.raises(UsageError, match=r"are of the model words .* not of other"):
        embed(source, shards, load=partial(WordEncoder, "other"))
    with pytest.raises(UsageError, match=r"invalid value 4 for --number: .* has 3 shards"):
        embed(source, shards, number=4)
    with pytest.raises(UsageError, match="lies inside"):
        embed(source, source / "shards")
    assert embed(source, shards).embedded == 0


@pytest.mark.slow
def test_the_error_of_a_process_is_that_of_the_run(tmp_path: Path) -> None:
    """Here, that the model is another one there; nothing is written that could be taken for a shard."""
    with pytest.raises(ModelError, match=r"the model words is here another one .* install the same one"):
        embed(write_texts(tmp_path / "texts"), tmp_path / "shards", load=OtherEncoder)
    assert not any(path.exists() for path in get_unit_paths(tmp_path / "shards"))


class InexactEncoder(WordEncoder):
    """Too far from its float32 form."""

    def check_quantization(self, texts: Sequence[str]) -> None:
        assert "Dogs dig holes." in list(texts)
        raise QuantizationError("a cosine of 0.5")


@pytest.mark.slow
def test_a_model_is_checked_before_anything_is_embedded(tmp_path: Path) -> None:
    """On sentences of the documents, as a build does, and not after hours."""
    with pytest.raises(QuantizationError):
        embed(write_texts(tmp_path / "texts"), tmp_path / "shards", load=InexactEncoder)
    assert list((tmp_path / "shards").glob("shard-*")) == []
    # What takes its place is another model, in float32.
    assert embed(tmp_path / "texts", tmp_path / "shards", load=partial(WordEncoder, "float32")).embedded == 3


def test_a_folder_without_text_has_no_shards(tmp_path: Path) -> None:
    """The error is that of a build."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.pdf").write_bytes(b"%PDF-1.7 broken")
    with pytest.raises(BuildError, match=r"holds no text that can be read; the first reason: a\.pdf: "):
        embed(tmp_path / "texts", tmp_path / "shards")
