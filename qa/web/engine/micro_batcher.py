"""Micro-batching: items submitted by several threads are computed in one call, by a few worker threads.

Requests that arrive while all workers are busy are batched; an idle worker starts at once (no batching window).
Measured: ``docs/performance.md``. Python runs one thread at a time, and numpy releases and reacquires the interpreter
lock at every step: with more threads than processors every question slows down every other, and encoding several
questions in one call is cheaper than encoding them one by one.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeAlias, TypeVar

from qa.types import Answer, Mode, Request

# Questions to answers, in order; called from several threads at once.
AskMany: TypeAlias = Callable[[Sequence[Request]], list[Answer]]
Item = TypeVar("Item")
Result = TypeVar("Result")

# A batch under way ends within this time on a slow machine; a thread that is still running
# when the interpreter finalizes would be killed inside C++ code, which aborts the process.
CLOSE_TIMEOUT_S = 10.0
# One batch is encoded, outside of Python, while the other is ranked.
CONCURRENT_BATCHES = 2
# Reading takes most of the time of ``precise`` and gains nothing from larger batches.
MAX_BATCH: Mapping[Mode, int] = {"fast": 8, "precise": 1}


@dataclass(frozen=True, slots=True)
class _Call(Generic[Item, Result]):
    items: Sequence[Item]
    results: "Future[list[Result]]" = field(default_factory=Future)


class MicroBatcher(Generic[Item, Result]):
    """A function of many items that many threads call with a few items each. Thread-safe."""

    def __init__(self, function: Callable[[list[Item]], Sequence[Result]], workers: int, max_items: int) -> None:
        """Run at most ``workers`` calls of ``function`` at once, of about ``max_items`` items each."""
        self._function, self._worker_count, self._max_items = function, workers, max_items
        # None tells one worker to end.
        self._queue: SimpleQueue[_Call[Item, Result] | None] = SimpleQueue()
        self._lock, self._workers, self._closed = Lock(), list[Thread](), False

    def submit(self, items: Sequence[Item]) -> list[Result]:
        """Return the result of each item, in order; raise what ``function`` raises for these items."""
        call: _Call[Item, Result] = _Call(items)
        with self._lock:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            self._start_workers()
            self._queue.put(call)
        return call.results.result()

    def close(self) -> None:
        """Finish the calls that were submitted, then end the worker threads; wait ``CLOSE_TIMEOUT_S`` for each."""
        with self._lock:
            self._closed = True
            for _ in self._workers:
                self._queue.put(None)
        for worker in self._workers:
            worker.join(CLOSE_TIMEOUT_S)

    def _start_workers(self) -> None:
        # At the first call, not before: a server forks its worker processes, and threads do not survive a fork.
        if not self._workers:
            self._workers = [Thread(target=self._run_worker, daemon=True) for _ in range(self._worker_count)]
            for worker in self._workers:
                worker.start()

    def _run_worker(self) -> None:
        while batch := self._take_batch():
            self._answer_calls(batch)

    def _take_batch(self) -> list[_Call[Item, Result]]:
        """Wait for a call and return it with those queued behind it; empty if this worker is to end."""
        first = self._queue.get()
        batch = [first] if first else []
        count = len(first.items) if first else self._max_items
        while count < self._max_items:
            try:
                call = self._queue.get_nowait()
            except Empty:
                break
            if call is None:  # meant for a worker without a batch
                self._queue.put(None)
                break
            batch.append(call)
            count += len(call.items)
        return batch

    def _answer_calls(self, batch: Sequence[_Call[Item, Result]]) -> None:
        """Give each call its results, or the error that its own items raise."""
        try:
            found = list(self._function([item for call in batch for item in call.items]))
        except BaseException as error:  # noqa: BLE001  (handed to the caller, who would wait forever otherwise)
            if len(batch) == 1:
                batch[0].results.set_exception(error)
            else:
                # One bad call must not fail the others.
                for call in batch:
                    self._answer_calls([call])
            return
        for call in batch:
            own, found = found[: len(call.items)], found[len(call.items) :]
            call.results.set_result(own)


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
