"""Micro-batching: many threads, few batches."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.web.engine.micro_batcher import MicroBatcher


class Doubler:
    """Records each batch; the first one waits for ``go``."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.begun, self.go = Event(), Event()

    def __call__(self, items: list[int]) -> Sequence[int]:
        self.batches.append(items)
        if len(self.batches) == 1:
            self.begun.set()
            assert self.go.wait(10)
        return [item * 2 for item in items]


def waiting(batcher: MicroBatcher[int, int]) -> int:
    return batcher._queue.qsize()


def test_calls_that_arrive_while_all_workers_are_busy_are_batched() -> None:
    """A first call starts at once; those that arrive meanwhile share batches of a maximum size."""
    double = Doubler()
    batcher = MicroBatcher(double, workers=1, max_items=3)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(batcher.submit, [1])
        assert double.begun.wait(10)
        others = []
        for number in range(2, 7):
            others.append(pool.submit(batcher.submit, [number]))
            while waiting(batcher) < number - 1:
                pass
        double.go.set()
        assert first.result(10) == [2]
        assert [other.result(10) for other in others] == [[4], [6], [8], [10], [12]]
    assert double.batches == [[1], [2, 3, 4], [5, 6]]


@given(st.lists(st.lists(st.integers(), max_size=4), min_size=1, max_size=12), st.integers(1, 3), st.integers(1, 5))
def test_each_call_gets_its_own_results(calls: list[list[int]], workers: int, most: int) -> None:
    """In order, from any number of threads; never more concurrent batches than workers."""
    lock, under_way, seen = Lock(), [0], [0]

    def double(items: list[int]) -> list[int]:
        with lock:
            under_way[0] += 1
            seen[0] = max(seen[0], under_way[0])
        found = [item * 2 for item in items]
        with lock:
            under_way[0] -= 1
        return found

    batcher = MicroBatcher(double, workers, most)
    with ThreadPoolExecutor(len(calls)) as pool:
        assert list(pool.map(batcher.submit, calls)) == [[item * 2 for item in call] for call in calls]
    assert seen[0] <= workers


def test_one_bad_call_does_not_fail_the_others() -> None:
    """Each call of a failed batch is tried alone: the bad one gets its error, the others their results."""
    double = Doubler()

    def picky(items: list[int]) -> Sequence[int]:
        if 13 in items:
            raise ValueError("13 brings bad luck")
        return double(items)

    batcher = MicroBatcher(picky, workers=1, max_items=8)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(batcher.submit, [1])
        assert double.begun.wait(10)
        others = [pool.submit(batcher.submit, [number]) for number in (2, 13, 3)]
        while waiting(batcher) < 3:
            pass
        double.go.set()
        assert first.result(10) == [2]
        assert [others[0].result(10), others[2].result(10)] == [[4], [6]]
        with pytest.raises(ValueError, match="13 brings bad luck"):
            others[1].result(10)
    assert batcher.submit([4]) == [8]


def test_closing_finishes_what_was_submitted() -> None:
    """Calls that wait get their results, the worker threads end, and later calls fail."""
    double = Doubler()
    batcher = MicroBatcher(double, workers=2, max_items=2)
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(batcher.submit, [number]) for number in range(3)]
        while waiting(batcher) + sum(map(len, double.batches)) < 3:
            pass
        closing = pool.submit(batcher.close)
        double.go.set()
        assert [call.result(10) for call in calls] == [[0], [2], [4]]
        closing.result(10)
    assert not any(worker.is_alive() for worker in batcher._workers)
    with pytest.raises(RuntimeError, match="closed"):
        batcher.submit([1])


def test_closing_what_was_never_used_starts_nothing() -> None:
    """There are no threads to end."""
    batcher = MicroBatcher(Doubler(), workers=2, max_items=2)
    batcher.close()
    assert not batcher._workers
