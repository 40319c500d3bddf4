"""Vectors of units: carried over, found in the shards of a build that was cut off, or embedded."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import embed_units as vectors
from index.build.checkpoints import Shards
from index.build.embed_units import CONTEXT_WEIGHT, UnitText, UnitVectors, mix, unit_vectors
from index.build.pipeline import build_index
from index.build.vector_cache import KEY_BYTES, known_vectors
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.progress import Silent
from index.settings import IndexSettings
from index.types import Embeddings
from tests.doubles import WordEncoder

WORDS = st.sampled_from(["cats sleep", "dogs dig", "birds sing", "fish swim"])
ABOVE = st.sampled_from(["", "Animals", "Film"])
UNITS = st.lists(st.builds(UnitText, WORDS, ABOVE, st.booleans()), min_size=1, max_size=12)


def made(units: list[UnitText], folder: Path, encoder: WordEncoder) -> UnitVectors:
    """With the shards that are in the folder, two units in each that is new."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "SHARD", 2)
        return unit_vectors(units, Shards(folder, encoder), None, Silent())


@pytest.fixture
def served(tmp_path: Path) -> Generation:
    (tmp_path / "a.txt").write_text("Cats sleep. Dogs dig.", encoding="utf-8")
    build_index(tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index")), WordEncoder())
    return IndexDirectory(tmp_path / "index").open_current()


@given(UNITS, UNITS)
@settings(max_examples=25)
def test_what_is_found_is_what_embedding_would_give(before: list[UnitText], after: list[UnitText]) -> None:
    """Row by row and token by token, in the order of the units, repeats included, whatever was there before."""
    with TemporaryDirectory() as folder:
        made(before, Path(folder), WordEncoder())
        found, encoder = made(after, Path(folder), WordEncoder()), WordEncoder()
        fresh = made(after, Path(folder), WordEncoder("another"))
        for row, unit in zip(found.vectors, after, strict=True):
            context = encoder.encode_passages([unit.context]).vectors[0] if unit.context else None
            np.testing.assert_allclose(row, mix(encoder.encode_passages([unit.text]).vectors[0], context), atol=1e-6)
        assert len(found.tokens) == len(fresh.tokens) == sum(unit.whole for unit in after)
        for passage in range(len(found.tokens)):
            mine, theirs = found.tokens.passage_tokens(passage), fresh.tokens.passage_tokens(passage)
            np.testing.assert_array_equal(mine.ids, theirs.ids)
            np.testing.assert_array_equal(mine.vectors, theirs.vectors)


@given(UNITS, UNITS)
@settings(max_examples=25)
def test_nothing_is_embedded_that_a_finished_shard_has(before: list[UnitText], after: list[UnitText]) -> None:
    """A build that goes on embeds what the one before had not come to, and says how much it found."""
    with TemporaryDirectory() as folder:
        made(before, Path(folder), WordEncoder())
        finished = list(Shards(Path(folder), WordEncoder()).finished())
        encoder = WordEncoder()
        found = made(after, Path(folder), encoder)
    there = {key.tobytes(): row >= 0 for stock in finished for key, row in zip(stock.keys, stock.whole, strict=True)}
    whole = {unit.key for unit in after if unit.whole}
    has = [there.get(unit.key) is not None and there[unit.key] >= (unit.key in whole) for unit in after]
    assert found.carried == sum(has)
    new = {part for unit, carried in zip(after, has, strict=True) if not carried for part in unit.parts}
    assert set(encoder.encoded) == new


class Mortal(WordEncoder):
    """Dies at a text."""

    def encode_passages(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
        if "fish swim" in texts:
            raise RuntimeError("out of memory")
        return super().encode_passages(texts)


def test_a_build_that_was_cut_off_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its finished shards are used by the next one and removed once there is a generation that has them."""
    monkeypatch.setattr(vectors, "SHARD", 1)
    text = "cats sleep\n\ndogs dig\n\nfish swim\n\nbirds sing\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    recipe = IndexSettings(index=str(tmp_path / "index"), context="none")
    with pytest.raises(RuntimeError, match="out of memory"):
        build_index(tmp_path / "a.txt", recipe, Mortal())
    assert list((tmp_path / "index").glob(".shards-*/*"))
    encoder = WordEncoder()
    report = build_index(tmp_path / "a.txt", recipe, encoder)
    assert (report.carried, report.embedded) == (3, 2)
    assert encoder.encoded == ["fish swim", "birds sing"]
    assert not list((tmp_path / "index").glob(".shards-*"))


def test_a_shard_that_cannot_be_read_is_embedded_again(tmp_path: Path) -> None:
    """It is removed, and half a shard of a killed build is no shard."""
    units = [UnitText(text, "", whole=True) for text in ("cats sleep", "dogs dig", "birds sing")]
    made(units, tmp_path, WordEncoder())
    (shard,) = tmp_path.glob(".shards-*/*")
    assert made(units, tmp_path, WordEncoder()).carried == 2
    (shard / "vectors.npy").write_bytes(b"")
    shard.with_name("000001.half").mkdir()
    found = made(units, tmp_path, WordEncoder())
    assert found.carried == 0
    np.testing.assert_array_equal(found.vectors, WordEncoder().encode_passages([u.text for u in units]).vectors)


def test_shards_of_another_model_are_not_used(tmp_path: Path) -> None:
    """They stay until a build succeeds: who named the wrong model loses nothing."""
    units = [UnitText(text, "", whole=True) for text in ("cats sleep", "dogs dig", "birds sing")]
    made(units, tmp_path, WordEncoder())
    assert made(units, tmp_path, WordEncoder("other")).carried == 0
    assert made(units, tmp_path, WordEncoder()).carried == 2


def test_a_key_is_of_the_text_and_of_what_stands_above(tmp_path: Path) -> None:
    """Moving a word from one to the other is another key; the same pair is the same one."""
    pairs = [("b", "a"), ("a", "b"), ("a b", ""), ("", "a b"), ("b", "a")]
    keys = made([UnitText(*pair, whole=True) for pair in pairs], tmp_path, WordEncoder()).keys
    assert keys.shape == (5, KEY_BYTES)
    assert len({key.tobytes() for key in keys}) == 4
    assert keys[0].tobytes() == keys[4].tobytes()


def test_a_context_weighs_little() -> None:
    """A text is always nearer to its own words than to its title, even to a title that says the opposite."""
    text, context = np.array([0.6, 0.8], dtype=np.float32), np.array([-0.8, 0.6], dtype=np.float32)
    mixed = mix(text, context)
    assert 0 < CONTEXT_WEIGHT < 0.5
    assert np.linalg.norm(mixed) == pytest.approx(1, abs=1e-6)
    assert mixed @ text > 2 * (mixed @ context) > 0


def test_only_the_same_model_hands_its_vectors_on(served: Generation) -> None:
    """By the fingerprint of its files, whatever it is called; and nothing hands on nothing."""
    found = known_vectors(served, WordEncoder())
    assert found is not None
    assert len(found.stock.keys) == len(served.contents.units)
    assert np.count_nonzero(found.stock.whole >= 0) == len(served.contents.passages)
    assert known_vectors(served, WordEncoder("other")) is None
    renamed = replace(served, manifest=replace(served.manifest, model="another name"))
    assert known_vectors(renamed, WordEncoder()) is not None
    assert known_vectors(None, WordEncoder()) is None
