"""The answer cache, and the batches of questions in one call."""

import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace

from qa.types import Answer, Mode, Request, Turn
from qa.web.engine.answer_cache import AnswerCache, AskMany, measure_bytes
from qa.web.engine.question_batcher import QuestionBatcher
from tests.qa.web.helpers import HandMade


class Counting(HandMade):
    """Records every batch of questions."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        self.batches.append([question.question for question in questions])
        return super().ask_many(questions)


def ask_without_caller(engine: HandMade) -> AskMany:
    return lambda questions, caller: engine.ask_many(questions)


def asked(question: str, mode: Mode = "fast") -> Request:
    return Request(question, mode=mode)


def test_a_question_that_comes_again_is_not_asked_again() -> None:
    """The answer is the same except for its time; another mode, history or filter is another question."""
    engine = Counting()
    cache = AnswerCache(ask_without_caller(engine))
    (first,), (again,) = cache.ask_many([asked("Who?")]), cache.ask_many([asked("Who?")])
    assert replace(again, took_ms=first.took_ms) == first
    cache.ask_many([asked("Who?", "precise")])
    cache.ask_many([replace(asked("Who?"), top_k=1)])
    assert engine.batches == [["Who?"]] * 3


def test_of_many_questions_only_the_new_ones_are_asked() -> None:
    """In one batch, each once, and the answers come in the order of the questions."""
    engine = Counting()
    cache = AnswerCache(ask_without_caller(engine))
    cache.ask_many([asked("b")])
    answers = cache.ask_many([asked(name) for name in "abca"])
    assert [answer.question for answer in answers] == list("abca")
    assert engine.batches == [["b"], ["a", "c"]]


def test_the_least_recently_used_answer_is_dropped_first() -> None:
    """The cache holds answers of at most ``max_bytes`` together."""
    engine = Counting()
    size = measure_bytes(engine.ask_many([asked("a")])[0])
    engine.batches.clear()
    cache = AnswerCache(ask_without_caller(engine), max_bytes=int(2.5 * size))
    for name in "abacab":
        cache.ask_many([asked(name)])
    assert engine.batches == [["a"], ["b"], ["c"], ["b"]]


def test_a_long_history_takes_no_memory() -> None:
    """The cache keeps a digest of the request, which takes up to a megabyte; another history is another question."""
    engine = Counting()
    cache = AnswerCache(ask_without_caller(engine))
    tracemalloc.start()
    try:
        for number in range(20):
            turn = Turn("How long?", f"{number}" * 100_000)
            cache.ask_many([replace(asked("Who?"), history=(turn,))])
            engine.asked.clear()
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(engine.batches) == 20
    assert size < 1_000_000
    cache.ask_many([replace(asked("Who?"), history=(turn,))])
    assert len(engine.batches) == 20


def test_the_memory_of_an_answer_is_measured_with_all_its_parts() -> None:
    """About what the interpreter has allocated for it, texts included; what is shared in it is counted once."""
    text = "x" * 1000
    assert measure_bytes((text, text)) == sys.getsizeof(text) + sys.getsizeof((1, 2))
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        answers = HandMade().ask_many([Request(f"Who was number {number}?") for number in range(100)])
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    allocated = after - before
    assert 0.5 * allocated < sum(map(measure_bytes, answers)) < 4 * allocated


def test_a_degraded_answer_is_not_cached() -> None:
    """The leg may work the next time."""
    engine = Counting()
    engine.degraded = ("dense",)
    cache = AnswerCache(ask_without_caller(engine))
    cache.ask_many([asked("Who?")])
    cache.ask_many([asked("Who?")])
    assert len(engine.batches) == 2


def test_an_answer_without_a_language_is_cached() -> None:
    """The reader will not have learned it the next time."""
    engine = Counting()
    engine.degraded = ("reader:language",)
    cache = AnswerCache(ask_without_caller(engine))
    cache.ask_many([asked("Wer?")])
    (again,) = cache.ask_many([asked("Wer?")])
    assert len(engine.batches) == 1
    assert again.retrieval.degraded == ("reader:language",)


def test_a_batch_has_one_mode_and_a_maximum_size() -> None:
    """Nine fast questions are three batches, each precise one is its own; the answers are in order."""
    engine = Counting()
    questions = [asked(str(number), "precise" if number in {3, 7} else "fast") for number in range(11)]
    answers = QuestionBatcher(engine.ask_many).ask_many(questions)
    assert [answer.question for answer in answers] == [str(number) for number in range(11)]
    assert engine.batches == [["0", "1", "2", "4"], ["5", "6", "8", "9"], ["10"], ["3"], ["7"]]
