"""Limits that a run must keep, for continuous integration."""

from collections.abc import Iterable, Mapping
from math import isfinite

from index.errors import UsageError
from qa.evaluation.measures import MEASURES
from qa.evaluation.types import Run


def parse_limits(texts: Iterable[str]) -> dict[str, float]:
    """Parse ``MEASURE=VALUE``. Raises UsageError for an unknown measure or a value that is not a number."""
    limits = {}
    for text in texts:
        name, _, value = text.rpartition("=")
        if name not in MEASURES:
            raise UsageError(
                f"invalid value {text!r} for --fail-below: must be MEASURE=VALUE with one of the measures "
                f"{', '.join(MEASURES)}"
            )
        limits[name] = _parse_number(value, text)
    return limits


def find_broken_limits(run: Run, limits: Mapping[str, float]) -> list[str]:
    """Return a sentence for each limit that the run does not keep; it keeps none of what it does not measure."""
    broken = []
    for name, limit in limits.items():
        mean = run.scores[name].mean if name in run.scores else None
        lower = MEASURES[name].lower_is_better
        if mean is None or (mean > limit if lower else mean < limit):
            shown = "not measured" if mean is None else f"{mean:.3f}"
            broken.append(f"{name} is {shown}; must be at {'most' if lower else 'least'} {limit}")
    return broken


def _parse_number(value: str, text: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise UsageError(f"invalid value {text!r} for --fail-below: {value!r} is not a number; write nDCG@10=0.7")
    return number
