"""The last few answers, for questions that come again."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from time import perf_counter

from qa.collection.protocols import Asks
from qa.types import Answer, Request
from qa.web.engine.around import Around

MOST = 1000
"""Answers: of five passages each, mostly, and their words."""


class Remembering(Around):
    """An engine that answers what was asked lately without asking again. Safe to share between threads.

    An answer of which a leg failed is not remembered: the next one may be better.
    """

    def __init__(self, engine: Asks, most: int = MOST) -> None:
        """At most so many answers are kept, those that were given last; they are all of one generation."""
        super().__init__(engine)
        self._most = most
        self._kept: OrderedDict[Request, Answer] = OrderedDict()
        self._lock = Lock()

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """The answers, in order; one that was remembered took as long as to remember it."""
        started = perf_counter()
        found = {question: answer for question in questions if (answer := self._remembered(question))}
        took_ms = (perf_counter() - started) * 1000 / max(1, len(questions))
        found = {question: replace(answer, took_ms=took_ms) for question, answer in found.items()}
        new = list(dict.fromkeys(question for question in questions if question not in found))
        answers = dict(zip(new, self._engine.ask_many(new), strict=True)) if new else {}
        for question, answer in answers.items():
            self._keep(question, answer)
        return [found.get(question) or answers[question] for question in questions]

    def _remembered(self, question: Request) -> Answer | None:
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
            return self._kept.get(question)

    def _keep(self, question: Request, answer: Answer) -> None:
        """In place of what was not asked for longest."""
        if answer.retrieval.degraded:
            return
        with self._lock:
            self._kept[question] = answer
            self._kept.move_to_end(question)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
