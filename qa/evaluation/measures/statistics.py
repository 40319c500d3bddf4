"""How certain a figure is, and whether two of them differ. Seeded: the same values give the same result."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.types import Interval

# Resamples of an interval, and sign flips of a test: the third decimal of a mean and p = 0.001 are stable.
SAMPLES = 2000
SHUFFLES = 10_000
# Numbers drawn at a time, so that memory does not grow with the number of questions.
AT_ONCE = 2_000_000
# Normal quantiles for 5 % error on both sides together and 80 % power.
Z_BOTH_SIDES, Z_POWER = 1.959964, 0.841621


def bootstrap_interval(values: Sequence[float], samples: int = SAMPLES) -> Interval:
    """Return the mean and its percentile bootstrap interval over questions (Efron 1979).

    Trap: it says how certain the mean is for questions like these, not for other questions.
    """
    data = np.asarray(values, dtype=float)
    if not len(data):
        return Interval(0.0, 0.0, 0.0)
    means = np.concatenate([data[draws].mean(axis=1) for draws in _draw_positions(len(data), samples)])
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(data.mean()), float(low), float(high), len(data))


def bootstrap_statistic(
    measure: Callable[[NDArray[np.int64]], float], count: int, samples: int = SAMPLES // 4
) -> Interval | None:
    """Return a figure of all questions at once, given their positions, with its interval; None if it has no value."""
    value = measure(np.arange(count))
    if isnan(value):
        return None
    found = [measure(row) for draws in _draw_positions(count, samples) for row in draws]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return Interval(value, float(low), float(high), count)


def randomisation_test(differences: Sequence[float], shuffles: int = SHUFFLES, seed: int = 0) -> float:
    """Return the two-sided p of a mean paired difference, its signs drawn at random (Fisher 1935).

    At least 1 / (shuffles + 1). Smucker, Allan & Carterette 2007 compare it with other tests
    for retrieval. Trap: a small p says that the difference is real, not that it matters.
    """
    data = np.asarray(differences, dtype=float)
    data = data[data != 0]  # a tie stays a tie, whatever its sign
    if not len(data):
        return 1.0
    generator = np.random.default_rng(seed)
    # A sum that differs from the observed one only by rounding is as extreme.
    observed, extreme = abs(data.sum()) * (1 - 1e-12) - 1e-12, 0
    rows = max(1, AT_ONCE // len(data))
    for start in range(0, shuffles, rows):
        signs = generator.integers(0, 2, size=(min(rows, shuffles - start), len(data)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ data) >= observed).sum())
    return (1 + extreme) / (1 + shuffles)


def adjust_holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return p-values adjusted for their number: one false alarm among all stays at 5 % (Holm 1979)."""
    adjusted, least = {}, 0.0
    for done, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        least = max(least, min(1.0, p * (len(p_values) - done)))
        adjusted[name] = least
    return {name: adjusted[name] for name in p_values}


def detectable_difference(differences: Sequence[float]) -> float:
    """Return the smallest true difference that this many questions would show four times in five.

    At the 5 % level, both sides, by the normal approximation (Cohen 1988). nan if fewer than
    two questions differ: how much they could is not known.
    """
    data = np.asarray(differences, dtype=float)
    if np.count_nonzero(data) < 2:
        return float("nan")
    return float((Z_BOTH_SIDES + Z_POWER) * data.std(ddof=1) / np.sqrt(len(data)))


def _draw_positions(count: int, samples: int) -> Iterator[NDArray[np.int64]]:
    """Yield positions drawn with replacement, ``samples`` rows in all."""
    generator = np.random.default_rng(0)
    rows = max(1, AT_ONCE // max(1, count))
    for start in range(0, samples, rows):
        yield generator.integers(0, count, size=(min(rows, samples - start), count))
