"""What copies do to the confidence, over a few documents with the real models."""

from pathlib import Path

import pytest

from benchmarks.copies import compare_copies, cut_dataset
from index.types import Document, Encoder
from qa.evaluation.data import collection
from qa.evaluation.types import Dataset, Judgement

TEXTS = {
    "ferry": "The ferry leaves the northern pier at noon. A ticket costs two crowns, and dogs travel free.",
    "tower": "The bells of the tower were cast by Hanna Voss in 1788. Visitors climb one hundred steps.",
    "cheese": "The island makes a hard cheese with a blue rind. It is sold on the market every Friday.",
    "quarry": "The quarry shipped slate as far as Lisbon. It was closed in 1954 and is a lake today.",
}
QUESTIONS = {"What does a ticket for the ferry cost?": "ferry", "Who cast the bells?": "tower"}
DATASET = Dataset(
    "island",
    tuple(Judgement(f"q{n}", question, documents={name: 1}) for n, (question, name) in enumerate(QUESTIONS.items())),
    {name: Document(name, text, name) for name, text in TEXTS.items()},
)


def test_the_first_documents_that_answer_are_kept_with_their_questions() -> None:
    """Others answer nothing and are left out."""
    cut = cut_dataset(DATASET, 1)
    assert list(cut.documents) == ["ferry"]
    assert [judgement.id for judgement in cut.judgements] == ["q0"]


def test_collapsed_copies_leave_the_confidence_as_it_was(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that are not lower it. The right document comes first in all collections."""
    monkeypatch.setattr(collection, "COLLECTIONS", tmp_path)
    once, collapsed, rivals = compare_copies(DATASET, encoder, 5)
    assert [row[1] for row in (once, collapsed, rivals)] == ["1.000"] * 3
    assert abs(float(collapsed[2]) - float(once[2])) < 0.05
    assert float(rivals[2]) < float(once[2]) - 0.1
