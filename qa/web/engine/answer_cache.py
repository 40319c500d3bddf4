"""LRU cache of answers, for questions that are asked again."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from time import perf_counter

from qa.types import Answer, Request
from qa.web.engine.micro_batcher import AskMany

# An answer with five passages takes a few kilobytes, so a full cache stays below 10 MB.
MAX_ANSWERS = 1000


class AnswerCache:
    """The most recently used answers of one generation. Thread-safe."""

    def __init__(self, ask_many: AskMany, max_answers: int = MAX_ANSWERS) -> None:
        """Wrap ``ask_many`` and keep at most ``max_answers`` of its answers."""
        self._ask_many, self._max_answers = ask_many, max_answers
        self._answers: OrderedDict[Request, Answer] = OrderedDict()
        self._lock = Lock()

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """Return the answers in order, asking each question that is not cached once.

        ``took_ms`` of a cached answer is the time of the look-up.
        """
        started = perf_counter()
        found = {question: answer for question in questions if (answer := self._look_up(question))}
        took_ms = (perf_counter() - started) * 1000 / max(1, len(questions))
        found = {question: replace(answer, took_ms=took_ms) for question, answer in found.items()}
        new = list(dict.fromkeys(question for question in questions if question not in found))
        answers = dict(zip(new, self._ask_many(new), strict=True)) if new else {}
        for question, answer in answers.items():
            self._store_answer(question, answer)
        return [found.get(question) or answers[question] for question in questions]

    def _look_up(self, question: Request) -> Answer | None:
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
            return self._answers.get(question)

    def _store_answer(self, question: Request, answer: Answer) -> None:
        # A leg that failed may work the next time, so an answer without it is not worth keeping.
        if answer.retrieval.failed:
            return
        with self._lock:
            self._answers[question] = answer
            self._answers.move_to_end(question)
            if len(self._answers) > self._max_answers:
                self._answers.popitem(last=False)
