"""Embeddings of units: reused from the served generation, from the cache of an interrupted build, or computed."""

import logging
import os
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import embed_units as module
from index.build.embed_units import PreviousEmbeddings, UnitEmbeddings, embed_units, mix_context
from index.build.embedding_cache import PREFIX, EmbeddingCache, remove_caches
from index.build.pipeline import build_index
from index.build.unit_inputs import KEY_BYTES, UnitInput
from index.errors import BuildError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.progress import Silent
from index.search.late_interaction import learn_projection
from index.settings import IndexSettings
from index.types import Embeddings
from tests.doubles import WordEncoder

TEXTS = st.sampled_from(["cats sleep", "dogs dig", "birds sing", "fish swim"])
CONTEXTS = st.sampled_from(["", "Animals", "Film"])
PROJECTION = learn_projection(WordEncoder())
UNITS = st.lists(st.builds(UnitInput, TEXTS, CONTEXTS, st.booleans()), min_size=1, max_size=12)


def embed(units: list[UnitInput], folder: Path, encoder: WordEncoder) -> UnitEmbeddings:
    """With the cache in the folder, two units a transaction, three in each slice that is read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "COMMIT_UNITS", 2)
        patch.setattr(module, "READ_UNITS", 3)
        patch.setattr(module, "learn_projection", lambda encoder: PROJECTION)  # the same, computed once
        return embed_units(units, encoder, folder, None, Silent())


def find_cache(folder: Path) -> Path:
    (cache,) = folder.glob(f"{PREFIX}*.sqlite")
    return cache


@pytest.fixture
def served(tmp_path: Path) -> Generation:
    (tmp_path / "a.txt").write_text("Cats sleep. Dogs dig.", encoding="utf-8")
    build_index(tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index")), WordEncoder())
    return IndexDirectory(tmp_path / "index").open_current()


@given(UNITS, UNITS)
@settings(max_examples=15)
def test_cached_embeddings_are_those_that_embedding_gives(before: list[UnitInput], after: list[UnitInput]) -> None:
    """Row by row and token by token, in the order of the units, repeats included, whatever was cached before."""
    with TemporaryDirectory() as folder:
        embed(before, Path(folder), WordEncoder())
        found, encoder = embed(after, Path(folder), WordEncoder()), WordEncoder()
        fresh = embed(after, Path(folder), WordEncoder("another"))
        for row, unit in zip(found.vectors[:], after, strict=True):
            context = encoder.encode_passages([unit.context]).vectors[0] if unit.context else None
            text = encoder.encode_passages([unit.text]).vectors[0]
            np.testing.assert_allclose(row, mix_context(text, context), atol=1e-6)
        assert len(found.tokens) == len(fresh.tokens) == sum(unit.is_whole_passage for unit in after)
        for passage in range(len(found.tokens)):
            mine, theirs = found.tokens.passage_tokens(passage), fresh.tokens.passage_tokens(passage)
            np.testing.assert_array_equal(mine.ids, theirs.ids)
            np.testing.assert_array_equal(mine.vectors, theirs.vectors)


@given(UNITS, UNITS)
@settings(max_examples=15)
def test_nothing_is_embedded_that_is_cached(before: list[UnitInput], after: list[UnitInput]) -> None:
    """A build that continues embeds what the one before did not reach, and reports how much it reused."""
    whole = {unit.key for unit in after if unit.is_whole_passage}
    with TemporaryDirectory() as folder:
        embed(before, Path(folder), WordEncoder())
        with EmbeddingCache(Path(folder), WordEncoder().fingerprint) as cache:
            is_cached = [cache.has_embedding(unit.key, unit.key in whole) for unit in after]
        encoder = WordEncoder()
        found = embed(after, Path(folder), encoder)
    before_whole, before_keys = {u.key for u in before if u.is_whole_passage}, {u.key for u in before}
    assert is_cached == [u.key in (before_whole if u.key in whole else before_keys) for u in after]
    assert found.reused == sum(is_cached)
    new = {text for unit, cached in zip(after, is_cached, strict=True) if not cached for text in unit.texts}
    assert set(encoder.encoded) == new


class InterruptedEncoder(WordEncoder):
    """Fails at one of the texts."""

    def encode_passages(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
        if "fish swim" in texts:
            raise RuntimeError("out of memory")
        return super().encode_passages(texts)


def test_an_interrupted_build_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one uses what was committed, and removes the cache once there is a generation that has it."""
    monkeypatch.setattr(module, "COMMIT_UNITS", 1)
    text = "cats sleep\n\ndogs dig\n\nfish swim\n\nbirds sing\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    recipe = IndexSettings(index=str(tmp_path / "index"), context="none")
    with pytest.raises(RuntimeError, match="out of memory"):
        build_index(tmp_path / "a.txt", recipe, InterruptedEncoder())
    assert find_cache(tmp_path / "index")
    encoder = WordEncoder()
    report = build_index(tmp_path / "a.txt", recipe, encoder)
    assert (report.reused, report.embedded) == (3, 2)
    assert encoder.encoded == ["fish swim", "birds sing"]
    assert not list((tmp_path / "index").glob(f"{PREFIX}*"))


def test_work_is_committed_every_4096_units(tmp_path: Path) -> None:
    """A build that fails at its last unit loses no more."""
    units = [UnitInput(f"cats sleep {number}", "", is_whole_passage=False) for number in range(4100)]
    units.append(UnitInput("fish swim", "", is_whole_passage=False))
    with pytest.raises(RuntimeError, match="out of memory"):
        embed_units(units, InterruptedEncoder(), tmp_path, None, Silent())
    assert embed_units(units, WordEncoder(), tmp_path, None, Silent()).reused == 4096


def test_a_killed_build_continues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed while embedding leaves everything that was committed."""
    monkeypatch.setattr(module, "COMMIT_UNITS", 1)

    class KilledEncoder(WordEncoder):
        def encode_passages(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
            if "fish swim" in texts:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().encode_passages(texts)

    units = [
        UnitInput(text, "", is_whole_passage=True) for text in ("cats sleep", "dogs dig", "fish swim", "birds sing")
    ]
    child = os.fork()
    if not child:
        embed_units(units, KilledEncoder(), tmp_path, None, Silent())
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    found = embed_units(units, WordEncoder(), tmp_path, None, Silent())
    assert found.reused == 2
    np.testing.assert_array_equal(found.vectors[:], WordEncoder().encode_passages([u.text for u in units]).vectors)


@pytest.mark.parametrize("damage", ["no database", "other pages"])
def test_a_damaged_cache_is_embedded_again(damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is replaced, with a warning that names the file."""
    units = [UnitInput(text, "", is_whole_passage=True) for text in ("cats sleep", "dogs dig", "birds sing")]
    embed(units, tmp_path, WordEncoder())
    assert embed(units, tmp_path, WordEncoder()).reused == 3
    cache = find_cache(tmp_path)
    data = cache.read_bytes()
    cache.write_bytes(b"x" * len(data) if damage == "no database" else data[:4096] + b"\xff" * (len(data) - 4096))
    with caplog.at_level(logging.WARNING):
        found = embed(units, tmp_path, WordEncoder())
    assert f"{cache} is damaged" in caplog.text
    assert found.reused == 0
    np.testing.assert_array_equal(found.vectors[:], WordEncoder().encode_passages([u.text for u in units]).vectors)
    assert embed(units, tmp_path, WordEncoder()).reused == 3


def test_a_cache_that_cannot_be_written_is_a_build_error(tmp_path: Path) -> None:
    """A folder in its place is neither a damaged cache nor removed; the error names the index folder."""
    (tmp_path / "a.txt").write_text("cats sleep", encoding="utf-8")
    in_the_way = tmp_path / "index" / f"{PREFIX}{WordEncoder().fingerprint}.sqlite"
    in_the_way.mkdir(parents=True)
    with pytest.raises(BuildError, match=r"could not be written to .*index: unable to open database file; the old one"):
        build_index(tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index")), WordEncoder())
    assert in_the_way.is_dir()


def test_a_cache_that_cannot_be_removed_is_no_failure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The generation is published by then."""
    (tmp_path / f"{PREFIX}x.sqlite").mkdir()
    with caplog.at_level(logging.WARNING):
        remove_caches(tmp_path)
    assert "is no longer needed and cannot be deleted" in caplog.text


def test_the_cache_of_another_model_is_not_used(tmp_path: Path) -> None:
    """It stays until a build succeeds, so naming the wrong model once loses nothing."""
    units = [UnitInput(text, "", is_whole_passage=True) for text in ("cats sleep", "dogs dig", "birds sing")]
    embed(units, tmp_path, WordEncoder())
    assert embed(units, tmp_path, WordEncoder("other")).reused == 0
    assert embed(units, tmp_path, WordEncoder()).reused == 3


def test_a_failed_transaction_adds_nothing(tmp_path: Path) -> None:
    """All rows of a transaction or none."""
    vector = np.ones(2, dtype=np.float32)
    with EmbeddingCache(tmp_path, "model") as cache:
        with pytest.raises(AttributeError):
            cache.add_embeddings([(b"a", vector, None), (b"b", None, None)])  # type: ignore[list-item]
        assert not cache.has_embedding(b"a", needs_tokens=False)


def test_passages_without_tokens_keep_the_width(tmp_path: Path) -> None:
    """The last one has none, and still the rows have the directions of the projection."""
    units = [UnitInput(text, "", is_whole_passage=True) for text in ("cats sleep", "...")]
    tokens = embed(units, tmp_path, WordEncoder()).tokens
    width = tokens.projection.shape[1]
    assert tokens.passage_tokens(0).vectors.shape == (2, width)
    assert tokens.passage_tokens(1).vectors.shape == (0, width)


def test_a_key_is_of_text_and_context(tmp_path: Path) -> None:
    """Moving a word from one to the other gives another key; the same pair gives the same."""
    pairs = [("b", "a"), ("a", "b"), ("a b", ""), ("", "a b"), ("b", "a")]
    keys = embed([UnitInput(*pair, is_whole_passage=True) for pair in pairs], tmp_path, WordEncoder()).keys
    assert keys.shape == (5, KEY_BYTES)
    assert len({key.tobytes() for key in keys}) == 4
    assert keys[0].tobytes() == keys[4].tobytes()


def test_keys_that_end_with_zeros_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numpy ignores zeros at the end of strings, SQLite does not."""
    keys = {text: bytes([number]) + bytes(KEY_BYTES - 1) for number, text in enumerate(["cats sleep", "dogs dig"])}
    monkeypatch.setattr(UnitInput, "key", property(lambda unit: keys[unit.text]))
    units = [UnitInput(text, "", is_whole_passage=True) for text in keys]
    assert embed(units, tmp_path, WordEncoder()).reused == 0
    found = embed(units, tmp_path, WordEncoder())
    assert found.reused == 2
    np.testing.assert_array_equal(found.vectors[:], WordEncoder().encode_passages(list(keys)).vectors)


def test_a_context_has_a_fifth_of_the_weight() -> None:
    """A text is always nearer to its own words than to its title, even to a title that says the opposite."""
    text, context = np.array([0.6, 0.8], dtype=np.float32), np.array([-0.8, 0.6], dtype=np.float32)
    mixed = mix_context(text, context)
    assert np.linalg.norm(mixed) == pytest.approx(1, abs=1e-6)
    assert (mixed @ context) / (mixed @ text) == pytest.approx(0.2, abs=1e-6)


class RenamedEncoder(WordEncoder):
    """The same model under another name."""

    fingerprint = WordEncoder().fingerprint


def test_a_model_is_recognised_by_its_fingerprint(tmp_path: Path, served: Generation) -> None:
    """Under another name it reuses the vectors; another model of the same name does not."""
    renamed = RenamedEncoder("renamed")
    report = build_index(tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index")), renamed)
    assert (report.manifest.model, report.reused, report.embedded) == ("renamed", len(served.contents.units), 0)
    other = WordEncoder("other")
    other.name = "renamed"
    report = build_index(tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index")), other)
    assert (report.reused, report.embedded) == (0, len(served.contents.units))


def test_previous_embeddings_are_found_by_key(served: Generation) -> None:
    """The vector of a key, and its tokens only if it is a whole passage there; no row for an unknown key."""
    contents = served.contents
    previous, keys, count = PreviousEmbeddings.from_contents(contents), contents.keys, len(contents.units)
    whole = contents.whole_passage_units
    anything, tokens = np.zeros(count, dtype=bool), np.ones(count, dtype=bool)
    np.testing.assert_array_equal(previous.find_rows(keys, anything), np.arange(count))
    with_tokens = previous.find_rows(keys, tokens)
    np.testing.assert_array_equal(with_tokens, [row if row in whole else -1 for row in range(count)])
    assert 0 < len(whole) < count
    for passage, row in enumerate(whole.tolist()):
        expected = contents.tokens.passage_tokens(passage)
        np.testing.assert_array_equal(previous.read_tokens(row).vectors, expected.vectors)
    unknown = np.full((2, KEY_BYTES), [[0], [255]], dtype=np.uint8)  # before the first key and after the last
    np.testing.assert_array_equal(previous.find_rows(unknown, anything[:2]), [-1, -1])


def test_of_rows_with_one_key_the_one_with_tokens_is_found(tmp_path: Path) -> None:
    """A sentence that is part of one passage and all of another."""
    documents = ["Cats sleep.\n\n", "Dogs dig. Cats sleep.\n\n"]
    for number, text in enumerate((documents, documents[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "a.txt").write_text("# A\n\n" + "\n# B\n\n".join(text), encoding="utf-8")
        recipe = IndexSettings(index=str(tmp_path / f"index{number}"), context="none", passage_chars=200)
        build_index(folder, recipe, WordEncoder())
        contents = IndexDirectory(Path(recipe.index)).open_current().contents
        keys, numbers = np.unique(contents.keys, axis=0, return_inverse=True)
        needs = np.isin(np.arange(len(keys)), numbers[contents.whole_passage_units])
        assert len(keys) < len(contents.keys)
        assert np.all(PreviousEmbeddings.from_contents(contents).find_rows(keys, needs) >= 0)
