"""The time of each step, on the seed."""

import pytest

from benchmarks.speed.steps import REST, WARM, WHOLE, format_rows, measure_steps
from index.generation.generation import Generation
from index.types import Encoder
from qa.engine import Engine


def test_the_steps_are_the_whole(generation: Generation, encoder: Encoder) -> None:
    """Every step takes some time, and their sum is the time of the question."""
    times = measure_steps(
        Engine(generation, encoder), [f"Who directed film number {number}?" for number in range(WARM + 4)]
    )
    assert len(times) == 4
    for one in times:
        steps = {name: took for name, took in one.items() if name != WHOLE}
        assert sum(steps.values()) == pytest.approx(one[WHOLE])
        assert len(steps) == 9
        assert min(steps.values()) > 0
        assert {"encoding", "the dense leg", "the lexical leg", "marking evidence", REST} < set(steps)
    assert [row[2] for row in format_rows(times)][-1] == "100%"
