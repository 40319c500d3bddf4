"""Models of other shapes than the shipped one: networks, prompts, dense layers and modules for questions alone.

What sentence-transformers gives is right. Both of our encoders must give it, too, and a search must find with it.
"""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Router, StaticEmbedding
from torch import nn

from index.build.pipeline import build_folder
from index.embedding import ENCODER_FOLDER, load_encoder
from index.embedding.ctranslate2 import QuantizedEncoder
from index.embedding.heads import Head
from index.embedding.model_files import DEFAULT_MODEL, fingerprint_model
from index.embedding.routes import find_prompt
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.errors import IncompatibleGeneration, ModelError
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
from qa.query.encode import encode_questions
from qa.types import Request
from tests.index.embedding.tiny_models import HIDDEN, KINDS, SENTENCES, make_model, make_transformer, save_model

E5_PROMPTS = {"query": "query: ", "passage": "passage: "}


def cosines(own: NDArray[np.float32], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row of ours with the row of sentence-transformers, which need not have unit length."""
    return np.asarray(np.sum(own * wanted, axis=1) / np.linalg.norm(wanted, axis=1))


def require_same(encoder: Encoder, model: SentenceTransformer, least: float, passages: str = "") -> None:
    """Compare an encoder with the model for passages and for questions; ``passages`` is a prompt given by hand."""
    wanted = model.encode([passages + text for text in SENTENCES], prompt="", task="document")
    assert cosines(encoder.encode_passages(SENTENCES).vectors, wanted).min() > least
    assert cosines(encoder.encode_questions(SENTENCES).vectors, model.encode_query(SENTENCES)).min() > least


def load_both(folder: Path) -> tuple[SentenceTransformerEncoder, QuantizedEncoder]:
    """Load a model in both forms; the int8 form has passed its own check against float32."""
    quantized = load_encoder(str(folder), folder.parent / "models")
    assert isinstance(quantized, QuantizedEncoder)
    quantized.check_quantization(SENTENCES)
    return SentenceTransformerEncoder(str(folder)), quantized


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_networks_of_every_kind_are_quantized(tmp_path: Path, kind: str) -> None:
    """BERT and its relatives, saved by transformers 5, in both forms as sentence-transformers has them."""
    model = make_model(tmp_path / "mine", kind)
    for encoder, least in zip(load_both(tmp_path / "mine"), (0.99999, 0.98), strict=True):
        require_same(encoder, model, least)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_a_passage_prompt_is_used_by_any_of_its_names(tmp_path: Path, kind: str) -> None:
    """As models of the E5 family name it; sentence-transformers alone would leave it out, and both forms do not."""
    model = make_model(tmp_path / "mine", kind, E5_PROMPTS)
    assert cosines(model.encode_document(SENTENCES), model.encode(SENTENCES)).min() > 0.99999
    exact, quantized = load_both(tmp_path / "mine")
    for encoder, least in ((exact, 0.99999), (quantized, 0.98)):
        require_same(encoder, model, least, E5_PROMPTS["passage"])
        # The tokens of the prompt are not part of the text.
        tokens = encoder.encode_passages(["manga film"]).tokens[0]
        start = "▁" if kind == "xlm-roberta" else ""
        words = [exact.passages.tokenizer.token_to_id(start + word) for word in ("manga", "film")]
        np.testing.assert_array_equal(tokens.ids, words)


@pytest.mark.parametrize(
    ("prompts", "default", "question", "passage"),
    [
        ({}, None, "", ""),
        ({"query": "q: ", "document": "d: "}, None, "q: ", "d: "),
        ({"query": "q: ", "document": "", "passage": "p: "}, None, "q: ", "p: "),
        ({"query": "q: "}, "query", "q: ", ""),
        ({"query": "", "document": "", "both": "b: "}, "both", "b: ", "b: "),
        ({"query": None, "corpus": "c: "}, None, "", "c: "),
    ],
)
def test_prompts_are_those_of_the_side(
    prompts: dict[str, str | None], default: str | None, question: str, passage: str
) -> None:
    """The default is for models that name neither; a prompt for questions is never put before passages."""
    assert (find_prompt(prompts, default, "query"), find_prompt(prompts, default, "document")) == (question, passage)


@pytest.mark.slow
def test_dense_layers_after_pooling_are_computed(tmp_path: Path) -> None:
    """One after the other, with and without activation and bias, before and after scaling to unit length."""
    torch.manual_seed(3)
    layers = [
        Dense(HIDDEN, 96, activation_function=nn.Tanh()),
        Normalize(),
        Dense(96, 80, bias=False, activation_function=nn.ReLU()),
        Dense(80, 48, activation_function=nn.Identity()),
    ]
    model = save_model(tmp_path / "mine", make_transformer(tmp_path / "body"), Pooling(HIDDEN, "cls"), *layers)
    exact, quantized = load_both(tmp_path / "mine")
    assert quantized.encode_questions(["Who?"]).vectors.shape == (1, 48)
    require_same(exact, model, 0.99999)
    require_same(quantized, model, 0.98)


@pytest.mark.slow
def test_a_shorter_vector_that_the_model_asks_for_is_given(tmp_path: Path) -> None:
    """``truncate_dim`` of its configuration holds for both forms."""
    make_model(tmp_path / "mine", prompts={"query": "find: "})
    whole = SentenceTransformer(str(tmp_path / "mine"), truncate_dim=24, device="cpu")
    whole.save_pretrained(str(tmp_path / "short"))
    for encoder, least in zip(load_both(tmp_path / "short"), (0.99999, 0.98), strict=True):
        assert encoder.encode_passages(["A film."]).vectors.shape == (1, 24)
        require_same(encoder, whole, least)


@pytest.mark.slow
def test_layers_for_questions_alone_are_computed(tmp_path: Path) -> None:
    """A router after pooling; the tokens come from one network, so they are kept."""
    torch.manual_seed(4)
    router = Router.for_query_document([Dense(HIDDEN, 32)], [Dense(HIDDEN, 32)])
    model = save_model(tmp_path / "mine", make_transformer(tmp_path / "body"), Pooling(HIDDEN), router)
    exact, quantized = load_both(tmp_path / "mine")
    for encoder, least in ((exact, 0.99999), (quantized, 0.98)):
        require_same(encoder, model, least)
        question, passage = encoder.encode_questions(["film"]), encoder.encode_passages(["film"])
        assert question.vectors[0] @ passage.vectors[0] < 0.9
        assert len(question.tokens[0].ids) == len(passage.tokens[0].ids) == 1


@pytest.fixture
def two_networks(tmp_path: Path) -> Path:
    """A model with a network of its own, a tokenizer, a limit and a prompt for questions, as LEAF models have."""
    question = make_transformer(tmp_path / "small", "bert", seed=1)
    question.max_seq_length = 40
    passage = make_transformer(tmp_path / "large", "xlm-roberta", seed=2)
    router = Router.for_query_document(
        [question, Pooling(HIDDEN), Dense(HIDDEN, 32, activation_function=nn.Identity())],
        [passage, Pooling(HIDDEN, "cls"), Dense(HIDDEN, 32, activation_function=nn.Identity())],
    )
    save_model(tmp_path / "mine", router, Normalize(), prompts={"query": "the film: "})
    return tmp_path / "mine"


@pytest.mark.slow
def test_a_network_for_questions_alone_is_used(two_networks: Path) -> None:
    """Each side has its own tokenizer and prompt, the smaller limit holds, and no tokens are compared."""
    model = SentenceTransformer(str(two_networks), device="cpu")
    exact, quantized = load_both(two_networks)
    for encoder, least in ((exact, 0.99999), (quantized, 0.98)):
        require_same(encoder, model, least)
        assert encoder.max_tokens == 40
        # Two words and a colon of the prompt, the word, two marks.
        assert encoder.count_question_tokens(["film"]) == [6]
        assert encoder.count_tokens(["film"]) == [3]
        assert encoder.count_tokens(["filmx"]) == exact.passages.count_tokens(["filmx"])
        assert [len(tokens.ids) for tokens in encoder.encode_passages(["film"]).tokens] == [0]
        assert [len(tokens.ids) for tokens in encoder.encode_questions(["film"]).tokens] == [0]


@pytest.mark.slow
def test_no_word_of_a_question_is_cut_by_a_prompt(two_networks: Path) -> None:
    """A question that fits only without its prompt is encoded in parts, so that its last words count."""
    question = " ".join(["film"] * 36)
    for encoder in load_both(two_networks):
        assert encoder.count_question_tokens([question])[0] > encoder.max_tokens
        ends = [encode_questions(encoder, [f"{question} {word}"])[0].vectors[0] for word in ("netflix", "manga")]
        assert ends[0] @ ends[1] < 0.9999


def answer(folder: Path, model: Path, models: Path, question: str) -> tuple[Engine, str]:
    """Build an index of three documents with a model and ask; return the engine and the first passage's document."""
    texts = folder / "texts"
    texts.mkdir(parents=True)
    for name, text in (("a", SENTENCES[0]), ("b", SENTENCES[5]), ("c", SENTENCES[10])):
        (texts / f"{name}.txt").write_text(text, encoding="utf-8")
    build_folder(texts, IndexSettings(index=str(folder / "index"), model=str(model), models=str(models)))
    engine = Engine.open(folder / "index", reader="none")
    found = engine.ask(Request(question, top_k=1))
    assert found.retrieval.degraded == ()
    return engine, found.passages[0].document.id


@pytest.mark.slow
@pytest.mark.parametrize("make", ["two networks", "static", "prompts in float32"])
def test_a_search_finds_with_such_models(
    tmp_path: Path, two_networks: Path, make: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Built, opened and asked from end to end: the sentence that is asked for comes first."""
    folder = tmp_path / "model"
    if make == "static":
        torch.manual_seed(0)
        tokenizer = make_transformer(tmp_path / "words").tokenizer
        save_model(folder, StaticEmbedding(tokenizer, embedding_dim=32))
    elif make == "two networks":
        folder = two_networks
    else:
        make_model(folder, "bert", E5_PROMPTS)
        monkeypatch.setattr("index.embedding.convert.read_parts", _refuse)
    engine, found = answer(tmp_path / "one", folder, tmp_path / "cache", SENTENCES[5])
    assert found == "b.txt"
    is_quantized = make == "two networks"
    assert (
        tmp_path / "one" / "index" / engine.catalog.describe_index().generation / ENCODER_FOLDER
    ).is_dir() is is_quantized


def _refuse(*_: object) -> None:
    from index.errors import QuantizationError

    raise QuantizationError("refused by this test")


REFUSED: dict[str, tuple[Callable[[], list[nn.Module]], str]] = {
    "activation": (lambda: [Dense(HIDDEN, 32, activation_function=nn.GELU())], "has the activation GELU"),
    "residual": (lambda: [Dense(HIDDEN, HIDDEN, use_residual=True)], "has a residual connection"),
    "tokens": (lambda: [Normalize(module_input_name="token_embeddings")], "changes token_embeddings"),
    "pooling": (lambda: [], "its pooling is max, not mean or cls"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_quantized_runs_in_float32_and_says_why(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The vectors are those of sentence-transformers."""
    layers, reason = REFUSED[name]
    pooling = Pooling(HIDDEN, "max" if name == "pooling" else "mean")
    model = save_model(tmp_path / "mine", make_transformer(tmp_path / "body"), pooling, *layers())
    with caplog.at_level(logging.WARNING):
        encoder = load_encoder(str(tmp_path / "mine"), tmp_path / "models")
    assert isinstance(encoder, SentenceTransformerEncoder)
    assert reason in caplog.text
    require_same(encoder, model, 0.99999)


@pytest.mark.slow
def test_a_router_without_a_route_for_documents_is_an_error_that_names_its_routes(tmp_path: Path) -> None:
    """As old models with ``Asym`` have it; sentence-transformers would not encode a document with it."""
    router = Router({"query": [Dense(HIDDEN, 32)], "doc": [Dense(HIDDEN, 32)]}, default_route="doc")
    save_model(tmp_path / "mine", make_transformer(tmp_path / "body"), Pooling(HIDDEN), router)
    with pytest.raises(ModelError, match="its router has no route 'document', only query, doc"):
        load_encoder(str(tmp_path / "mine"), tmp_path / "models")


@pytest.mark.slow
def test_a_model_in_half_precision_is_computed_in_float32(tmp_path: Path) -> None:
    """As many are published."""
    make_model(tmp_path / "mine").half().save_pretrained(str(tmp_path / "half"))
    encoder = SentenceTransformerEncoder(str(tmp_path / "half"))
    assert {parameter.dtype for parameter in encoder.model.parameters()} == {torch.float32}


def test_other_prompts_are_another_model(tmp_path: Path) -> None:
    """They decide vectors, so an index built with others is refused; a model without any has the fingerprint it had."""
    config = tmp_path / "config_sentence_transformers.json"
    seen = []
    for text in ('{"prompts": {}}', '{"prompts": {"query": ""}}', '{"prompts": {"query": "a "}}', "{", "[]"):
        config.write_text(text, encoding="utf-8")
        seen.append(fingerprint_model("mine", tmp_path))
    assert len(set(seen)) == len(seen)


@pytest.mark.slow
def test_an_index_is_bound_to_its_model(tmp_path: Path) -> None:
    """The error for another one names both and what to do, whether the index holds an encoder or not."""
    make_model(tmp_path / "mine")
    answer(tmp_path / "one", tmp_path / "mine", tmp_path / "cache", SENTENCES[5])
    with pytest.raises(IncompatibleGeneration) as caught:
        Engine.open(tmp_path / "one" / "index", model=DEFAULT_MODEL, reader="none")
    message = str(caught.value)
    assert f"was built with {tmp_path / 'mine'} (" in message
    assert f"not with {DEFAULT_MODEL}" in message
    assert "leave out --model" in message
    assert "rebuild it with: python -m index build" in message


def test_a_damaged_head_names_the_remedy(tmp_path: Path) -> None:
    """Neither a missing file nor one that is no archive goes further."""
    path = tmp_path / "head.npz"
    for text in (None, "no archive"):
        if text:
            path.write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match=r"head\.npz cannot be loaded .*; build the index again"):
            Head.load(path)
