"""Embedding in bulk: every way computes the same vectors, and vectors are compared by what they retrieve."""

from functools import partial

import numpy as np
import pytest

from benchmarks.speed.bulk import BATCHES, DEFAULTS, OURS, format_rows, list_ways, measure_speeds
from benchmarks.speed.bulk_precisions import BF16, MISSING, OPENVINO_BF16, describe_missing
from benchmarks.speed.bulk_quality import draw_sample, score_questions
from index.embedding.batching import embed_texts
from index.types import Document, Encoder
from qa.evaluation.types import Dataset, Judgement

TEXTS = [f"Film number {number} was directed by Ann Lee and released in {1900 + number}." for number in range(9)]


@pytest.mark.slow
def test_every_way_gives_the_same_vectors(encoder: Encoder) -> None:
    """Otherwise one of them could do less work than another."""
    found = [np.asarray(way(TEXTS)) for way in list_ways(encoder).values()]
    assert all(np.min(np.sum(one * found[0], axis=1)) > 0.97 for one in found)


def test_a_round_is_the_same_passages_for_each_way() -> None:
    """The first round is not counted."""
    seen: dict[str, list[list[str]]] = {"a": [], "b": []}
    found = measure_speeds({name: own.append for name, own in seen.items()}, TEXTS, 3)
    assert seen["a"] == seen["b"] == [TEXTS[:3], TEXTS[3:6], TEXTS[6:]]
    assert {name: len(own) for name, own in found.items()} == {"a": 2, "b": 2}


def test_the_best_size_of_a_batch_has_a_goal() -> None:
    """The fastest batch size has a goal, and so have the defaults."""
    found = {OURS: [40.0], DEFAULTS: [10.0], **{f"in batches of {size}": [float(size)] for size in BATCHES}}
    shown = {name: (faster, goal) for name, _, faster, goal in format_rows(found)}
    assert shown[DEFAULTS] == ("4.00", "at least 5")
    assert [name for name, (_, goal) in shown.items() if "best" in goal] == [f"in batches of {max(BATCHES)}"]


def test_a_sample_holds_what_answers() -> None:
    """The sample has a relevant document for every question; the rest is filled with other documents."""
    documents = {f"d{number}": Document(f"d{number}", text) for number, text in enumerate(TEXTS)}
    judgements = tuple(Judgement(f"q{n}", TEXTS[n], documents={f"d{n}": 1}) for n in range(9))
    chosen, asked = draw_sample(Dataset("films", judgements, documents), 6)
    assert (len(chosen), len(asked)) == (6, 4)
    assert {name for judgement in asked for name in judgement.documents} <= {document.id for document in chosen}


@pytest.mark.slow
def test_what_finds_every_document_scores_one(encoder: Encoder) -> None:
    """A question with a document's own words ranks that document first."""
    documents = [Document(f"d{number}", text) for number, text in enumerate(TEXTS)]
    asked = [Judgement(f"q{number}", TEXTS[number], documents={f"d{number}": 1}) for number in (2, 5)]
    assert score_questions(partial(embed_texts, encoder), documents, TEXTS, asked) == [1.0, 1.0]


def test_what_is_not_installed_is_left_out_with_a_word() -> None:
    """The page says how to install it; nothing if all is there."""
    assert describe_missing({BF16: None}) == MISSING
    assert "pip install openvino==" in MISSING
    assert describe_missing({BF16: None, OPENVINO_BF16: None}) == ""
