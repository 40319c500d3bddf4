"""The words of thirty questions over the seed, with the real model."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from index.generation.generation import Generation
from index.types import Encoder, Span
from qa.engine import Engine
from qa.evaluation import load
from qa.evaluation.types import Judgement
from qa.query.question_form import classify_question
from qa.types import Answer, AnswerKind, QuestionForm, Quote, Reading, Request
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


class PointingReader:
    """A reader that is sure of these words wherever it reads them."""

    name = "pointing"

    def __init__(self, words: str) -> None:
        self._words = words

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> list[Reading]:
        starts = [text.find(self._words) for _, text in passages]
        sure, none = Reading(9.0, 9.0, None, margin=9.0), Reading(-9.0, -9.0, None)
        return [none if s < 0 else replace(sure, span=Span(s, s + len(self._words))) for s in starts]


def test_a_question_for_several_things_gets_each(generation: Generation, encoder: Encoder) -> None:
    """Several quotations, each exact; if it asks for one thing, the same words are one."""
    engine = Engine(generation, encoder, PointingReader("Tsutomu Nihei and Sadayuki Murai"))
    listed, whole = engine.ask_many(["Which people wrote the Blame! film?", "Who wrote the Blame! film?"])
    assert listed.headline is not None and whole.headline is not None
    assert [span.text for span in listed.headline.spans] == ["Tsutomu Nihei", "Sadayuki Murai"]
    assert [span.text for span in whole.headline.spans] == ["Tsutomu Nihei and Sadayuki Murai"]
    document = generation.contents.documents[0].text
    assert all(span.text == document[span.start : span.end] for span in listed.headline.spans)


@pytest.mark.parametrize("question", ["Who directed the film?", "When was it released on Netflix?", "Harvey Award"])
def test_more_passages_do_not_change_the_words(engine: Engine, question: str) -> None:
    """Neither what is shown nor how sure it is."""
    one, five, many = (engine.ask(Request(question, top_k=top_k)) for top_k in (1, 5, 20))
    assert one.answer == five.answer == many.answer
