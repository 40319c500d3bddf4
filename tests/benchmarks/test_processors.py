"""What each processor gets, with results made by hand."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.speed import processors
from benchmarks.speed.full_range import read_variables, widen_weights
from benchmarks.speed.processors import (
    FLOAT32,
    HEAD,
    SAMPLE,
    SEED,
    Variant,
    format_processor_rows,
    format_rows,
)
from index.embedding.saturation import MAX_PAIR_SUM, compute_pair_sums, list_matrices
from index.types import Document
from qa.evaluation.types import Dataset, Judgement
from qa.reader.ctranslate2 import BODY
from qa.reader.reader import SHIPPED


def make_result(vectors: list[list[float]], relevances: list[float], confidence: float, status: str) -> dict[str, Any]:
    one = {"confidence": [confidence, 0.25], "status": [status, "unsure"], "nDCG@10": [0.5], "abstention": [1.0, 0.0]}
    return {"vectors": vectors, "relevances": relevances, "sets": {SEED: one, SAMPLE: one}}


def test_differences_are_from_float32() -> None:
    """Float32 differs from itself by nothing; another arithmetic in each measure by its mean and maximum."""
    found = {
        FLOAT32: make_result([[1, 0], [0, 2]], [1.0, 3.0], 0.75, "answered"),
        "int8": make_result([[3, 4], [0, 1]], [1.5, 3.0], 0.5, "unsure"),
    }
    shown = {name: dict(zip(HEAD[1:], cells, strict=False)) for name, *cells in format_rows(found)}
    assert shown[FLOAT32]["cosine with float32, mean"] == "1.0000"
    assert shown[FLOAT32]["another status"] == "0.0%"
    assert (shown["int8"]["cosine with float32, mean"], shown["int8"]["minimum"]) == ("0.8000", "0.6000")
    assert shown["int8"]["relevance: mean difference"] == "0.250"
    assert shown["int8"]["confidence: mean difference"] == "0.125"
    assert shown["int8"]["another status"] == "50.0%"
    assert shown["int8"]["seed: nDCG@10"] == "0.500"


def test_processors_are_compared_with_the_same_weights() -> None:
    """Weights that were measured on one processor only have no row."""
    result = make_result([[1, 0]], [1.0, 3.0], 0.75, "answered")
    other = make_result([[1, 0]], [1.0, 2.0], 0.75, "answered")
    names = (Variant("limited").name, Variant("limited", avx2_only=True).name, Variant("full-range").name)
    found = dict(zip(names, (result, other, result), strict=True))
    assert list(format_processor_rows(found)) == [("limited weights", "0.500", "1.000", "0.000", "0.000", "0.0%")]


def test_a_variant_is_named_by_its_arithmetic() -> None:
    """Whatever its weights, float32 is float32."""
    assert Variant("exact", FLOAT32).name == FLOAT32
    assert Variant("limited", avx2_only=True).name == "int8, limited weights, AVX2 only"


def test_the_sample_has_right_and_wrong_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question comes once with a relevant text and once with another's."""
    documents = {f"d{n}": Document(f"d{n}", f"Film {n} was directed by Ann Lee.") for n in range(9)}
    judgements = tuple(
        Judgement(f"q{n}", f"Who directed film {n}?", documents={f"d{n}": 1}, wanted={f"d{n}": documents[f"d{n}"].text})
        for n in range(9)
    )
    monkeypatch.setattr(processors, "load", lambda path: Dataset("films", judgements, documents))
    texts, pairs = processors.write_sample(tmp_path, tmp_path / "sample")
    assert set(texts) <= {document.text for document in documents.values()}
    half = len(pairs) // 2
    assert all(question.split()[-1].rstrip("?") == text.split()[1] for question, text in pairs[:half])
    assert all(question.split()[-1].rstrip("?") != text.split()[1] for question, text in pairs[half:])
    with gzip.open(tmp_path / "sample" / "queries.jsonl.gz", "rt", encoding="utf-8") as file:
        assert [json.loads(line)["text"] for line in file] == [question for question, _ in pairs[:half]]


def test_wider_weights_are_the_same_network_on_a_finer_scale(tmp_path: Path) -> None:
    """Each row reaches 127, and no weight moves by more than half a step of the new scale."""
    path = tmp_path / "model.bin"
    path.write_bytes((SHIPPED / BODY / "model.bin").read_bytes())
    limited = list(list_matrices(dict(read_variables(bytearray(path.read_bytes())))))
    widen_weights(path)
    wide = list(list_matrices(dict(read_variables(bytearray(path.read_bytes())))))
    assert len(wide) == len(limited) > 20
    for (rows, scales), (before, old_scales) in zip(wide, limited, strict=True):
        assert set(np.abs(rows.astype(int)).max(axis=1)) == {127}
        assert np.abs(rows / scales[:, None] - before / old_scales[:, None]).max() <= 0.51 / scales.min()
    assert max(compute_pair_sums(rows).max() for rows, _ in limited) <= MAX_PAIR_SUM
    assert max(compute_pair_sums(rows).max() for rows, _ in wide) > MAX_PAIR_SUM
