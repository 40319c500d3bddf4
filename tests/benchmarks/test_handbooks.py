"""The set of handbooks that is kept in the repository: every judgement holds, and none of its parts is lost."""

from collections import Counter

import pytest

from benchmarks.handbooks import (
    FOLDER,
    SOURCE,
    describe_counts,
    find_document,
    load_handbook_judgements,
    load_handbook_questions,
    load_handbooks,
)
from benchmarks.splits import Part, assign_part
from benchmarks.training.reader.handbooks import read_handbooks
from index.types import Span

MIN_QUESTIONS, MIN_DOCUMENTS = 1500, 40
CARD = FOLDER / "README.md"


def quote(document: str, span: Span) -> str:
    return load_handbooks()[document].text[span.start : span.end]


def test_every_quotation_is_in_its_document() -> None:
    """Evidence and near misses have exact offsets; answers and parts of lists are inside the evidence."""
    for judgement in load_handbook_judgements():
        for gold in (*judgement.evidence, *judgement.near):
            assert quote(gold.document, gold.span) == gold.quote
        for words in (*judgement.answers, *judgement.parts):
            assert any(words in gold.quote for gold in judgement.evidence), judgement.id


def test_the_set_is_large_varied_and_partly_held_out() -> None:
    """At least a tenth of the documents is held out; each of a dozen kinds of question and form has its share."""
    judgements = load_handbook_judgements()
    assert len(judgements) >= MIN_QUESTIONS
    parts = Counter(assign_part(SOURCE, document) for document in {find_document(j) for j in judgements})
    assert sum(parts.values()) == len(load_handbooks()) >= MIN_DOCUMENTS
    assert parts[Part.HELD_OUT] >= sum(parts.values()) / 10
    assert all(j.answerable == (not j.kind.startswith("absent")) for j in judgements)
    kinds, forms = (Counter(getattr(j, name) for j in judgements) for name in ("kind", "form"))
    assert min(count for kind, count in kinds.items() if kind != "other") >= 50
    assert min(forms.values()) >= 200


def test_training_questions_point_at_the_accepted_words() -> None:
    """In passages cut as an index cuts them, the words at the given offsets are accepted answers."""
    answers = {j.question: {*j.answers, *j.parts} for j in load_handbook_judgements()}
    words = list(read_handbooks(Part.TRAIN, lambda texts: [len(text.split()) for text in texts], 256))
    assert all(found in answers[one.question] for one in words for found in one.words)
    assert all(one.relevant == bool(one.answers) for one in words)
    asked = {one.question for one in load_handbook_questions(Part.TRAIN)}
    # An answer across the border of two passages is left out; that is rare.
    assert {one.question for one in words} <= asked
    assert len({one.question for one in words}) > 0.9 * len(asked)


def test_the_data_card_counts_what_is_there(request: pytest.FixtureRequest) -> None:
    """Its numbers are those of the files; ``--write`` writes them."""
    text = CARD.read_text(encoding="utf-8")
    before, begin, rest = text.partition("<!-- counts: begin -->\n")
    _, end, after = rest.partition("<!-- counts: end -->")
    written = f"{before}{begin}{describe_counts()}\n{end}{after}"
    if request.config.getoption("--write"):
        CARD.write_text(written, encoding="utf-8")
        return
    assert text == written
