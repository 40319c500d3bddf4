"""The teacher of the reader: its base, its adapters, its training and what the small reader learns from it."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from itertools import chain
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel, PretrainedConfig

from benchmarks.training.reader.adapters import merge_adapters
from benchmarks.training.reader.batches import Batches, Plan, draw_pairs
from benchmarks.training.reader.convert import write_large_reader
from benchmarks.training.reader.distill import (
    align_pairs,
    label_pairs,
    measure_divergence,
    measure_relevance_divergence,
)
from benchmarks.training.reader.examples import Example, ExampleSet, Text, keep_labelled
from benchmarks.training.reader.network import NEVER, Network, average_trained, load_network, write_trained
from benchmarks.training.reader.train import _load_batches, compute_losses, train
from index.errors import ModelError
from index.types import Span
from qa.reader import large
from qa.reader.pairs import PairTokenizer
from qa.reader.reader import TrainedReader

WORDS = "the film was directed by ann lee in kyoto green tea is brewed at eighty degrees who ? . ##s".split()
FILM = Text("Film", "The film was directed by Ann Lee in Kyoto.", (Span(0, 42),))
TEA = Text("Tea", "Green tea is brewed at eighty degrees.", (Span(0, 38),))
EXAMPLE = Example("qed", "Who directed the film?", 0, (Span(25, 32),), relevant=True, wrong=(1,))
FOUND = ExampleSet((FILM, TEA), [EXAMPLE, replace(EXAMPLE, answers=(), relevant=None)])
SIZES = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
PASSAGES = [("Film", FILM.text), ("Tea", TEA.text), ("", "tea " * 40)]


def a_tokenizer(folder: Path, marks: list[str]) -> int:
    """Write a tokenizer whose vocabulary begins with the marks; return its size."""
    words = {word: n for n, word in enumerate(dict.fromkeys([*marks, "[UNK]", *WORDS]))}
    tokenizer = Tokenizer(models.WordPiece(words, unk_token="[UNK]"))  # noqa: S106 — no password
    tokenizer.add_special_tokens(marks)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    first, last = (marks[0], 0), (marks[2], 2)
    kind = processors.BertProcessing if marks[0] == "[CLS]" else processors.RobertaProcessing
    tokenizer.post_processor = kind(last, first)
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {"cls_token": marks[0], "pad_token": marks[1], "sep_token": marks[2], "unk_token": "[UNK]"}
    about = {"tokenizer_class": "PreTrainedTokenizerFast", **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(about), encoding="utf-8")
    return len(words)


def a_base(folder: Path, kind: str) -> Path:
    """Write a tiny model with random weights."""
    folder.mkdir()
    torch.manual_seed(1)
    config: PretrainedConfig
    if kind == "bert":
        config = BertConfig(vocab_size=a_tokenizer(folder, ["[CLS]", "[PAD]", "[SEP]"]), pad_token_id=1, **SIZES)
        BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    else:
        config = MPNetConfig(vocab_size=a_tokenizer(folder, ["<s>", "<pad>", "</s>", "<unk>"]), **SIZES)
        model = MPNetModel(config, add_pooling_layer=False)
        # Random ones are too small to tell whether they are used.
        model.encoder.relative_attention_bias.weight.data *= 50
        model.embeddings.position_embeddings.weight.data *= 20
        model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_base(tmp_path_factory.mktemp("bases") / "bert", "bert")


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_base(tmp_path_factory.mktemp("bases") / "mpnet", "mpnet")


@pytest.mark.slow
def test_mpnet_reads_like_transformers_and_converted_like_in_torch(
    mpnet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positions and marks of a pair are those that MPNetModel gives itself; the int8 reader finds the same words."""
    torch.manual_seed(0)
    network = Network(mpnet, rank=2).eval()
    torch.nn.init.normal_(network.bert.encoder.layer[0].intermediate.dense.up)
    pairs = list(network.tokenizer.encode_pairs("Who directed the film?", PASSAGES))
    ids = torch.tensor([pairs[0].ids])
    assert ids[0].tolist().count(2) == 3
    with torch.inference_mode():
        plain = network.span(network.bert(ids).last_hidden_state)[0, pairs[0].first, 0]
        start, _, relevance = network(pairs)
    torch.testing.assert_close(start[0, pairs[0].first], plain)
    write_trained(network, tmp_path / "trained.safetensors", {"questions": {}})
    write_large_reader(tmp_path / "trained.safetensors", tmp_path / "weights")
    monkeypatch.setattr(large, "WEIGHTS", tmp_path / "weights")
    folder = large.ensure_large_reader(tmp_path / "models", lambda to: copytree(mpnet, to) and None)
    reader = TrainedReader(tmp_path / "weights", "large", folder)
    readings = reader.read("Who directed the film?", PASSAGES)
    np.testing.assert_allclose([one.relevance for one in readings], relevance, atol=0.05)
    for row, (pair, converted) in enumerate(zip(pairs, reader._network(pairs), strict=True)):
        words = slice(pair.first, pair.first + len(pair.offsets))
        np.testing.assert_allclose(converted.start[words], start[row, words].numpy(), atol=0.1)


def test_a_teacher_without_adapters_is_no_large_reader(mpnet: Path, tmp_path: Path) -> None:
    """All of its weights are its own, so the error says how to train it."""
    write_trained(Network(mpnet), tmp_path / "trained.safetensors", {})
    with pytest.raises(ModelError, match="has no adapters; train the teacher with --rank"):
        write_large_reader(tmp_path / "trained.safetensors", tmp_path / "weights")


def test_adapters_change_nothing_before_training_and_all_of_it_after(bert: Path) -> None:
    """The first matrix product is zero; only adapters and heads are trained, and merging keeps what they learnt."""
    torch.manual_seed(0)
    plain = Network(bert).eval()
    torch.manual_seed(0)
    adapted = Network(bert, rank=2).eval()
    for head in ("span", "pool", "relevance"):
        getattr(adapted, head).load_state_dict(getattr(plain, head).state_dict())
    pairs = list(plain.tokenizer.encode_pairs("Who directed the film?", PASSAGES))
    assert all(torch.equal(a, b) for a, b in zip(plain(pairs), adapted(pairs), strict=True))
    assert {name.split(".")[-1] for name in adapted.list_trained() if name.startswith("bert.")} == {"up", "down"}
    with torch.no_grad():
        for name, parameter in adapted.named_parameters():
            if name.endswith(".up"):
                parameter.normal_()
    learnt = adapted(pairs)[0]
    assert not torch.allclose(learnt, plain(pairs)[0])
    merge_adapters(adapted.bert)
    torch.testing.assert_close(adapted(pairs)[0], learnt, atol=1e-4, rtol=1e-4)


def test_the_trained_parameters_are_read_as_written(bert: Path, tmp_path: Path) -> None:
    """With what was told about them; the weights of another network are refused."""
    network, path = Network(bert, rank=2).eval(), tmp_path / "trained.safetensors"
    write_trained(network, path, {"questions": {"qed": 1}})
    found, about = load_network(bert, path)
    pairs = list(network.tokenizer.encode_pairs("Who directed the film?", PASSAGES))
    torch.testing.assert_close(found(pairs)[2], network(pairs)[2], atol=1e-2, rtol=1e-2)
    assert about == {"questions": {"qed": 1}}
    with pytest.raises(ModelError, match="another network"):
        Network(bert).load_trained(load_file(path))


def test_the_mean_of_networks_lies_between_them(bert: Path, tmp_path: Path) -> None:
    """Weight by weight; networks of another rank have no mean."""
    networks = [Network(bert).eval() for _ in range(2)]
    paths = [tmp_path / f"{number}.safetensors" for number in range(2)]
    for network, path in zip(networks, paths, strict=True):
        write_trained(network, path, {"questions": {}, "plan": {"rate": 1}})
    average_trained(paths, tmp_path / "mean.safetensors")
    mean, about = load_network(bert, tmp_path / "mean.safetensors")
    expected = sum(network.relevance.weight for network in networks) / 2
    torch.testing.assert_close(mean.relevance.weight, expected, atol=1e-3, rtol=1e-3)
    assert about["averaged"] == [{"rate": 1}] * 2
    write_trained(Network(bert, rank=2), paths[1], {"questions": {}, "plan": {}})
    with pytest.raises(ModelError, match="other parameters"):
        average_trained(paths, tmp_path / "mean.safetensors")


def test_the_teacher_labels_the_tokens_of_the_student(bert: Path, mpnet: Path) -> None:
    """Word for word, although its pair has one mark more; where words are split differently it says so."""
    student, teacher = Network(bert).eval(), Network(mpnet).eval()
    texts = [("Who directed the film?", passage) for passage in [*PASSAGES, ("", "a </s> b")]]
    pairs = [next(student.tokenizer.encode_pairs(question, [passage])) for question, passage in texts]
    starts = student(pairs)[0].detach()
    aligned = align_pairs(teacher.tokenizer, texts, pairs, starts.shape[1])
    start, _, relevance = label_pairs(teacher, aligned, starts)
    assert aligned.same.tolist() == [True, True, True, False]
    own = list(teacher.tokenizer.encode_pairs("Who directed the film?", PASSAGES))
    wanted = teacher(own)
    torch.testing.assert_close(relevance[:3], wanted[2])
    for row, (pair, its) in enumerate(zip(pairs[:3], own, strict=True)):
        count = len(pair.offsets)
        torch.testing.assert_close(
            start[row, pair.first : pair.first + count], wanted[0][row, its.first : its.first + count]
        )
        assert start[row, 0] == wanted[0][row, 0]
        assert (start[row, 1 : pair.first] == NEVER).all()


def test_the_divergence_of_equals_is_zero() -> None:
    """Whatever cannot answer has no part in it, and any difference counts."""
    one, other = torch.tensor([[1.0, NEVER, 3.0]]), torch.tensor([[3.0, NEVER, 1.0]])
    assert measure_divergence(one, one).item() == pytest.approx(0, abs=1e-6)
    assert 0 < measure_divergence(one, other).item() < 10
    assert measure_relevance_divergence(one[:, 0], one[:, 0]).item() == pytest.approx(0, abs=1e-6)
    assert measure_relevance_divergence(one[:, 0], -one[:, 0]).item() > 0


@pytest.mark.slow
def test_distillation_brings_the_student_closer_to_the_teacher(bert: Path, mpnet: Path, tmp_path: Path) -> None:
    """In the words and in the relevance, on a question without labels."""
    torch.manual_seed(0)
    student, teacher = Network(bert), Network(mpnet).eval().requires_grad_(False)
    with torch.no_grad():
        teacher.span.weight *= 20  # certain of something
    found = ExampleSet(FOUND.texts, FOUND.examples[1:])
    (part,) = Batches(found, student.tokenizer, Plan(steps=1, batch=8), 16, teacher.tokenizer)[0]
    before, after = [], []
    for losses in (before, after):
        with torch.no_grad():
            losses += map(float, compute_losses(student, part, teacher)[:2])
        if losses is before:
            train(student, found, Plan(steps=20, batch=8, rate=3e-3), tmp_path / "student.pt", teacher)
    assert all(late < early for early, late in zip(before, after, strict=True))
    with torch.no_grad():
        assert not any(map(float, compute_losses(student, part)))  # nothing to learn without the teacher


def test_a_question_without_labels_gets_no_label(bert: Path) -> None:
    """Neither its passage nor a wrong one; training without a teacher leaves it out."""
    pairs = PairTokenizer(bert / "tokenizer.json")
    drawn = [one for seed in range(9) for one in draw_pairs(FOUND, FOUND.examples[1], pairs, random.Random(seed))]
    assert len(drawn) > 9
    assert {(one.target, one.relevant) for one in drawn} == {(None, None)}
    assert keep_labelled(FOUND).examples == [EXAMPLE]


@pytest.mark.slow
def test_a_distillation_that_was_stopped_ends_like_one_that_was_not(
    bert: Path, mpnet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With adapters and a teacher, too; the checkpoint has only what is trained."""
    monkeypatch.setattr("benchmarks.training.reader.train.STEPS_PER_CHECKPOINT", 1)
    plan, states = Plan(steps=4, batch=4), []
    teacher = Network(mpnet).eval()

    def compute(*arguments: object) -> object:
        if left and not left.pop():
            raise KeyboardInterrupt
        return compute_losses(*arguments)  # type: ignore[arg-type]

    for stops in ([], [False, True, True]):
        torch.manual_seed(0)
        network, checkpoint, left = Network(bert, rank=2), tmp_path / f"{len(stops)}.pt", list(stops)
        monkeypatch.setattr("benchmarks.training.reader.train.compute_losses", compute)
        if stops:
            with pytest.raises(KeyboardInterrupt):
                train(network, FOUND, plan, checkpoint, teacher)
            assert not any("embeddings" in name for name in torch.load(checkpoint, weights_only=True)["network"])
            torch.manual_seed(0)
            network = Network(bert, rank=2)
        train(network, FOUND, plan, checkpoint, teacher)
        states.append(network.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_gpu_gets_the_same_batches_from_other_processes(bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the steps, from the one that is next."""
    monkeypatch.setattr("benchmarks.training.reader.train.GPU_WORKERS", 1)
    batches = Batches(FOUND, PairTokenizer(bert / "tokenizer.json"), Plan(steps=3, batch=4), 2)
    loaded = list(_load_batches(batches, range(1, 3), torch.device("cuda")))
    assert [len(batch) for batch in loaded] == [len(batches[1]), len(batches[2])]
    for part, wanted in zip(chain(*loaded), [*batches[1], *batches[2]], strict=True):
        for tensor, same in zip(part.padded + part[1:-1], wanted.padded + wanted[1:-1], strict=True):
            assert torch.equal(tensor, same)


@pytest.mark.slow
def test_training_imports_nothing_that_a_bare_machine_with_a_gpu_lacks() -> None:
    """Four small libraries beside torch and transformers are carried there; others would not fit."""
    heavy = {
        "ctranslate2",
        "faiss",
        "fasttext",
        "sklearn",
        "flask",
        "pydantic",
        "trafilatura",
        "pypdfium2",
        "ir_measures",
    }
    program = f"import sys, benchmarks.training.reader.teach; print(*sorted(sys.modules.keys() & {heavy!r}))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
