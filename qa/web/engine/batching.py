"""An engine that is asked by many threads at once and works on a few batches at a time.

Python runs one thread at a time, and numpy gives it up and takes it back at every step: with more threads than
processors each question takes longer for every other, and encoding some at once takes less than one after the other.
"""

from collections.abc import Mapping, Sequence

from qa.collection.protocols import Asks
from qa.types import Answer, Mode, Request
from qa.web.engine.around import Around
from qa.web.engine.micro_batcher import Together

AT_ONCE = 2
"""Batches under way: one is encoded, outside of Python, while the other is ranked."""
MOST: Mapping[Mode, int] = {"fast": 8, "precise": 1}
"""Questions of a batch. Reading, which takes most of ``precise``, gains nothing by company."""


class Batching(Around):
    """Nothing waits for company: what comes while all are at work goes together as soon as one is done."""

    def __init__(self, engine: Asks) -> None:
        """An engine whose ``ask_many`` may be called by several threads."""
        super().__init__(engine)
        self._together = {mode: Together(engine.ask_many, AT_ONCE, most) for mode, most in MOST.items()}

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """The answers, in order."""
        found: dict[int, Answer] = {}
        for mode, together in self._together.items():
            places = [place for place, question in enumerate(questions) if question.mode == mode]
            for first in range(0, len(places), MOST[mode]):
                some = places[first : first + MOST[mode]]
                found.update(zip(some, together([questions[place] for place in some]), strict=True))
        return [found[place] for place in range(len(questions))]
