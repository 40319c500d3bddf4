"""How the network for questions is trained."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import benchmarks.training.questions.train as training
from benchmarks.open_sets import load_questions
from benchmarks.splits import Part
from benchmarks.training.questions.__main__ import FIGURES, PAGE
from benchmarks.training.questions.document import render_page
from benchmarks.training.questions.measure import EitherNetwork
from benchmarks.training.questions.network import (
    LAYERS,
    MAX_TOKENS,
    compute_losses,
    list_own_weights,
    load_network,
    load_tokenizer,
    pad_texts,
)
from benchmarks.training.questions.texts import collect_texts
from benchmarks.training.questions.train import Plan, draw_batches, train
from index.embedding.model_files import DEFAULT_MODEL, DISTILLED, find_model_folder
from index.embedding.question_network import read_about
from index.embedding.weight_names import WORD_EMBEDDINGS

BASE = find_model_folder(DEFAULT_MODEL)
ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
TEXTS = [f"Who wrote the {count} letters about {thing}?" for count in range(9) for thing in ("tea", "rain", "Kyoto")]
IDS = [encoding.ids for encoding in load_tokenizer(BASE).encode_batch(TEXTS)]
SMALL = Plan(steps=12, tokens=120, rate=5e-4)


def test_every_pass_has_all_texts_and_no_batch_is_too_large() -> None:
    """The padding counts; texts of one batch are of like length."""
    texts = [[0] * (1 + number % 30) for number in range(500)]
    batches = draw_batches(texts, Plan(steps=400, tokens=100))
    firsts = [number for batch in batches for number in batch][: len(texts)]
    assert sorted(firsts) == list(range(len(texts)))
    assert max(len(batch) * max(len(texts[n]) for n in batch) for batch in batches) <= 100
    assert batches == draw_batches(texts, Plan(steps=400, tokens=100))
    assert len(batches) == 400


def test_training_brings_the_vectors_nearer_and_leaves_words_as_they_are(tmp_path: Path) -> None:
    """The vectors of words are the model's, so a word that was never trained on keeps its meaning."""
    network, teacher = load_network(BASE, LAYERS), load_network(BASE)
    words = network.embeddings.word_embeddings.weight.clone()
    before = compute_losses(network, teacher, pad_texts(IDS))
    train(network, teacher, IDS, SMALL, tmp_path / "network.pt")
    after = compute_losses(network, teacher, pad_texts(IDS))
    assert (after < before * 0.9).all()
    assert torch.equal(network.embeddings.word_embeddings.weight, words)
    assert WORD_EMBEDDINGS not in list_own_weights(network)


def test_the_model_itself_has_no_loss() -> None:
    """Whatever the padding: texts of different lengths are compared only where they have tokens."""
    teacher = load_network(BASE)
    assert compute_losses(load_network(BASE), teacher, pad_texts([IDS[0], IDS[1][:4]])).max() < 1e-6


def test_training_that_was_stopped_continues_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its last checkpoint: the steps before it are not repeated, and those after it draw the same texts."""
    teacher = load_network(BASE)
    whole, begun, resumed = (load_network(BASE, LAYERS) for _ in range(3))
    monkeypatch.setattr(training, "STEPS_PER_CHECKPOINT", 5)
    train(whole, teacher, IDS, SMALL, tmp_path / "whole.pt")
    write = training.write_checkpoint

    def write_and_stop(path: Path, state: dict[str, object]) -> None:
        write(path, state)
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping, pytest.raises(KeyboardInterrupt):
        stopping.setattr(training, "write_checkpoint", write_and_stop)
        train(begun, teacher, IDS, SMALL, tmp_path / "begun.pt")
    assert train(resumed, teacher, IDS, SMALL, tmp_path / "begun.pt") == [(0, SMALL.steps)]
    others = list_own_weights(resumed)
    for name, value in list_own_weights(whole).items():
        assert np.allclose(value, others[name], atol=1e-5), name


def test_it_is_known_that_a_training_went_on_with_another_plan(tmp_path: Path) -> None:
    """The page says so, because its rate is not the one that a single plan would have had."""
    network, teacher = load_network(BASE, LAYERS), load_network(BASE)
    train(network, teacher, IDS, replace(SMALL, steps=3), tmp_path / "network.pt")
    assert train(network, teacher, IDS, replace(SMALL, steps=4), tmp_path / "network.pt") == [(0, 3), (3, 4)]


def test_a_long_text_is_cut() -> None:
    """Questions are short, and a batch of long texts would hold few of them."""
    assert len(load_tokenizer(BASE).encode("word " * 500).ids) == MAX_TOKENS


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the open sets are not here")
def test_no_question_of_other_parts_is_learnt() -> None:
    """Those that judge the reader, and those that the confidence is fitted on."""
    texts = set(collect_texts(DATA))
    assert len(texts) > 200_000
    for part in (Part.FIT, Part.HELD_OUT):
        assert not {row.question for row in load_questions(DATA)[part]} & texts


def test_each_network_has_its_turn_and_passages_are_encoded_once() -> None:
    """Otherwise the page would compare a network with itself."""
    encoder = EitherNetwork()
    passages = encoder.encode_passages(TEXTS[:2])
    whole = encoder.encode_questions(TEXTS[:2])
    encoder.turn = DISTILLED
    distilled = encoder.encode_questions(TEXTS[:2])
    assert np.allclose(whole.vectors, passages.vectors, atol=1e-3)
    assert not np.allclose(distilled.vectors, passages.vectors, atol=1e-2)
    assert encoder.encode_passages(TEXTS[:1]).tokens[0] is passages.tokens[0]


def test_the_page_is_that_of_its_figures() -> None:
    """Which are of the network that is shipped."""
    figures = json.loads((ROOT / FIGURES).read_text(encoding="utf-8"))
    assert (ROOT / PAGE).read_text(encoding="utf-8") == render_page(figures)
    assert figures["trained"] == read_about()
    assert [one["mode"] for one in figures["measured"]] == ["fast", "precise"] * 5
