"""Stopping a computation whose result nobody waits for."""

from collections.abc import Iterable, Iterator

import pytest

from index.generation.generation import Generation
from index.types import Encoder
from qa.cancellation import Cancelled, cancelling, raise_if_cancelled
from qa.engine import Engine
from qa.types import Reading, Request


def test_only_inside_of_the_block_a_computation_can_be_cancelled() -> None:
    """And an error handler that catches every Exception does not stop it."""
    raise_if_cancelled()
    with cancelling(lambda: True), pytest.raises(Cancelled):
        try:
            raise_if_cancelled()
        except Exception:  # noqa: BLE001
            pytest.fail("was taken for a failure")
    raise_if_cancelled()


class CountingReader:
    """Finds nothing; counts the passages that it reads."""

    name = "counting"

    def __init__(self) -> None:
        self.readings = 0

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        for _ in passages:
            self.readings += 1
            yield Reading(-9.0, -9.0, None)


def test_reading_stops_when_nobody_waits(generation: Generation, encoder: Encoder) -> None:
    """The reader reads one passage after the other, and none after its callers have left."""
    reader = CountingReader()
    engine = Engine(generation, encoder, reader)
    engine.ask("Who directed the film?")
    assert reader.readings > 1
    reader.readings = 0
    with cancelling(lambda: reader.readings == 1), pytest.raises(Cancelled):
        engine.ask("Who directed the film?")
    assert reader.readings == 1


def test_nothing_is_searched_when_nobody_waits(generation: Generation, encoder: Encoder) -> None:
    """Neither are the later questions of a batch."""
    engine = Engine(generation, encoder, CountingReader())
    with cancelling(lambda: True), pytest.raises(Cancelled):
        engine.ask_many([Request("Who directed the film?", mode="fast")] * 2)
