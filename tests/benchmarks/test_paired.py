"""Interleaved measurements treat every way alike."""

from time import perf_counter

import pytest

from benchmarks.speed.paired import median_ratio, percentile_95, run_interleaved, time_calls


def test_each_way_begins_as_often_as_any_other_and_none_always_follows_the_same() -> None:
    """Two ways alternate as a b, b a, b a, a b."""
    order: list[str] = []
    found = run_interleaved(
        {name: (lambda item, name=name: order.append(name) or f"{name}{item}") for name in "ab"}, range(4)
    )
    assert "".join(order) == "abbabaab"
    assert found == {"a": ["a0", "a1", "a2", "a3"], "b": ["b0", "b1", "b2", "b3"]}
    order.clear()
    run_interleaved({name: (lambda item, name=name: order.append(name)) for name in "abc"}, range(6))
    assert sorted(order[::3]) == list("aabbcc")


def test_the_ratio_is_of_pairs() -> None:
    """A moment that slows both does not change it."""
    assert median_ratio([2.0, 200.0, 4.0], [1.0, 100.0, 2.0]) == 2.0
    assert percentile_95(list(range(1, 100))) == pytest.approx(95)


def test_a_way_that_rests_does_not_take_longer() -> None:
    """Its threads come to rest after what is measured, and before the next way."""
    started = perf_counter()
    assert time_calls(str, rest_s=0.05)("q0") < 50
    assert perf_counter() - started >= 0.05


def test_a_way_that_fails_is_not_taken_for_a_quick_one() -> None:
    """Its error ends the measurement."""

    def broken(question: str) -> None:
        raise RuntimeError(question)

    with pytest.raises(RuntimeError, match="q0"):
        run_interleaved({"broken": time_calls(broken)}, ["q0"])
