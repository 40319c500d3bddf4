"""The words of thirty questions over the seed, with the real model."""

from collections.abc import Sequence

import pytest

from qa.engine import Engine
from qa.evaluation import load
from qa.evaluation.types import Judgement
from qa.query.question_form import classify_question
from qa.types import Answer, AnswerKind, QuestionForm, Quote, Request
from tests.conftest import SEEDS

JUDGEMENTS = SEEDS.parent / "tests" / "judgements" / "blame.jsonl"


@pytest.fixture(scope="module")
def judgements() -> Sequence[Judgement]:
    """Thirty judged questions of every kind, some of which the seed does not answer."""
    found = load(JUDGEMENTS).judgements
    return found[:: len(found) // 30][:30]


@pytest.fixture(scope="module")
def answers(engine: Engine, judgements: Sequence[Judgement]) -> Sequence[Answer]:
    """Their answers."""
    assert len(judgements) == 30
    return engine.ask_many([Request(one.question, one.history) for one in judgements])


def test_every_quotation_equals_the_document_at_its_offsets(engine: Engine, answers: Sequence[Answer]) -> None:
    """Words, sentence and each part; the words are in their sentence and the parts in the words."""
    quoted = [answer.answer for answer in answers if answer.answer]
    assert len(quoted) > 15
    for words in quoted:
        document = engine.catalog.get_document(words.document)
        assert document is not None
        for quote in (Quote(words.text, words.start, words.end), words.sentence, *words.spans):
            assert quote.text == document.text[quote.start : quote.end] != ""
            assert words.sentence.start <= quote.start < quote.end <= words.sentence.end
        assert all(words.start <= part.start < part.end <= words.end for part in words.spans)


def test_words_are_no_surer_than_their_passage(answers: Sequence[Answer]) -> None:
    """What is shown has the number that belongs to it."""
    for answer in answers:
        assert (answer.answer is None) == (answer.status.value == "not_found")
        if answer.answer:
            assert 0 < answer.answer.confidence <= answer.confidence == answer.passages[0].score
        expected = answer.headline.confidence if answer.headline else answer.confidence
        assert answer.shown_confidence == expected


def test_only_words_are_shorter_than_their_sentence(answers: Sequence[Answer]) -> None:
    """Of the other kinds the quotation is the sentence."""
    words = [answer.answer for answer in answers if answer.answer]
    assert {one.kind for one in words} >= {AnswerKind.SPAN, AnswerKind.SENTENCE}
    for one in words:
        assert one.kind is AnswerKind.SPAN or one.text == one.sentence.text


@pytest.mark.parametrize(
    "question",
    ["Is the Blame! film directed by Hiroyuki Seshita?", "Was the film released on Netflix?", "does Killy have a gun"],
)
def test_a_yes_or_no_question_is_answered_with_a_sentence(engine: Engine, question: str) -> None:
    """Words of it say neither yes nor no."""
    assert classify_question(question) is QuestionForm.YES_NO
    answer = engine.ask(question).answer
    assert answer is None or answer.kind is not AnswerKind.SPAN


def test_a_list_is_answered_with_its_parts(engine: Engine) -> None:
    """Several quotations, each exact."""
    answer = engine.ask("Who wrote the Blame! film? List the writers.").answer
    assert answer is not None
    assert len(answer.spans) == 2


@pytest.mark.parametrize("question", ["Who directed the film?", "When was it released on Netflix?", "Harvey Award"])
def test_more_passages_do_not_change_the_words(engine: Engine, question: str) -> None:
    """Neither what is shown nor how sure it is."""
    one, five, many = (engine.ask(Request(question, top_k=top_k)) for top_k in (1, 5, 20))
    assert one.answer == five.answer == many.answer
