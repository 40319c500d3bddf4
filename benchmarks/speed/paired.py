"""Several ways of doing the same thing, measured in turn, so that a busy machine slows all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median, quantiles
from time import perf_counter, sleep
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def run_interleaved(ways: Mapping[str, Callable[[Item], Result]], items: Iterable[Item]) -> dict[str, list[Result]]:
    """Return the results of each way for every item.

    The order is reversed every second time and rotated after every two, so that no way always comes first or always
    after the same other.
    """
    names, found = list(ways), {name: list[Result]() for name in ways}
    for number, item in enumerate(items):
        first = number // 2 % len(names)
        order = names[first:] + names[:first]
        for name in reversed(order) if number % 2 else order:
            found[name].append(ways[name](item))
    return found


def time_calls(way: Callable[[Item], object], rest_s: float = 0.0) -> Callable[[Item], float]:
    """Return a function that returns the milliseconds that ``way`` takes, and waits ``rest_s`` after each call."""

    def measure_call(item: Item) -> float:
        started = perf_counter()
        way(item)
        taken_ms = (perf_counter() - started) * 1000
        sleep(rest_s)
        return taken_ms

    return measure_call


def median_ratio(own: Sequence[float], base: Sequence[float]) -> float:
    """Return the median of the ratios item by item: a slow moment affects both numbers of a pair."""
    return median(a / b for a, b in zip(own, base, strict=True))


def percentile_95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return quantiles(values, n=20)[-1]


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile, from 1 to 99, of at least two values; never more than the largest."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]
