"""Micro-batching: many threads, few batches."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Lock
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.cancellation import Cancelled, raise_if_cancelled
from qa.web.engine.callers import PATIENT, Caller
from qa.web.engine.micro_batcher import MAX_RETRY_S, Lane, MicroBatcher, QueueFullError
from qa.web.engine.refusals import Refusals
from qa.web.engine.service_time import ServiceTime

UNBOUNDED = ServiceTime(0.01, max_wait_s=3600.0)


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
    return sum(map(len, batcher._queues.values()))


def test_calls_that_arrive_while_all_workers_are_busy_are_batched() -> None:
    """A first call starts at once; those that arrive meanwhile share batches of a maximum size."""
    double = Doubler()
    batcher = MicroBatcher(double, 1, 3, UNBOUNDED)
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

    batcher = MicroBatcher(double, workers, most, UNBOUNDED)
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

    batcher = MicroBatcher(picky, 1, 8, UNBOUNDED)
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
    batcher = MicroBatcher(double, 2, 2, UNBOUNDED)
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
    batcher = MicroBatcher(Doubler(), 2, 2, UNBOUNDED)
    batcher.close()
    assert not batcher._workers


class Held:
    """A batcher with one worker, which is busy with the item 0 until ``go``; the items of the batches after it."""

    def __init__(self, service_time: ServiceTime = UNBOUNDED) -> None:
        self.double = Doubler()
        self.batcher = MicroBatcher(self.double, 1, 1, service_time)
        self.pool = ThreadPoolExecutor(32)
        self.first = self.pool.submit(self.batcher.submit, [0])
        assert self.double.begun.wait(10)

    def submit(self, item: int, caller: Caller = PATIENT, lane: Lane = Lane.SINGLE) -> Future[list[int]]:
        """Submit an item from a thread, and return once it waits."""
        before = waiting(self.batcher)
        call = self.pool.submit(self.batcher.submit, [item], caller, lane)
        while waiting(self.batcher) == before and not call.done():
            pass
        return call

    def release(self) -> list[int]:
        """Let the worker go on, and return what it computed after the item 0."""
        self.double.go.set()
        self.pool.shutdown()
        return [item for batch in self.double.batches[1:] for item in batch]


@pytest.mark.parametrize(("max_wait_s", "admitted"), [(0.05, 5), (0.5, 10)])
def test_an_item_that_would_wait_too_long_is_refused_at_once(max_wait_s: float, admitted: int) -> None:
    """At 10 ms an item and one worker, five wait for 50 ms; the next one would wait for 60 ms."""
    held = Held(ServiceTime(0.01, max_wait_s))
    calls = [held.submit(number) for number in range(1, 11)]
    refused = [call for call in calls if call.done()]
    assert len(calls) - len(refused) == admitted
    for call in refused:
        with pytest.raises(QueueFullError):
            call.result()
    held.release()


@pytest.mark.parametrize(("refused", "retry_s"), [(1, 0.005), (400, 2.0), (4000, MAX_RETRY_S)])
def test_the_more_are_refused_the_later_they_are_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch, refused: int, retry_s: float
) -> None:
    """Two workers need 5 ms for an item; nobody is told to wait for longer than ``MAX_RETRY_S``."""
    monkeypatch.setattr("qa.web.engine.refusals.monotonic", lambda: 7.5)
    batcher = MicroBatcher(Doubler(), 2, 1, ServiceTime(0.01))
    assert [batcher.refuse() for _ in range(refused)][-1] == pytest.approx(retry_s)


def test_refusals_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the second before this one count, older ones do not."""
    now = [7.5]
    monkeypatch.setattr("qa.web.engine.refusals.monotonic", lambda: now[0])
    refusals, counts = Refusals(), []
    for moment, new in ((7.5, 3), (8.1, 1), (9.9, 0), (11.0, 0)):
        now[0] = moment
        for _ in range(new):
            refusals.record()
        counts.append((refusals.count(), refusals.are_recent))
    assert counts == [(3, True), (3, True), (1, False), (0, False)]


@pytest.mark.parametrize(("refuses", "at_once"), [(True, 1), (False, 2)])
def test_fewer_workers_begin_while_items_are_refused(
    monkeypatch: pytest.MonkeyPatch, refuses: bool, at_once: int
) -> None:
    """And all items are computed nevertheless."""
    monkeypatch.setattr("qa.web.engine.refusals.OVERLOAD_S", 3600.0)
    lock, under_way, seen = Lock(), [0], [0]
    both = Event()

    def double(items: list[int]) -> list[int]:
        with lock:
            under_way[0] += 1
            seen[0] = max(seen[0], under_way[0])
        if seen[0] == 2:
            both.set()
        # The first one waits for the other worker, if that may begin.
        assert refuses or both.wait(10)
        with lock:
            under_way[0] -= 1
        return [item * 2 for item in items]

    batcher = MicroBatcher(double, 2, 1, UNBOUNDED, overload_workers=1)
    if refuses:
        batcher.refuse()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(batcher.submit, [[number] for number in range(40)])) == [[n * 2] for n in range(40)]
    batcher.close()
    assert seen[0] == at_once


def test_one_item_may_always_wait() -> None:
    """However long the items take: a worker that is done has something to do."""
    held = Held(ServiceTime(10.0, max_wait_s=0.001))
    waits, refused = held.submit(1), held.submit(2)
    assert not waits.done() and refused.done()
    assert held.release() == [1]


def test_an_item_is_not_computed_after_its_deadline() -> None:
    """Its caller hears of it at the deadline, not when the worker would have come to it."""
    held = Held()
    late = held.submit(1, Caller(deadline=monotonic() + 0.05))
    with pytest.raises(Cancelled):
        late.result(10)
    held.submit(2)
    assert held.release() == [2]


def test_an_item_is_not_computed_for_a_caller_who_left() -> None:
    """What it has submitted is dropped when its turn comes."""
    held = Held()
    left = held.submit(1, Caller(has_left=lambda: True))
    held.submit(2)
    assert held.release() == [2]
    with pytest.raises(Cancelled):
        left.result(10)


def test_single_items_overtake_slices() -> None:
    """Of items that wait, slices come last, but one batch in four is a slice, so that they end."""
    held = Held()
    for number in range(10, 13):
        held.submit(number, lane=Lane.SLICE)
    for number in range(1, 7):
        held.submit(number)
    # The item 0 was the first turn.
    assert held.release() == [1, 2, 10, 3, 4, 5, 11, 6, 12]


def test_a_slice_is_never_refused_for_its_wait() -> None:
    """Whoever submits slices bounds their number; half of a large request is of no use."""
    held = Held(ServiceTime(10.0, max_wait_s=0.001))
    slices = [held.submit(number, lane=Lane.SLICE) for number in (1, 2, 3)]
    assert not any(call.done() for call in slices)
    assert held.release() == [1, 2, 3]


def test_a_computation_ends_when_its_callers_have_left() -> None:
    """The function finds out between its steps."""
    begun, left, stopped = Event(), Event(), Event()

    def step_by_step(items: list[int]) -> list[int]:
        begun.set()
        deadline = monotonic() + 10
        while monotonic() < deadline:
            try:
                raise_if_cancelled()
            except Cancelled:
                stopped.set()
                raise
        return items

    batcher = MicroBatcher(step_by_step, 1, 1, UNBOUNDED)
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(batcher.submit, [1], Caller(has_left=left.is_set))
        assert begun.wait(10)
        left.set()
        with pytest.raises(Cancelled):
            call.result(10)
    assert stopped.is_set()
