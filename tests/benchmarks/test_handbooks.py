"""The set of handbooks that is kept in the repository: every judgement holds, and none of its parts is lost."""

from collections import Counter

from benchmarks.handbooks import load_handbook_questions, load_handbooks
from benchmarks.splits import Part
from benchmarks.training.reader.handbooks import read_handbooks
from index.types import Span

MIN_QUESTIONS, MIN_DOCUMENTS = 1500, 40


def quote(document: str, span: Span) -> str:
    return load_handbooks()[document].text[span.start : span.end]


def test_every_quotation_is_in_its_document() -> None:
    """Evidence and near misses have exact offsets, answers and parts of lists are inside the evidence."""
    for one in load_handbook_questions():
        judgement = one.judgement
        for gold in (*judgement.evidence, *judgement.near):
            assert quote(gold.document, gold.span) == gold.quote
        for words in (*judgement.answers, *judgement.parts):
            assert any(words in gold.quote for gold in judgement.evidence), judgement.id


def test_the_set_is_large_varied_and_partly_held_out() -> None:
    """At least a tenth of the documents is held out; each of a dozen kinds of question and form has its share."""
    questions = list(load_handbook_questions())
    assert len(questions) >= MIN_QUESTIONS
    parts = Counter({q.document.id: q.part for q in questions}.values())
    assert sum(parts.values()) >= MIN_DOCUMENTS
    assert parts[Part.HELD_OUT] >= sum(parts.values()) / 10
    assert all(q.judgement.answerable == (not q.judgement.kind.startswith("absent")) for q in questions)
    kinds, forms = (Counter(getattr(q.judgement, name) for q in questions) for name in ("kind", "form"))
    assert min(count for kind, count in kinds.items() if kind != "other") >= 50
    assert min(forms.values()) >= 200


def test_training_questions_point_at_the_accepted_words() -> None:
    """In passages cut as an index cuts them, the words at the given offsets are accepted answers."""
    answers = {q.judgement.question: {*q.judgement.answers, *q.judgement.parts} for q in load_handbook_questions()}
    read = list(read_handbooks(lambda texts: [len(text.split()) for text in texts], 256))
    assert all(words in answers[one.question] for one in read for words in one.words)
    assert all(one.relevant == bool(one.answers) for one in read)
    # An answer across the border of two passages is left out; that is rare.
    assert len({one.question for one in read}) > 0.9 * len(answers)
