"""An engine that is asked by many threads at once and works on a few batches at a time.

Python runs one thread at a time, and numpy gives it up and takes it back at every step: with more threads than
processors each question takes longer for every other. Encoding eight questions at once takes as long as three.
Measured: ``docs/performance.md``.
"""

from collections.abc import Mapping, Sequence

from qa.types import Answer, Mode, Request
from qa.web.ports import Asks, Lists
from qa.web.together import Together

AT_ONCE = 2
"""Batches under way: one is encoded, outside of Python, while the other is ranked."""
MOST: Mapping[Mode, int] = {"fast": 8, "precise": 1}
"""Questions of a batch. Reading, which takes most of ``precise``, gains nothing by company."""


class Batching:
    """Nothing waits for company: what comes while all are at work goes together as soon as one is done."""

    def __init__(self, engine: Asks) -> None:
        """An engine whose ``ask_many`` may be called by several threads."""
        self._engine = engine
        self._together = {mode: Together(engine.ask_many, AT_ONCE, most) for mode, most in MOST.items()}

    @property
    def catalog(self) -> Lists:
        """What is indexed."""
        return self._engine.catalog

    def probe(self) -> Mapping[str, bool]:
        """By itself."""
        return self._engine.probe()

    def ask(self, question: Request) -> Answer:
        """The answer to one question."""
        return self.ask_many([question])[0]

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """The answers, in order."""
        found: dict[int, Answer] = {}
        for mode, together in self._together.items():
            places = [place for place, question in enumerate(questions) if question.mode == mode]
            for first in range(0, len(places), MOST[mode]):
                some = places[first : first + MOST[mode]]
                found.update(zip(some, together([questions[place] for place in some]), strict=True))
        return [found[place] for place in range(len(questions))]
