"""The bounds of the engine's queue, as problems."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic, sleep

import pytest

from qa.types import Answer, Mode, Request
from qa.web.engine.callers import Caller
from qa.web.engine.question_batcher import MAX_LARGE_REQUESTS, MODES, QuestionBatcher
from qa.web.errors.problems import Code, ProblemError
from tests.qa.web.helpers import HandMade


class Blocked(HandMade):
    """Answers nothing until ``go``."""

    def __init__(self) -> None:
        super().__init__()
        self.go = Event()
        self.batches: list[list[str]] = []

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        self.batches.append([question.question for question in questions])
        assert self.go.wait(20)
        return super().ask_many(questions)


def ask(number: int, mode: Mode = "precise") -> list[Request]:
    return [Request(f"{number}?", mode=mode)]


@pytest.mark.parametrize(("mode", "other"), [("fast", "precise"), ("precise", "fast")])
def test_a_full_queue_of_a_mode_is_a_503(mode: Mode, other: Mode) -> None:
    """With the time to ask again; questions of the other mode are admitted."""
    engine = Blocked()
    batcher = QuestionBatcher(engine.ask_many)
    with ThreadPoolExecutor(50) as pool:
        calls = []
        # Both batches are being computed, so that nothing is taken from the queue any more.
        while len(engine.batches) < MODES[mode].batches or not batcher.find_overload(mode):
            calls.append(pool.submit(batcher.ask_many, ask(len(calls), mode)))
            sleep(0.01)
        problem = batcher.find_overload(mode)
        assert problem is not None and batcher.find_overload(other) is None
        with pytest.raises(ProblemError) as caught:
            batcher.ask_many(ask(99, mode))
        assert caught.value.code is problem.code is Code.OVERLOADED
        assert int(caught.value.headers["Retry-After"]) >= 1
        engine.go.set()
        answered = [call for call in calls if call.exception(10) is None]
        assert 2 <= len(answered) <= MODES[mode].batches * MODES[mode].max_batch + 2


def test_a_deadline_that_passes_is_a_problem() -> None:
    """At the deadline, while the engine goes on; the code tells it from a full queue."""
    engine = Blocked()
    batcher = QuestionBatcher(engine.ask_many)
    with pytest.raises(ProblemError) as caught:
        batcher.ask_many(ask(1), Caller(deadline=monotonic() + 0.05))
    engine.go.set()
    assert caught.value.code is Code.DEADLINE_EXCEEDED
    assert int(caught.value.headers["Retry-After"]) >= 1


def test_large_requests_are_bounded_in_number() -> None:
    """Four are answered at once; another one gets a 503, a single question does not."""
    engine = Blocked()
    batcher = QuestionBatcher(engine.ask_many)
    with ThreadPoolExecutor(MAX_LARGE_REQUESTS + 1) as pool:
        large = [[*ask(number), *ask(number + 10)] for number in range(MAX_LARGE_REQUESTS)]
        calls = [pool.submit(batcher.ask_many, questions) for questions in large]
        while batcher.count_calls() < MAX_LARGE_REQUESTS:
            pass
        with pytest.raises(ProblemError) as caught:
            batcher.ask_many([*ask(98), *ask(99)])
        assert caught.value.code is Code.OVERLOADED
        single = pool.submit(batcher.ask_many, ask(50))
        while batcher.count_calls() < MAX_LARGE_REQUESTS + 1:
            pass
        engine.go.set()
        assert [len(call.result(10)) for call in calls] == [2] * MAX_LARGE_REQUESTS
        assert len(single.result(10)) == 1
    # Its turn came before the second questions of the large requests.
    asked = [question for batch in engine.batches for question in batch]
    assert asked.index("50?") < asked.index("13?")


def test_a_slice_is_short() -> None:
    """Long questions take long to encode, and others wait for the slice that is computed."""
    engine = HandMade()
    batches: list[int] = []

    def ask_many(questions: Sequence[Request]) -> list[Answer]:
        batches.append(len(questions))
        return engine.ask_many(questions)

    lengths = [10, 10, 10, 10, 10, 300, 300, 300, 980, 10]
    questions = [Request("x" * (length + number), mode="fast") for number, length in enumerate(lengths)]
    answers = QuestionBatcher(ask_many).ask_many(questions)
    assert [answer.question for answer in answers] == [question.question for question in questions]
    assert batches == [4, 2, 1, 1, 1, 1]
