"""Questions from many request threads, answered in a few concurrent batches.

Python runs one thread at a time, and numpy releases and reacquires the interpreter lock at every step: with more
threads than processors every question slows down every other, and encoding several questions in one call is
cheaper than encoding them one by one.
"""

from collections.abc import Mapping, Sequence

from qa.collection.protocols import AskMany
from qa.types import Answer, Mode, Request
from qa.web.engine.micro_batcher import MicroBatcher

# One batch is encoded, outside of Python, while the other is ranked.
CONCURRENT_BATCHES = 2
# Reading takes most of the time of ``precise`` and gains nothing from larger batches.
MAX_BATCH: Mapping[Mode, int] = {"fast": 8, "precise": 1}


class QuestionBatcher:
    """A thread-safe ``ask_many`` that batches the questions of concurrent callers, one micro-batcher per mode."""

    def __init__(self, ask_many: AskMany) -> None:
        """Wrap ``ask_many``, which may be called by several threads at once."""
        self._batchers = {mode: MicroBatcher(ask_many, CONCURRENT_BATCHES, size) for mode, size in MAX_BATCH.items()}

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """Return the answers in order."""
        found: dict[int, Answer] = {}
        for mode, batcher in self._batchers.items():
            places = [place for place, question in enumerate(questions) if question.mode == mode]
            for first in range(0, len(places), MAX_BATCH[mode]):
                batch = places[first : first + MAX_BATCH[mode]]
                found.update(zip(batch, batcher.submit([questions[place] for place in batch]), strict=True))
        return [found[place] for place in range(len(questions))]

    def close(self) -> None:
        """Stop the worker threads after their current batches; see ``MicroBatcher.close``."""
        for batcher in self._batchers.values():
            batcher.close()
