"""Limits that a run must keep, for continuous integration."""

from collections.abc import Iterable, Mapping
from math import isfinite

from index.errors import UsageError
from qa.evaluation.measures import MEASURES
from qa.evaluation.types import Run


def limits(wanted: Iterable[str]) -> dict[str, float]:
    """``MEASURE=VALUE`` each. Raises UsageError for an unknown measure and for what is no number."""
    found = {}
    for one in wanted:
        name, _, value = one.rpartition("=")
        if name not in MEASURES:
            raise UsageError(f"{one!r} is not MEASURE=VALUE with one of the measures {', '.join(MEASURES)}")
        found[name] = _number(value, one)
    return found


def broken(run: Run, wanted: Mapping[str, float]) -> list[str]:
    """A sentence for each limit that the run does not keep. What it does not measure it does not keep."""
    return [
        f"{name} is {_said(run, name)}; asked is at {'most' if MEASURES[name].lower_is_better else 'least'} {limit}"
        for name, limit in wanted.items()
        if not _kept(run, name, limit)
    ]


def _kept(run: Run, name: str, limit: float) -> bool:
    if name not in run.scores:
        return False
    mean = run.scores[name].mean
    return mean <= limit if MEASURES[name].lower_is_better else mean >= limit


def _said(run: Run, name: str) -> str:
    return f"{run.scores[name].mean:.3f}" if name in run.scores else "not measured"


def _number(value: str, one: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise UsageError(f"{one!r} has no number after the sign; write for example nDCG@10=0.7")
    return number
