"""Micro-batching: items submitted by several threads are computed in one call, by a few worker threads.

Requests that arrive while all workers are busy are batched; an idle worker starts at once (no batching window).
Measured: ``docs/performance.md``. Python runs one thread at a time, and numpy releases and reacquires the interpreter
lock at every step: with more threads than processors every question slows down every other, and encoding several
questions in one call is cheaper than encoding them one by one.

The queue is bounded by the expected wait. While items are refused, fewer workers may compute at once, so that those
that are accepted are not slowed down by each other. Slices of large calls wait in a queue of their own, which single
items overtake.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Condition, Thread
from time import monotonic
from typing import Generic, TypeVar

from qa.cancellation import Cancelled, cancelling
from qa.tracing import continue_contexts
from qa.web.engine.callers import PATIENT, Caller
from qa.web.engine.refusals import Refusals
from qa.web.engine.service_time import ServiceTime

Item = TypeVar("Item")
Result = TypeVar("Result")

# A batch under way ends within this time on a slow machine; a thread that is still running
# when the interpreter finalizes would be killed inside C++ code, which aborts the process.
CLOSE_TIMEOUT_S = 10.0
# Nobody is asked to come back later than this.
MAX_RETRY_S = 10.0
# While both queues are full, one batch in so many is a slice of a large call.
SLICE_TURN = 4


class Lane(IntEnum):
    """The queue of a call: single items, or slices of large calls."""

    SINGLE = 0
    SLICE = 1


class QueueFullError(Exception):
    """An item would have to wait for too long; there may be room after ``retry_s`` seconds."""

    def __init__(self, retry_s: float) -> None:
        """Keep the time."""
        super().__init__(f"there may be room after {retry_s:.3f} s")
        self.retry_s = retry_s


@dataclass(frozen=True, slots=True)
class _Call(Generic[Item, Result]):
    items: Sequence[Item]
    caller: Caller
    results: "Future[list[Result]]" = field(default_factory=Future)


class MicroBatcher(Generic[Item, Result]):
    """A function of many items that many threads call with a few items each. Thread-safe."""

    def __init__(
        self,
        function: Callable[[list[Item]], Sequence[Result]],
        workers: int,
        max_items: int,
        service_time: ServiceTime,
        overload_workers: int | None = None,
    ) -> None:
        """Run at most ``workers`` calls of ``function`` at once, of about ``max_items`` items each.

        While items are refused, at most ``overload_workers`` begin at once; None means as many.
        """
        self._function, self._worker_count, self._max_items = function, workers, max_items
        self._overload_workers = workers if overload_workers is None else overload_workers
        self._service_time, self._refusals = service_time, Refusals()
        self._queues: dict[Lane, deque[_Call[Item, Result]]] = {lane: deque() for lane in Lane}
        self._changed, self._workers, self._closed = Condition(), list[Thread](), False
        # Calls that are computed, the workers that do so, and batches so far.
        self._running = self._busy = self._turn = 0

    def submit(self, items: Sequence[Item], caller: Caller = PATIENT, lane: Lane = Lane.SINGLE) -> list[Result]:
        """Return the result of each item, in order; raise what ``function`` raises for these items.

        Raises QueueFullError if a single item would have to wait too long, and Cancelled if the caller does not wait
        any more: what is not computed yet never will be.
        """
        call: _Call[Item, Result] = _Call(items, caller)
        with self._changed:
            if self._closed:
                raise RuntimeError("the batcher is closed")
            if lane is Lane.SINGLE and self._is_full():
                raise QueueFullError(self._refuse())
            self._start_workers()
            self._queues[lane].append(call)
            self._changed.notify()
        timeout = None if caller.deadline == PATIENT.deadline else max(0.0, caller.deadline - monotonic())
        try:
            return call.results.result(timeout)
        except TimeoutError:
            if call.results.done():
                raise
            raise Cancelled from None

    def find_overload(self) -> float | None:
        """Return after how many seconds a single item that is refused now may find room; None if it is not refused."""
        with self._changed:
            return self._refuse() if self._is_full() else None

    def refuse(self) -> float:
        """Count a single item that is refused before it is submitted, and return when there may be room for it."""
        with self._changed:
            return self._refuse()

    @property
    def is_overloaded(self) -> bool:
        """Whether an item was refused a moment ago."""
        return self._refusals.are_recent

    def count_calls(self) -> int:
        """Return how many calls wait or are computed."""
        with self._changed:
            return self._running + sum(map(len, self._queues.values()))

    def close(self) -> None:
        """Finish the calls that were submitted, then end the worker threads; wait ``CLOSE_TIMEOUT_S`` for each."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.join(CLOSE_TIMEOUT_S)

    def _is_full(self) -> bool:
        # An idle worker is about to take one.
        workers = self._count_allowed()
        idle = max(0, workers - self._busy)
        queued = max(0, sum(len(call.items) for call in self._queues[Lane.SINGLE]) - idle)
        wait_s = self._service_time.estimate_wait(queued + 1, workers)
        # One may always wait: else a worker would have nothing to do between two items.
        return queued > 0 and wait_s > self._service_time.max_wait_s

    def _refuse(self) -> float:
        """Count an item that is refused, and return after how many seconds there may be room for it."""
        self._refusals.record()
        # Those that are refused come back, so there is room for all when as many were answered.
        return min(MAX_RETRY_S, self._service_time.estimate_wait(self._refusals.count(), self._count_allowed()))

    def _count_allowed(self) -> int:
        """Return how many workers may compute at once."""
        return self._overload_workers if self._refusals.are_recent else self._worker_count

    def _start_workers(self) -> None:
        # At the first call, not before: a server forks its worker processes, and threads do not survive a fork.
        if not self._workers:
            self._workers = [Thread(target=self._run_worker, daemon=True) for _ in range(self._worker_count)]
            for worker in self._workers:
                worker.start()

    def _run_worker(self) -> None:
        while batch := self._take_batch():
            with self._changed:
                alone = self._is_alone(batch)
            start = monotonic()
            self._answer_calls(batch)
            seconds = monotonic() - start
            with self._changed:
                alone = alone and self._is_alone(batch)
                self._running -= len(batch)
                self._busy -= 1
                # One that was not allowed to begin, or that is to end.
                self._changed.notify()
            if items := sum(len(call.items) for call in batch):
                self._service_time.record(seconds, items, alone)

    def _is_alone(self, batch: Sequence[_Call[Item, Result]]) -> bool:
        return self._running == len(batch) and not any(self._queues.values())

    def _take_batch(self) -> list[_Call[Item, Result]]:
        """Wait for a call and return it with those queued behind it; empty if this worker is to end."""
        batch: list[_Call[Item, Result]] = []
        with self._changed:
            while not batch:
                while not any(self._queues.values()) or self._busy >= self._count_allowed():
                    if self._closed and not any(self._queues.values()):
                        return []
                    self._changed.wait()
                batch = self._pop_calls(self._choose_queue())
            self._running += len(batch)
            self._busy += 1
        return batch

    def _choose_queue(self) -> "deque[_Call[Item, Result]]":
        singles, slices = self._queues[Lane.SINGLE], self._queues[Lane.SLICE]
        self._turn += 1
        return slices if slices and (not singles or self._turn % SLICE_TURN == 0) else singles

    def _pop_calls(self, queue: "deque[_Call[Item, Result]]") -> list[_Call[Item, Result]]:
        """Take calls of about ``max_items`` items together; drop those for which nobody waits."""
        batch: list[_Call[Item, Result]] = []
        while queue and sum(len(call.items) for call in batch) < self._max_items:
            call = queue.popleft()
            if call.caller.is_waiting:
                batch.append(call)
            else:
                call.results.set_exception(Cancelled())
        return batch

    def _answer_calls(self, batch: Sequence[_Call[Item, Result]]) -> None:
        """Give each call its results, or the error that its own items raise."""
        try:
            traces = [call.caller.trace for call in batch]
            with cancelling(lambda: not any(call.caller.is_waiting for call in batch)), continue_contexts(traces):
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
