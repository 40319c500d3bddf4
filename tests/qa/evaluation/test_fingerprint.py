"""The fingerprint of the program, and the documents that were measured with it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import index.build.split_documents as split_documents
import qa.answer.calibration as calibration
import qa.reader.large as large
import qa.reader.reader as reader
from index.text.chunking import split_into_passages
from qa.evaluation import fingerprint
from qa.evaluation.fingerprint.program import STEP, digest_of, hash_shipped_data, observe_behaviour, to_steps
from qa.query.understand import understand
from qa.ranking.fusion import fuse
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import Rerank, StoppingRule

ROOT = Path(__file__).parents[3]
# Sums of float32 differ by about this share between processors (measured between instruction sets).
ROUNDING = 1e-6
CONSTANTS: tuple[tuple[str, object], ...] = (
    ("index.search.bm25.K1", 0.95),
    ("index.search.bm25.B", 0.42),
    ("index.build.embed_units.CONTEXT_WEIGHT", 0.3),
    ("index.search.late_interaction.DIMENSIONS", 48),
    ("index.search.late_interaction.INT8_SCALE", 63),
    ("index.search.top_k.SCORE_DECIMALS", 2),
    ("index.text.structure.MIN_FLATTENED_CHARS", 5000),
    ("index.text.structure.MAX_HEADING_CHARS", 15),
    ("index.text.structure.MAX_RAGGED_CHARS", 1),
    ("index.text.structure.MAX_WRAP_CHARS", 60),
    ("index.text.chunking.EXTRA_SENTENCE_COST", 0.3),
    ("index.text.chunking.TORN_PARAGRAPH_COST", 0.9),
    ("index.text.searchable_text.MAX_CONTEXT", 10),
    ("qa.ranking.stages.rerank.MAX_PASSAGES", 1),
    ("qa.ranking.stages.rerank.MAX_RELEVANCE", 3.0),
    ("qa.ranking.stages.rerank.HOPELESS_CHARACTERS", 300),
    ("qa.ranking.stages.rerank.FALL_CHARACTERS", 90),
    ("qa.ranking.stages.rerank.EXPECTED_RELEVANCE", 3.0),
    ("qa.ranking.stages.rerank.EXPECTED_FALL", 0.0),
    ("qa.answer.evidence.COSINE_WEIGHT", 0.45),
    ("qa.answer.evidence.MIN_SECOND_SHARE", 0.94),
    ("qa.ranking.retriever.MAX_CANDIDATES", 45),
    ("qa.ranking.features.MAX_LEAD", 0.45),
    ("qa.ranking.stages.collapse_copies.MAX_SHORTFALL", 0.5),
    ("qa.ranking.content_check.MIN_QUOTED_WORDS", 5),
    ("qa.answer.builder.MAX_COPIES", 0),
    ("qa.query.spelling.MIN_LETTERS", 3),
    ("qa.query.spelling.MIN_LETTERS", 7),
    ("qa.query.spelling.MAX_SWAP_ONLY_LETTERS", 7),
    ("qa.query.spelling.MIN_TWO_EDIT_LETTERS", 6),
    ("qa.query.spelling.MIN_TWO_EDIT_LETTERS", 12),
    ("qa.query.follow_up.MAX_NAMES", 1),
    ("qa.query.follow_up.MAX_TOPIC_WORDS", 1),
    ("qa.query.follow_up.MAX_CARRIED", 2),
    ("qa.answer.calibration.MIN_UNKNOWN_SHARE", 0.6),
    ("qa.ranking.features.LOGIT_SCALE", 5.0),
    ("qa.reader.spans.MAX_ANSWER_TOKENS", 10),
    ("qa.reader.pairs.MAX_QUESTION_TOKENS", 10),
    ("qa.reader.pairs.MAX_CONTEXT_TOKENS", 2),
    ("qa.reader.language.MIN_PROBABILITY", 0.0),
)
# A parameter's default is taken from its constant once, so the default is what has to be changed.
DEFAULTS: tuple[tuple[Callable[..., Any], tuple[object, ...]], ...] = (
    (fuse, (0.48,)),
    (understand, (str, 0.48)),
    (LateInteraction.__init__, (2.9,)),
    (Rerank.__init__, (0.14, 3300, StoppingRule())),
    (Rerank.__init__, (0.15, 600, StoppingRule())),
    (Rerank.__init__, (0.15, 3300, StoppingRule(likely=-8.0))),
    (Rerank.__init__, (0.15, 3300, StoppingRule(fall=0.0))),
)
# What so small a collection cannot show. Change one of these and the documents stay fresh: measure them again.
UNSEEN = (
    "index.search.stores.faiss_auto.MAX_FLAT_ROWS",  # and all of faiss_ivf: it begins at 10,000 units
    "index.search.max_score.ROUNDING_SLACK",  # and what else decides only how fast the same passages are found
    "index.search.late_interaction.SAMPLE_TEXTS",  # the projection of the shipped model is learned from them
    "qa.ranking.stages.collapse_copies.MIN_COSINE_SHARE",  # there are no versions
    "qa.ranking.retriever.SEARCHED_UNITS",  # more units than the collection has
    "qa.reader.pairs.MAX_TOKENS",  # no passage is so long
    "qa.reader.rows.ROW_WEIGHT",  # and its other weights: there are no tables
    "index.embedding.saturation.MAX_PAIR_SUM",  # of the real encoder; its form is named in the fingerprint
)


def observe() -> str:
    return digest_of(to_steps(observe_behaviour()))


@pytest.fixture(scope="module")
def observed() -> list[Any]:
    return observe_behaviour()


@pytest.fixture(scope="module")
def unchanged(observed: list[Any]) -> str:
    return digest_of(to_steps(observed))


def numbers(value: Any) -> Iterator[float]:  # noqa: ANN401 — plain data of any shape
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers(one)


# Behaviour


def test_the_same_program_has_the_same_fingerprint(unchanged: str) -> None:
    """However often it is computed in one process, and in another."""
    assert observe() == unchanged
    assert fingerprint.compute_fingerprint() == digest_of([hash_shipped_data(), to_steps(observe_behaviour())])


@pytest.mark.slow
def test_another_processor_has_the_same_fingerprint(unchanged: str) -> None:
    """One without AVX2, as far as the libraries can be told."""
    old = {
        "OPENBLAS_CORETYPE": "Prescott",
        "FAISS_OPT_LEVEL": "generic",
        "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
    }
    words = "from tests.qa.evaluation.test_fingerprint import observe; print(observe())"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", words], cwd=ROOT, env=os.environ | old, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == unchanged


def test_no_number_is_near_the_edge_of_a_step(observed: list[Any]) -> None:
    """Otherwise another processor could round it to the other side."""

    def find_margin(step: float) -> float:
        edges = (abs(abs(value / step % 1) - 0.5) * step / max(1.0, abs(value)) for value in numbers(observed))
        return min(edges)

    better = max((number / 1e5 for number in range(3907, 5200, 10)), key=find_margin)
    assert len(list(numbers(observed))) > 1000
    assert find_margin(STEP) > 3 * ROUNDING, f"set STEP in qa/evaluation/fingerprint/program.py to {better}"


def test_every_step_of_the_program_is_exercised(observed: list[Any]) -> None:
    """All statuses and reasons, corrected, polite, shortened and follow-up questions, references, quoted words, copies."""
    passages, answers = observed
    assert {answer["status"] for answer in answers} == {"answered", "unsure", "not_found"}
    assert {answer["reason"] for answer in answers if answer["reason"]} == {
        "weak_match",
        "unknown_words",
        "no_content_words",
        "filtered_out",
    }
    searched = {answer["searched_as"] for answer in answers}
    assert {"Who writes a diary about the lighthouse?", "who cast the bells of Leith?"} <= searched
    assert any(one.endswith(")") for one in searched)
    assert any(passage["copies"] for answer in answers for passage in answer["passages"])
    assert {kind for _, _, kind, _, _ in passages} == {"body", "reference"}
    assert any(answer["answer"] and len(answer["answer"]["text"]) < 20 for answer in answers)
    assert {answer["answer"]["kind"] for answer in answers if answer["answer"]} == {"span", "sentence", "passage"}
    assert {tuple(answer["retrieval"]["degraded"]) for answer in answers} == {(), ("reader:language",)}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "value"), CONSTANTS)
def test_another_constant_is_another_program(
    monkeypatch: pytest.MonkeyPatch, unchanged: str, path: str, value: object
) -> None:
    """Each of those that decide an answer."""
    module, name = path.rsplit(".", 1)
    monkeypatch.setattr(import_module(module), name, value)
    assert observe() != unchanged


@pytest.mark.slow
@pytest.mark.parametrize(("function", "defaults"), DEFAULTS)
def test_another_default_is_another_program(
    monkeypatch: pytest.MonkeyPatch, unchanged: str, function: Callable[..., Any], defaults: tuple[object, ...]
) -> None:
    """Weights that are parameters of the steps."""
    monkeypatch.setattr(function, "__defaults__", defaults)
    assert observe() != unchanged


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [{"max_chars": 240}, {"target_chars": 250}, {"max_sentences": 2}, {"max_tokens": 80}])
def test_other_sizes_of_passages_are_another_program(
    monkeypatch: pytest.MonkeyPatch, unchanged: str, sizes: dict[str, int]
) -> None:
    """Each of them."""
    monkeypatch.setattr(
        split_documents,
        "split_into_passages",
        lambda document, names, usual, *others: split_into_passages(document, names, replace(usual, **sizes), *others),
    )
    assert observe() != unchanged


@pytest.mark.parametrize("path", UNSEEN)
def test_what_cannot_be_seen_still_exists(path: str) -> None:
    """The list of what the fingerprint misses is not out of date."""
    module, name = path.rsplit(".", 1)
    assert hasattr(import_module(module), name)


# Data


@pytest.mark.parametrize("name", ["body/model.bin", "heads.npz", "tokenizer.json"])
def test_another_reader_is_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Weights and heads among its files."""
    before = hash_shipped_data()
    shutil.copytree(reader.SHIPPED, tmp_path / "reader")
    monkeypatch.setattr(reader, "SHIPPED", tmp_path / "reader")
    assert hash_shipped_data() == before
    (tmp_path / "reader" / name).write_bytes(b"other")
    assert hash_shipped_data() != before


def test_another_calibration_is_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its numbers count, not how the file is laid out."""
    before = hash_shipped_data()
    fitted = json.loads(calibration.CALIBRATION.read_text(encoding="utf-8"))
    path = tmp_path / "calibration.json"
    monkeypatch.setattr(calibration, "CALIBRATION", path)
    path.write_text(json.dumps(fitted), encoding="utf-8")
    assert hash_shipped_data() == before
    fitted["read"]["answered"] += 0.01
    path.write_text(json.dumps(fitted), encoding="utf-8")
    assert hash_shipped_data() != before


def test_the_program_with_the_large_reader_has_a_fingerprint_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its adapters change that one, and not the one with the shipped reader."""
    shipped, with_large = hash_shipped_data(), hash_shipped_data("large")
    assert shipped != with_large
    shutil.copytree(large.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(large, "WEIGHTS", tmp_path / "weights")
    (tmp_path / "weights" / "adapters.npz").write_bytes(b"other")
    assert hash_shipped_data("large") != with_large
    assert hash_shipped_data() == shipped
