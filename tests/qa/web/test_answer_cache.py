"""What was asked lately is not asked again, and what comes at once goes together."""

from collections.abc import Sequence
from dataclasses import replace

from qa.types import Answer, Mode, Request
from qa.web.engine.answer_cache import AnswerCache
from qa.web.engine.batching import QuestionBatcher
from tests.qa.web.helpers import HandMade


class Counting(HandMade):
    """Keeps every batch of questions."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        self.batches.append([question.question for question in questions])
        return super().ask_many(questions)


def asked(question: str, mode: Mode = "fast") -> Request:
    return Request(question, mode=mode)


def test_a_question_that_comes_again_is_not_asked_again() -> None:
    """The answer is the same but for the time it took; another mode, history or filter is another question."""
    engine = Counting()
    cache = AnswerCache(engine.ask_many)
    (first,), (again,) = cache.ask_many([asked("Who?")]), cache.ask_many([asked("Who?")])
    assert replace(again, took_ms=first.took_ms) == first
    cache.ask_many([asked("Who?", "precise")])
    cache.ask_many([replace(asked("Who?"), top_k=1)])
    assert engine.batches == [["Who?"]] * 3


def test_of_many_questions_only_the_new_ones_are_asked() -> None:
    """In one batch, each once, and the answers come in the order of the questions."""
    engine = Counting()
    cache = AnswerCache(engine.ask_many)
    cache.ask_many([asked("b")])
    answers = cache.ask_many([asked(name) for name in "abca"])
    assert [answer.question for answer in answers] == list("abca")
    assert engine.batches == [["b"], ["a", "c"]]


def test_what_was_asked_longest_ago_is_forgotten_first() -> None:
    """No more answers are kept than it is told."""
    engine = Counting()
    cache = AnswerCache(engine.ask_many, max_answers=2)
    for name in "abacab":
        cache.ask_many([asked(name)])
    assert engine.batches == [["a"], ["b"], ["c"], ["b"]]


def test_an_answer_without_a_leg_is_not_remembered() -> None:
    """The next one may be better."""
    engine = Counting()
    engine.degraded = ("dense",)
    cache = AnswerCache(engine.ask_many)
    cache.ask_many([asked("Who?")])
    cache.ask_many([asked("Who?")])
    assert len(engine.batches) == 2


def test_a_batch_is_of_one_mode_and_no_longer_than_it_may_be() -> None:
    """Nine fast questions are two batches, each precise one is its own; the answers come in their order."""
    engine = Counting()
    questions = [asked(str(number), "precise" if number in {3, 7} else "fast") for number in range(11)]
    answers = QuestionBatcher(engine.ask_many).ask_many(questions)
    assert [answer.question for answer in answers] == [str(number) for number in range(11)]
    assert engine.batches == [["0", "1", "2", "4", "5", "6", "8", "9"], ["10"], ["3"], ["7"]]
