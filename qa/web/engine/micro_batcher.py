"""What several threads ask for at the same moment is computed in one batch, by a few threads of its own.

Nothing waits for company: a call that finds a free worker is taken at once, and what comes while all are busy goes
together as soon as one is done. Measured: ``docs/performance.md``.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Call(Generic[Item, Result]):
    items: Sequence[Item]
    results: "Future[list[Result]]" = field(default_factory=Future)


class Together(Generic[Item, Result]):
    """A function of many items, called by many threads with a few each. Safe to share between threads."""

    def __init__(self, function: Callable[[list[Item]], Sequence[Result]], workers: int, most: int) -> None:
        """At most ``workers`` calls of ``function`` run at once, with about ``most`` items each."""
        self._function, self._workers, self._most = function, workers, most
        self._waiting: SimpleQueue[_Call[Item, Result]] = SimpleQueue()
        self._starting, self._started = Lock(), False

    def __call__(self, items: Sequence[Item]) -> list[Result]:
        """The result of each item, in order. Raises what the function raises for these items."""
        self._start()
        call: _Call[Item, Result] = _Call(items)
        self._waiting.put(call)
        return call.results.result()

    def _start(self) -> None:
        """At the first call: a server forks before it, and threads do not come along."""
        with self._starting:
            if not self._started:
                self._started = True
                for _ in range(self._workers):
                    Thread(target=self._work, name="together", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._answer(self._batch())

    def _batch(self) -> list[_Call[Item, Result]]:
        """The call that waited longest, waited for where there is none, and those behind it."""
        batch = [self._waiting.get()]
        count = len(batch[0].items)
        while count < self._most:
            try:
                batch.append(self._waiting.get_nowait())
            except Empty:
                break
            count += len(batch[-1].items)
        return batch

    def _answer(self, batch: Sequence[_Call[Item, Result]]) -> None:
        """Each call gets its results, or the error that it raises by itself and not what another one raises."""
        try:
            found = list(self._function([item for call in batch for item in call.items]))
        except BaseException as error:  # noqa: BLE001 — the caller gets it
            if len(batch) == 1:
                batch[0].results.set_exception(error)
            else:
                for call in batch:
                    self._answer([call])
            return
        for call in batch:
            own, found = found[: len(call.items)], found[len(call.items) :]
            call.results.set_result(own)
