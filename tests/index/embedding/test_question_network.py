"""The network of three layers that encodes questions: it belongs to the default model, and passages know nothing of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build.pipeline import build_folder
from index.embedding import load_encoder, load_generation_encoder
from index.embedding.ctranslate2 import QUESTION_NETWORK, QuantizedEncoder
from index.embedding.default_model import FINGERPRINT
from index.embedding.model_files import DEFAULT_MODEL, DISTILLED, find_model_folder
from index.embedding.question_network import SHIPPED, WEIGHTS, read_about, read_weights, write_weights
from index.embedding.weight_names import LAYER, WORD_EMBEDDINGS, count_layers
from index.errors import ModelError
from index.settings import IndexSettings
from qa.engine import Engine

QUESTIONS = (
    "Who directed the film?",
    "how many days of leave do new staff get",
    "What does the Safeguard protect?",
    "opening hours of the town museum",
    "Why did the fox not trust the crow?",
)
# The repository carries the weights with every version.
MAX_BYTES = 12e6


@pytest.fixture
def encoder() -> QuantizedEncoder:
    found = load_encoder(question_network=DISTILLED)
    assert isinstance(found, QuantizedEncoder)
    return found


def test_it_belongs_to_the_default_model() -> None:
    """Beside vectors of another model its own would mean nothing."""
    about = read_about()
    assert about["model"] == FINGERPRINT
    assert (SHIPPED / WEIGHTS).stat().st_size < MAX_BYTES


def test_a_question_gets_nearly_the_vectors_of_the_whole_model(encoder: QuantizedEncoder) -> None:
    """The vector of the text, and those of its tokens, which late interaction compares."""
    asked, whole = encoder.encode_questions(QUESTIONS), encoder.encode_passages(QUESTIONS)
    cosines = np.sum(asked.vectors * whole.vectors, axis=1)
    assert 0.9 < cosines.min() < 0.9999
    for own, other in zip(asked.tokens, whole.tokens, strict=True):
        assert own.ids.tolist() == other.ids.tolist()
        assert np.sum(own.vectors * other.vectors, axis=1).mean() > 0.85


def test_only_the_network_that_is_asked_is_loaded(encoder: QuantizedEncoder, tmp_path: Path) -> None:
    """A server that only answers does without the larger one, which it has on disk for documents that are added."""
    encoder.save(tmp_path / "encoder")
    served = QuantizedEncoder(tmp_path / "encoder")
    (tmp_path / "encoder" / "body").rename(tmp_path / "elsewhere")
    assert np.array_equal(served.encode_questions(QUESTIONS).vectors, encoder.encode_questions(QUESTIONS).vectors)
    (tmp_path / "elsewhere").rename(tmp_path / "encoder" / "body")
    (tmp_path / "encoder" / QUESTION_NETWORK).rename(tmp_path / "elsewhere")
    assert np.array_equal(served.encode_passages(QUESTIONS).vectors, encoder.encode_passages(QUESTIONS).vectors)


def test_the_whole_network_is_asked_unless_the_other_is_chosen(encoder: QuantizedEncoder) -> None:
    """Both give passages the same vectors, so their fingerprint is the same and nothing is embedded again."""
    whole = load_encoder()
    assert np.array_equal(whole.encode_passages(QUESTIONS).vectors, encoder.encode_passages(QUESTIONS).vectors)
    assert np.array_equal(whole.encode_questions(QUESTIONS).vectors, whole.encode_passages(QUESTIONS).vectors)
    assert whole.fingerprint == encoder.fingerprint


def test_another_model_has_none() -> None:
    """It would be asked with vectors of another space."""
    with pytest.raises(ModelError, match=r"no network of 'other'.*set question_network to whole"):
        load_encoder("other", question_network=DISTILLED)


def test_a_build_takes_it_over_without_embedding_anything(tmp_path: Path) -> None:
    """The setting is part of what an index answers, so the next build makes another generation, of the same vectors."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "film.txt").write_text("Ann Lee directed the film. It is set in Kyoto.", encoding="utf-8")
    settings = IndexSettings(index=str(tmp_path / "index"))
    first = build_folder(tmp_path / "texts", settings)
    second = build_folder(tmp_path / "texts", replace(settings, question_network=DISTILLED))
    assert first.embedded > 0
    assert second.changed and second.embedded == 0
    answer = Engine.open(settings.index).ask("Who directed the film?")
    assert answer.text == "Ann Lee"
    served = load_generation_encoder(tmp_path / "index" / second.manifest.generation, second.manifest)
    assert not np.array_equal(
        served.encode_questions(QUESTIONS).vectors, load_encoder().encode_questions(QUESTIONS).vectors
    )


def test_what_is_written_is_read_in_half_precision(tmp_path: Path) -> None:
    """The vectors of words, and all that the network has no own weights for, are those of the model."""
    ones = np.ones((2, 3), dtype=np.float32)
    model = {WORD_EMBEDDINGS: ones, "pooler.dense.weight": ones, f"{LAYER}0.a": ones, f"{LAYER}5.a": ones}
    own = {WORD_EMBEDDINGS: 2 * ones, f"{LAYER}0.a": ones / 3, "embeddings.LayerNorm.bias": 4 * ones}
    write_weights(own, {"model": "m"}, tmp_path)
    found = read_weights(model, tmp_path)
    assert found.keys() == {WORD_EMBEDDINGS, "pooler.dense.weight", f"{LAYER}0.a", "embeddings.LayerNorm.bias"}
    assert np.array_equal(found[WORD_EMBEDDINGS], ones)
    assert np.allclose(found[f"{LAYER}0.a"], 1 / 3, atol=1e-3)
    assert found[f"{LAYER}0.a"].dtype == np.float32
    assert read_about(tmp_path) == {"model": "m"}


def test_it_has_fewer_layers_than_the_model() -> None:
    """That is what makes it fast."""
    from safetensors.numpy import load_file

    model = load_file(find_model_folder(DEFAULT_MODEL) / "model.safetensors")
    assert count_layers(model) == 6
    assert count_layers(read_weights(model)) == len(read_about()["layers"]) < 4
