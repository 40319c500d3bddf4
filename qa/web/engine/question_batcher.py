"""Questions of many callers to the engine, in batches of one mode; refused before they would wait too long."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from threading import BoundedSemaphore
from typing import TypeAlias

from qa.cancellation import Cancelled
from qa.types import Answer, Mode, Request
from qa.web.engine.callers import PATIENT, Caller
from qa.web.engine.micro_batcher import Lane, MicroBatcher, QueueFullError
from qa.web.engine.service_time import ServiceTime
from qa.web.errors.problems import Code, ProblemError

# Questions to answers, in order; called from several threads at once.
AskMany: TypeAlias = Callable[[Sequence[Request]], list[Answer]]


@dataclass(frozen=True, slots=True)
class _ModeOptions:
    """How the questions of a mode are batched: at most ``max_batch`` together, ``max_slice`` of one large request.

    ``expected_s`` is the time of one question on an idle server, until it is measured. As many as ``batches`` are
    computed at once, and ``overload_batches`` while questions are refused.
    """

    max_batch: int
    max_slice: int
    expected_s: float
    batches: int
    overload_batches: int


# Reading takes most of the time of ``precise``, outside of Python, and gains nothing from larger batches. With only two
# questions at once a processor is often idle, while one of them waits for the interpreter lock. In ``fast`` one batch
# is encoded, outside of Python, while the other is ranked. Most of it is Python, which the batches only take from each
# other: with one at a time an overloaded server answers about as many questions, and each of them sooner.
MODES: Mapping[Mode, _ModeOptions] = {
    "fast": _ModeOptions(max_batch=8, max_slice=4, expected_s=0.005, batches=2, overload_batches=1),
    "precise": _ModeOptions(max_batch=1, max_slice=1, expected_s=0.1, batches=3, overload_batches=3),
}
# Encoding takes about as long for one question of so many characters as for ten short ones.
MAX_SLICE_CHARS = 600
# Requests with several questions that are answered at once; each holds a thread of the server for a long time.
MAX_LARGE_REQUESTS = 4


class QuestionBatcher:
    """An ``ask_many`` that batches the questions of concurrent callers, one micro-batcher per mode. Thread-safe."""

    def __init__(self, ask_many: AskMany, max_wait_s: float = 0.0) -> None:
        """Wrap ``ask_many``, which may be called by several threads at once; ``max_wait_s`` as in ``ServiceTime``."""
        self._batchers: dict[Mode, MicroBatcher[Request, Answer]] = {
            mode: MicroBatcher(
                ask_many,
                options.batches,
                options.max_batch,
                ServiceTime(options.expected_s, max_wait_s),
                options.overload_batches,
            )
            for mode, options in MODES.items()
        }
        self._large_requests = BoundedSemaphore(MAX_LARGE_REQUESTS)

    def ask_many(self, questions: Sequence[Request], caller: Caller = PATIENT) -> list[Answer]:
        """Return the answers in order.

        Raises ProblemError if the questions would have to wait too long, or are not all answered before the deadline.
        """
        if len(questions) == 1:
            return self._submit(questions, caller, Lane.SINGLE)
        found: dict[int, Answer] = {}
        with self._admit_large_request():
            for mode, options in MODES.items():
                places = [place for place, question in enumerate(questions) if question.mode == mode]
                for part in _cut_slices(places, questions, options.max_slice):
                    answers = self._submit([questions[place] for place in part], caller, Lane.SLICE)
                    found.update(zip(part, answers, strict=True))
        return [found[place] for place in range(len(questions))]

    def find_overload(self, mode: Mode) -> ProblemError | None:
        """Return the problem with which a question would be refused now, or None."""
        retry_s = self._batchers[mode].find_overload()
        return None if retry_s is None else overloaded(retry_s)

    def refuse(self, mode: Mode) -> ProblemError:
        """Return the problem of a question that is refused for another reason than a full queue."""
        return overloaded(self._batchers[mode].refuse())

    def is_overloaded(self) -> bool:
        """Return whether a question was refused in the last second."""
        return any(batcher.is_overloaded for batcher in self._batchers.values())

    def count_calls(self) -> int:
        """Return how many callers wait for a batch."""
        return sum(batcher.count_calls() for batcher in self._batchers.values())

    def close(self) -> None:
        """Stop the worker threads after their current batches; see ``MicroBatcher.close``."""
        for batcher in self._batchers.values():
            batcher.close()

    def _submit(self, questions: Sequence[Request], caller: Caller, lane: Lane) -> list[Answer]:
        try:
            return self._batchers[questions[0].mode].submit(questions, caller, lane)
        except QueueFullError as error:
            raise overloaded(error.retry_s) from None
        except Cancelled:
            detail = "The deadline (timeout_ms) passed before the answer was found; allow more time, or ask later."
            raise ProblemError(Code.DEADLINE_EXCEEDED, detail, headers={"Retry-After": "1"}) from None

    @contextmanager
    def _admit_large_request(self) -> Iterator[None]:
        if not self._large_requests.acquire(blocking=False):
            raise overloaded(1.0)
        try:
            yield
        finally:
            self._large_requests.release()


def _cut_slices(places: Sequence[int], questions: Sequence[Request], max_items: int) -> Iterator[list[int]]:
    """Yield the places of questions in slices of at most ``max_items`` and of ``MAX_SLICE_CHARS`` characters."""
    part: list[int] = []
    for place in places:
        characters = sum(len(questions[other].question) for other in (*part, place))
        if part and (len(part) == max_items or characters > MAX_SLICE_CHARS):
            yield part
            part = []
        part.append(place)
    if part:
        yield part


def overloaded(retry_s: float) -> ProblemError:
    """Return the problem of a request that is refused because there may be room only after ``retry_s`` seconds."""
    seconds = max(1, ceil(retry_s))
    detail = f"Too many questions are waiting; send it again in {seconds} s."
    return ProblemError(Code.OVERLOADED, detail, headers={"Retry-After": str(seconds)})
