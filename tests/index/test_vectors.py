"""Vectors of units: carried over or embedded."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build_index
from index.generation import Generation
from index.progress import Silent
from index.settings import IndexSettings
from index.shelf import Shelf
from index.vectors import CONTEXT_WEIGHT, KEY_BYTES, Known, UnitText, UnitVectors, known_vectors, mix, unit_vectors
from tests.doubles import WordEncoder

WORDS = st.sampled_from(["cats sleep", "dogs dig", "birds sing", "fish swim"])
ABOVE = st.sampled_from(["", "Animals", "Film"])
PAIRS = st.lists(st.tuples(WORDS, ABOVE), min_size=1, max_size=12)


def vectors_of(pairs: list[tuple[str, str]], known: Known, encoder: WordEncoder) -> UnitVectors:
    return unit_vectors([UnitText(text, above, whole=True) for text, above in pairs], encoder, known, Silent())


def kept(made: UnitVectors) -> Known:
    keys = [key.tobytes() for key in made.keys]
    vectors, tokens = dict(zip(keys, made.vectors, strict=True)), dict(zip(keys, made.tokens, strict=True))
    return Known(vectors, tokens, made.basis)


@pytest.fixture
def served(tmp_path: Path) -> Generation:
    (tmp_path / "a.txt").write_text("Cats sleep. Dogs dig.", encoding="utf-8")
    build_index(tmp_path / "a.txt", IndexSettings(index=str(tmp_path / "index")), WordEncoder())
    return Shelf(tmp_path / "index").open()


@given(PAIRS, PAIRS)
def test_what_is_carried_over_is_what_embedding_would_give(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    """Row by row, in the order of the units, repeats included."""
    known = kept(vectors_of(before, Known(), WordEncoder()))
    made = vectors_of(after, known, WordEncoder())
    encoder = WordEncoder()
    for row, (text, above) in zip(made.vectors, after, strict=True):
        context = encoder.encode_passages([above]).vectors[0] if above else None
        np.testing.assert_allclose(row, mix(encoder.encode_passages([text]).vectors[0], context), atol=1e-6)
    assert made.carried == sum(pair in before for pair in after)


@given(PAIRS, PAIRS)
def test_nothing_is_embedded_twice_nor_in_vain(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> None:
    """Each text and each context of what is new once, of what is known never."""
    known, encoder = kept(vectors_of(before, Known(), WordEncoder())), WordEncoder()
    vectors_of(after, known, encoder)
    new = set(after) - set(before)
    assert sorted(encoder.encoded) == sorted({part for pair in new for part in pair if part})


def test_a_key_is_of_the_text_and_of_what_stands_above() -> None:
    """Moving a word from one to the other is another key; the same pair is the same one."""
    keys = vectors_of([("b", "a"), ("a", "b"), ("a b", ""), ("", "a b"), ("b", "a")], Known(), WordEncoder()).keys
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
    assert len(found.vectors) == len(served.contents.units)
    assert len(found.tokens) == len(served.contents.passages)
    assert known_vectors(served, WordEncoder("other")) == Known()
    renamed = replace(served, manifest=replace(served.manifest, model="another name"))
    assert len(known_vectors(renamed, WordEncoder()).vectors) == len(served.contents.units)
    assert known_vectors(None, WordEncoder()) == Known()
