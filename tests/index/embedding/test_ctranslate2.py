"""The shipped model made fast beside the model itself, and what happens to a model that cannot be."""

import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer

from index.build.pipeline import build_folder
from index.embedding import FOLDER, load_encoder, load_generation_encoder
from index.embedding.ctranslate2 import BODY, QuantizedEncoder
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.embedding.quantization_check import LEAST_COSINE, LEAST_MEAN, LEAST_SHORT, SHORT, check_quantization
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import IncompatibleGeneration, ModelError, QuantizationError
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Embeddings, Encoder
from tests.doubles import WordEncoder

SEED = (Path(__file__).parents[3] / "seeds" / "blame.txt").read_text(encoding="utf-8")
SENTENCES = [line.strip() for line in SEED.replace(".", ".\n").splitlines() if 20 < len(line.strip()) < 600]


@pytest.fixture(scope="module")
def model() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


@pytest.mark.slow
def test_at_every_length_the_vectors_are_those_of_the_model(encoder: Encoder, model: Encoder) -> None:
    """From 3 tokens to 256, and the texts nearest to a text are the same."""
    found = check_quantization(encoder, model, SENTENCES, range(3, 257))
    assert found.mean is not None
    assert found.cosine is not None
    assert found.short is not None
    assert found.mean >= LEAST_MEAN
    assert found.cosine >= LEAST_COSINE
    assert found.short >= LEAST_SHORT
    assert found.shared > 0.9


def test_tokens_and_counts_are_those_of_the_model(encoder: Encoder, model: Encoder) -> None:
    """The same numbers, special ones left out; each token's vector is nearly the same."""
    texts = ["Who directed the film?", "猫はどこで眠る？", "", "word " * 300]
    assert encoder.count_tokens(texts) == model.count_tokens(texts)
    assert (encoder.max_tokens, encoder.name, encoder.vocabulary) == (model.max_tokens, model.name, model.vocabulary)
    fast, exact = encoder.encode_questions(SENTENCES[:5]), model.encode_questions(SENTENCES[:5])
    for own, wanted in zip(fast.tokens, exact.tokens, strict=True):
        np.testing.assert_array_equal(own.ids, wanted.ids)
        assert np.sum(own.vectors * wanted.vectors, axis=1).min() > 0.95


def test_a_batch_changes_no_vector_beyond_rounding(encoder: Encoder) -> None:
    """Alone or beside longer ones; a text over the limit is cut there, as the model itself does."""
    texts = [*SENTENCES[:6], "word " * 300]
    together = encoder.encode_passages(texts).vectors
    for text, vector in zip(texts, together, strict=True):
        assert encoder.encode_passages([text]).vectors[0] @ vector > 0.999


class Turned(WordEncoder):
    """Sees every text's words backwards."""

    def encode_questions(self, texts: list[str]) -> Embeddings:  # type: ignore[override]
        return super().encode_questions([" ".join(text.split()[: len(text.split()) // 2]) for text in texts])


def test_an_encoder_that_drifted_is_refused_with_what_was_found() -> None:
    """By its neighbours or by its vectors, whichever shows it."""
    with pytest.raises(QuantizationError, match=r"agree with float32 to 0\.\d+, not to 0\.\d+"):
        check_quantization(Turned(), WordEncoder(), SENTENCES)
    same = check_quantization(WordEncoder(), WordEncoder(), SENTENCES)
    assert (same.shared, round(same.cosine or 0, 5), round(same.short or 0, 5)) == (1.0, 1.0, 1.0)
    assert check_quantization(WordEncoder(), WordEncoder(), ["one"], ()).cosine is None
    assert SHORT > 3


def test_a_collection_that_drifts_is_built_with_the_model_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The refusal is remembered and said, the index is whole, and it is served by sentence-transformers."""

    def refuse(self: QuantizedEncoder, texts: list[str]) -> None:
        raise QuantizationError("in int8, the vectors of texts agree with float32 to 0.5, not to 0.99")

    monkeypatch.setattr(QuantizedEncoder, "check_quantization", refuse)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("The cat sleeps on the mat.", encoding="utf-8")
    settings = IndexSettings(index=str(tmp_path / "index"), models=str(tmp_path / "models"))
    with caplog.at_level(logging.WARNING):
        build_folder(tmp_path / "texts", settings)
    assert "stays in float32, about three times as slow: in int8, the vectors" in caplog.text
    generation = IndexDirectory(tmp_path / "index").open_current()
    assert not (generation.folder / FOLDER).exists()
    assert isinstance(load_generation_encoder(generation.folder, generation.manifest), SentenceTransformerEncoder)
    assert isinstance(load_encoder(models=tmp_path / "models"), SentenceTransformerEncoder)
    assert not build_folder(tmp_path / "texts", settings).changed


def test_a_model_of_another_make_stays_as_it_is(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One with a layer that this program does not compute; why is said."""
    body = Transformer(str(find_model_folder(DEFAULT_MODEL)))
    made = SentenceTransformer(modules=[body, Pooling(384), Dense(384, 32)], device="cpu")
    made.save_pretrained(str(tmp_path / "mine"))
    with caplog.at_level(logging.WARNING):
        encoder = load_encoder(str(tmp_path / "mine"), tmp_path / "models")
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert "made of Transformer, Pooling, Dense" in caplog.text


def test_a_model_of_the_first_token_and_with_prompts_is_made_fast(tmp_path: Path) -> None:
    """Pooling and prompts are the model's own."""
    body = Transformer(str(find_model_folder(DEFAULT_MODEL)))
    prompts = {"query": "query: ", "document": "passage: "}
    made = SentenceTransformer(modules=[body, Pooling(384, pooling_mode="cls")], prompts=prompts, device="cpu")
    made.save_pretrained(str(tmp_path / "mine"))
    fast = load_encoder(str(tmp_path / "mine"), tmp_path / "models")
    exact = SentenceTransformerEncoder(str(tmp_path / "mine"))
    assert isinstance(fast, QuantizedEncoder)
    assert fast.count_tokens(["cat"]) == exact.count_tokens(["cat"])
    text = [SENTENCES[0]]
    assert fast.encode_passages(text).vectors[0] @ exact.encode_passages(text).vectors[0] > 0.98
    assert fast.encode_questions(text).vectors[0] @ exact.encode_questions(text).vectors[0] > 0.98
    assert fast.encode_questions(text).vectors[0] @ fast.encode_passages(text).vectors[0] < 0.9999


def test_a_generation_answers_with_its_own_encoder_and_no_other(seed_index: Path, tmp_path: Path) -> None:
    """A model that is named where it is served must be the one that was converted."""
    generation = IndexDirectory(seed_index).open_current()
    assert isinstance(load_generation_encoder(generation.folder, generation.manifest, DEFAULT_MODEL), QuantizedEncoder)
    folder = tmp_path / "other"
    shutil.copytree(find_model_folder(DEFAULT_MODEL), folder)
    settings = folder / "sentence_bert_config.json"
    settings.write_text(settings.read_text(encoding="utf-8").replace("256", "128"), encoding="utf-8")
    with pytest.raises(IncompatibleGeneration, match="rebuild it with: python -m index build"):
        load_generation_encoder(generation.folder, generation.manifest, str(folder))


def test_a_folder_without_an_encoder_is_an_error_that_says_so(tmp_path: Path) -> None:
    """Neither a missing description nor a damaged network goes further."""
    with pytest.raises(ModelError, match="does not hold an encoder"):
        QuantizedEncoder(tmp_path)
    kept = load_encoder()
    kept.save(tmp_path / "copy")
    (tmp_path / "copy" / BODY / "model.bin").write_bytes(b"no network")
    with pytest.raises(ModelError, match="build the index again"):
        QuantizedEncoder(tmp_path / "copy").encode_questions(["Who?"])


@pytest.mark.slow
def test_serving_imports_neither_torch_nor_sentence_transformers(seed_index: Path) -> None:
    """Both modes answer in a process where they cannot be imported."""
    program = """
import json, sys
for name in ("torch", "sentence_transformers", "transformers", "trafilatura", "pypdf"):
    sys.modules[name] = None
from qa.engine import Engine
from qa.types import Request
from qa.web import create_app
engine = Engine.open(sys.argv[1])
create_app(engine)
modes = ("fast", "precise")
print(json.dumps([engine.ask(Request("Who directed the film?", mode=m)).answer.text for m in modes]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(seed_index)], capture_output=True, text=True, cwd=Path.cwd(), check=False
    )
    assert done.returncode == 0, done.stderr
    assert all("Hiroyuki Seshita" in text for text in json.loads(done.stdout))
