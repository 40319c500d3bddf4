"""Token vectors: quantized, and compared one by one."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.disk.splice import FRESH, OLD, Splice
from index.search import late_interaction
from index.search.late_interaction import (
    DIMENSIONS,
    INT8_SCALE,
    LateInteractionIndex,
    learn_projection,
    project_vectors,
    quantize_tokens,
)
from index.types import Embeddings, Encoder, Tokens
from tests.doubles import DIMENSION, WordEncoder

ENCODER = WordEncoder()
PROJECTION = learn_projection(ENCODER)
TEXTS = st.lists(st.sampled_from("cats sleep dogs dig birds sing fish".split()), max_size=6).map(" ".join)


def tokens(text: str) -> Tokens:
    return ENCODER.encode_questions([text]).tokens[0]


def indexed(texts: list[str]) -> LateInteractionIndex:
    return LateInteractionIndex.build([quantize_tokens(tokens(text), PROJECTION) for text in texts], PROJECTION)


def score_by_definition(question: Tokens, passage: Tokens, weights: np.ndarray) -> float:
    """Return the score by its definition, token by token."""
    mine, theirs = project_vectors(question.vectors, PROJECTION), project_vectors(passage.vectors, PROJECTION)
    best = [max(float(a @ b) for b in theirs) for a in mine]
    return float(np.average(best, weights=weights))


@given(st.lists(TEXTS, min_size=1, max_size=5), TEXTS, st.data())
def test_scores_are_the_weighted_mean_of_each_tokens_best_cosine(
    texts: list[str], question: str, data: st.DataObject
) -> None:
    """As the definition gives it, for any of the passages in any order; 0 where either side has no tokens."""
    index, asked = indexed(texts), tokens(question)
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=6))
    holding = [sum(number in tokens(text).ids for text in texts) for number in asked.ids]
    weights = np.array([np.log1p((len(texts) - n + 0.5) / (n + 0.5)) for n in holding])
    for place, score in zip(chosen, index.score_passages(asked, chosen), strict=True):
        passage = tokens(texts[place])
        expected = score_by_definition(asked, passage, weights) if len(asked.ids) and len(passage.ids) else 0.0
        assert score == pytest.approx(expected, abs=0.02)


def test_what_was_saved_is_what_is_loaded(tmp_path: Path) -> None:
    """Scores, tokens and directions are the same to the last bit."""
    before = indexed(["cats sleep", "", "dogs dig holes"])
    before.save(tmp_path)
    after = LateInteractionIndex.load(tmp_path)
    assert len(after) == 3
    np.testing.assert_array_equal(
        after.score_passages(tokens("dogs"), [0, 1, 2]), before.score_passages(tokens("dogs"), [0, 1, 2])
    )
    np.testing.assert_array_equal(after.passage_tokens(2).ids, before.passage_tokens(2).ids)
    np.testing.assert_array_equal(after.projection, before.projection)


def test_a_rare_word_decides_over_common_ones() -> None:
    """Two passages have one of the asked words each; the one with the word that few have is nearer."""
    index = indexed(["fish sleep", "cats dig", "cats sing", "cats run"])
    scores = index.score_passages(tokens("cats fish"), [0, 1])
    assert scores[0] > scores[1]


def test_directions_depend_on_the_model_alone() -> None:
    """Twice the same, orthonormal, and at most DIMENSIONS of them."""
    again = learn_projection(WordEncoder())
    np.testing.assert_array_equal(again, PROJECTION)
    assert PROJECTION.shape == (DIMENSION, min(DIMENSION, DIMENSIONS))
    np.testing.assert_allclose(PROJECTION.T @ PROJECTION, np.eye(PROJECTION.shape[1]), atol=1e-5)


class RecordingEncoder(WordEncoder):
    """Remembers the texts that were encoded as questions."""

    def encode_questions(self, texts: Sequence[str]) -> Embeddings:
        """Remember the texts, and encode them."""
        self.encoded += texts
        return super().encode_questions(texts)


def test_the_directions_are_those_in_which_the_vocabulary_varies_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are learned from 120 texts of 30 words; few of them hold more of the tokens than as many of the last."""
    recording = RecordingEncoder()
    every = learn_projection(recording)
    assert [len(text.split()) for text in recording.encoded] == [30] * 120
    rows = np.concatenate([tokens(text).vectors for text in recording.encoded])
    monkeypatch.setattr(late_interaction, "DIMENSIONS", 8)
    few = learn_projection(ENCODER)
    np.testing.assert_array_equal(few, every[:, :8])
    assert np.square(rows @ few).sum() > np.square(rows @ every[:, -8:]).sum()


def test_a_component_of_one_is_stored_as_127() -> None:
    """The largest whole number that a signed byte holds on both sides of zero."""
    along = Tokens(np.array([7]), np.stack([PROJECTION[:, 2], -PROJECTION[:, 5]]))
    stored = quantize_tokens(along, PROJECTION).vectors
    assert (stored[0, 2], stored[1, 5], np.abs(stored).sum()) == (127, -127, 254)


def test_rounding_to_a_byte_costs_little(encoder: Encoder) -> None:
    """With the real model: the kept rows differ from what they were made of by less than a cosine of 0.001."""
    projection = learn_projection(encoder)
    found = encoder.encode_passages(["The film is directed by Hiroyuki Seshita and written by Tsutomu Nihei."]).tokens[
        0
    ]
    small = quantize_tokens(found, projection)
    kept = small.vectors.astype(np.float32) / INT8_SCALE
    cosines = np.sum(kept * project_vectors(found.vectors, projection), axis=1) / np.linalg.norm(kept, axis=1)
    assert cosines.min() > 0.999
    assert len(small.ids) == len(found.ids) > 10


def test_a_model_without_tokens_scores_nothing() -> None:
    """Static vectors have no tokens in context; every passage is as good."""
    nothing = Tokens(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32))
    projection = np.empty((0, 0), dtype=np.float32)
    index = LateInteractionIndex.build(
        [quantize_tokens(nothing, projection), quantize_tokens(nothing, projection)], projection
    )
    assert index.score_passages(nothing, [1, 0]).tolist() == [0.0, 0.0]


def test_a_merged_index_is_that_of_all_passages() -> None:
    """Tokens and their rarity are those of the passages that stay and of the fresh ones."""
    old, fresh = ["cats sleep", "dogs dig deep", "", "cats purr"], ["birds sing", "cats run"]
    splice = Splice.from_rows([(OLD, 0), (FRESH, 0), (OLD, 2), (OLD, 3), (FRESH, 1)])
    merged = LateInteractionIndex.merge([indexed(old), indexed(fresh)], splice)
    built = indexed([old[0], fresh[0], old[2], old[3], fresh[1]])
    asked = tokens("which cats dig and sing")
    assert merged.score_passages(asked, range(5)).tolist() == built.score_passages(asked, range(5)).tolist()
