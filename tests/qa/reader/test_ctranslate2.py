"""The network of the reader: what it computes when, and on how many processors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Semaphore

import pytest

from qa.reader.ctranslate2 import QuantizedNetwork
from qa.reader.pairs import PairTokenizer, TokenPair
from qa.reader.reader import SHIPPED
from qa.reader.spans import PairLogits

PASSAGES = [("", f"Film number {number} was directed by Ann Lee.") for number in range(9)]
PAIRS = list(PairTokenizer(SHIPPED / "tokenizer.json").encode_pairs("Who directed it?", PASSAGES))


@pytest.fixture(scope="module")
def loaded() -> QuantizedNetwork:
    return QuantizedNetwork(SHIPPED)


@pytest.fixture
def network(loaded: QuantizedNetwork, monkeypatch: pytest.MonkeyPatch) -> QuantizedNetwork:
    """The network on a machine with three processors."""
    monkeypatch.setattr(loaded, "_idle", Semaphore(3))
    monkeypatch.setattr(loaded, "_threads", ThreadPoolExecutor(3))
    return loaded


def take_notes(pairs: list[TokenPair], taken: list[TokenPair]) -> Iterator[TokenPair]:
    for pair in pairs:
        taken.append(pair)
        yield pair


def list_relevances(found: Iterator[PairLogits]) -> list[float]:
    return [logits.relevance for logits in found]


def test_what_is_computed_ahead_is_in_order_and_the_same(network: QuantizedNetwork) -> None:
    """As if each pair was alone on the machine."""
    alone = [next(network([pair])).relevance for pair in PAIRS]
    assert list_relevances(network(PAIRS)) == alone
    assert len(set(alone)) > 1


def test_no_more_is_ahead_than_was_asked_for(network: QuantizedNetwork) -> None:
    """One pair beside the first, two beside the second; then all processors are busy, and no more are started."""
    taken: list[TokenPair] = []
    logits = network(take_notes(PAIRS, taken))
    assert taken == []
    next(logits)
    assert taken == PAIRS[:2]
    next(logits)
    assert taken == PAIRS[:4]
    assert len(list(logits)) == len(PAIRS) - 2


def test_nothing_is_ahead_on_a_busy_machine(network: QuantizedNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the pairs that others ask for come first."""
    monkeypatch.setattr(network, "_idle", Semaphore(1))
    taken: list[TokenPair] = []
    logits = network(take_notes(PAIRS, taken))
    for asked in (1, 2, 3):
        next(logits)
        assert len(taken) == asked


def test_who_stops_asking_leaves_the_processors_idle(network: QuantizedNetwork) -> None:
    """What is ahead ends by itself."""
    next(network(PAIRS))
    assert all(network._idle.acquire(timeout=10) for _ in range(3))


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_a_pair_that_fails_is_an_error_for_who_asks_for_it(
    network: QuantizedNetwork, monkeypatch: pytest.MonkeyPatch, broken: int
) -> None:
    """Not for who asks for the pairs before it; and no processor stays taken."""
    run = QuantizedNetwork._run

    def fail(self: QuantizedNetwork, pair: TokenPair) -> PairLogits:
        if pair is PAIRS[broken]:
            raise RuntimeError("out of memory")
        return run(self, pair)

    monkeypatch.setattr(QuantizedNetwork, "_run", fail)
    logits = network(PAIRS[:3])
    for _ in range(broken):
        next(logits)
    with pytest.raises(RuntimeError, match="out of memory"):
        next(logits)
    assert all(network._idle.acquire(timeout=10) for _ in range(3))


def test_pairs_that_cannot_be_made_leave_the_processors_idle(network: QuantizedNetwork) -> None:
    """Otherwise later callers would wait for ever."""

    def make_one() -> Iterator[TokenPair]:
        yield PAIRS[0]
        raise ValueError("no such passage")

    with pytest.raises(ValueError, match="no such passage"):
        next(network(make_one()))
    assert all(network._idle.acquire(timeout=10) for _ in range(3))


def test_many_callers_get_what_each_asked_for(network: QuantizedNetwork) -> None:
    """However their pairs are mixed on the processors."""
    alone = list_relevances(network(PAIRS))
    start = Barrier(8)

    def ask(first: int) -> list[float]:
        start.wait(10)
        return list_relevances(network(PAIRS[first:]))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [alone[first:] for first in range(8)]
