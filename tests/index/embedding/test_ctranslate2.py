"""The int8 form of the shipped model compared with float32, and models that cannot be quantized."""

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
from torch.nn import Softplus

from index.build.pipeline import build_folder
from index.embedding import ENCODER_FOLDER, load_encoder, load_generation_encoder
from index.embedding.convert import REJECTION, QuantizedModel
from index.embedding.ctranslate2 import CONFIG, NETWORK, REPORT, QuantizedEncoder
from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import IncompatibleGeneration, ModelError, QuantizationError
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Encoder

SEED = (Path(__file__).parents[3] / "seeds" / "blame.txt").read_text(encoding="utf-8")
SENTENCES = [line.strip() for line in SEED.replace(".", ".\n").splitlines() if 20 < len(line.strip()) < 600]


@pytest.fixture(scope="module")
def model() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder()


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
    # A sum in another order can round an activation to the next of 255 steps; how far that goes depends on the processor.
    for text, vector in zip(texts, together, strict=True):
        assert encoder.encode_passages([text]).vectors[0] @ vector > 0.995


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder for quantized models that has the shipped one."""
    converted = QuantizedModel(SentenceTransformerEncoder(), Path("var/models")).ensure_converted()
    shutil.copytree(converted, tmp_path / "models" / converted.name)
    return tmp_path / "models"


@pytest.mark.slow
def test_a_collection_whose_vectors_differ_is_built_in_float32(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The reason is logged and remembered, the index is complete, and it is served by sentence-transformers."""

    def fail(self: QuantizedEncoder, texts: list[str]) -> None:
        raise QuantizationError("int8 and float32 vectors have a cosine of 0.5, below 0.98")

    monkeypatch.setattr(QuantizedEncoder, "check_quantization", fail)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("The cat sleeps on the mat.", encoding="utf-8")
    settings = IndexSettings(index=str(tmp_path / "index"), models=str(models))
    with caplog.at_level(logging.WARNING):
        build_folder(tmp_path / "texts", settings)
    assert "runs in float32, about three times as slow as in int8: int8 and float32 vectors" in caplog.text
    generation = IndexDirectory(tmp_path / "index").open_current()
    assert not (generation.folder / ENCODER_FOLDER).exists()
    assert isinstance(load_generation_encoder(generation.folder, generation.manifest), SentenceTransformerEncoder)
    assert isinstance(load_encoder(models=models), SentenceTransformerEncoder)
    assert not build_folder(tmp_path / "texts", settings).changed


def test_the_check_at_many_lengths_is_made_once(models: Path) -> None:
    """Its report is kept; a later build compares neighbours only."""
    encoder = load_encoder(models=models)
    assert isinstance(encoder, QuantizedEncoder)
    report = next(models.iterdir()) / REPORT
    report.write_text("{}", encoding="utf-8")
    encoder.check_quantization(SENTENCES[:3])
    assert report.read_text(encoding="utf-8") == "{}"


def test_two_processes_may_convert_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is done first is kept, and the other leaves nothing behind."""

    def be_slower(self: QuantizedModel, draft: Path) -> None:
        self.folder.mkdir()
        for folder, text in ((self.folder, "first"), (draft, "second")):
            (folder / CONFIG).write_text(text, encoding="utf-8")

    monkeypatch.setattr(QuantizedModel, "_write_files", be_slower)
    folder = QuantizedModel(SentenceTransformerEncoder(), tmp_path).ensure_converted()
    assert (folder / CONFIG).read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_cannot_be_written_does_not_reject_the_model(tmp_path: Path) -> None:
    """The error names the setting; nothing is remembered."""
    (tmp_path / "models").write_text("not a folder", encoding="utf-8")
    with pytest.raises(
        ModelError, match=r"cannot write the quantized model to .*models.*; choose another with --models"
    ):
        load_encoder(models=tmp_path / "models")


def test_a_model_with_other_modules_stays_in_float32(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Netsphere computes no dense layer with this activation; the reason is logged and remembered."""
    body = Transformer(str(find_model_folder(DEFAULT_MODEL)))
    dense = Dense(384, 32, activation_function=Softplus())
    made = SentenceTransformer(modules=[body, Pooling(384), dense], device="cpu")
    made.save_pretrained(str(tmp_path / "mine"))
    with caplog.at_level(logging.WARNING):
        encoder = load_encoder(str(tmp_path / "mine"), tmp_path / "models")
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert "its dense layer has the activation Softplus" in caplog.text
    assert len(list(tmp_path.glob(f"models/*/{REJECTION}"))) == 1


@pytest.mark.slow
def test_a_model_with_cls_pooling_and_prompts_is_quantized(tmp_path: Path) -> None:
    """Pooling and prompts are those of the model."""
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
    load_encoder().save(tmp_path / "copy")
    (tmp_path / "copy" / NETWORK / "model.bin").write_bytes(b"no network")
    with pytest.raises(ModelError, match="build the index again"):
        QuantizedEncoder(tmp_path / "copy").encode_questions(["Who?"])


@pytest.mark.slow
def test_serving_imports_neither_torch_nor_sentence_transformers(seed_index: Path) -> None:
    """Both modes answer in a process where they cannot be imported."""
    program = """
import json, sys
for name in ("torch", "sentence_transformers", "transformers", "trafilatura", "pypdfium2"):
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
