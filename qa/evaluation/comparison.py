"""Whether one run is better than another on the same questions, or only luckier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan
from pathlib import Path

from index.errors import UsageError
from qa.evaluation.measures import MEASURES
from qa.evaluation.measures.statistics import adjust_holm, bootstrap_interval, detectable_difference, randomisation_test
from qa.evaluation.runs.store import load_run
from qa.evaluation.types import Interval, Run

LEVEL = 0.05
# A measure of each question in A and in B.
Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of both runs, question by question.

    ``change`` is B less A with its interval; ``p`` of the paired randomisation test, ``p_holm``
    adjusted for the number of measures; ``detectable`` the smallest true difference that these
    questions would show four times in five; ``won`` and ``lost`` count questions for B.
    """

    measure: str
    a: float
    b: float
    change: Interval
    p: float
    p_holm: float
    detectable: float
    won: int
    lost: int

    @property
    def verdict(self) -> str:
        """Of B, in words."""
        if self.p_holm >= LEVEL:
            return "no difference shown"
        return "better" if (self.change.mean > 0) != MEASURES[self.measure].lower_is_better else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B against run A. ``left_out`` counts the questions that only one of them has."""

    a: Run
    b: Run
    differences: tuple[Difference, ...]
    left_out: int

    @property
    def worse(self) -> tuple[Difference, ...]:
        """The measures in which B is worse, beyond chance."""
        return tuple(difference for difference in self.differences if difference.verdict == "worse")

    def __str__(self) -> str:
        """Return a table for the terminal."""
        return "\n".join([HEAD, *map(_format_line, self.differences)])


HEAD = f"{'':20} {'A':>7} {'B':>7} {'B - A':>24} {'p':>7} {'Holm':>7} {'shows':>7} {'won':>5} {'lost':>5}  B is"


def compare(a: Run | str | Path, b: Run | str | Path, measures: Sequence[str] = ()) -> Comparison:
    """Compare run B with run A, each a ``Run`` or its folder.

    ``measures`` are those that are tested together, the headline ones unless named: the more
    are looked at, the more one of them differs by chance, and Holm's adjustment pays for that.
    Raises UsageError if the runs are over different data or lack a measure.
    """
    first, second = (run if isinstance(run, Run) else load_run(run) for run in (a, b))
    if first.about.data != second.about.data:
        raise UsageError(
            f"the runs are over different questions ({first.about.name} {first.about.data[:8]}, "
            f"{second.about.name} {second.about.data[:8]}); compare runs over the same data"
        )
    pairs = {}
    for name in _choose_measures(measures, first, second):
        theirs = second.values(name)
        pairs[name] = [
            (value, theirs[question]) for question, value in first.values(name).items() if question in theirs
        ]
    ids = [{outcome.judgement.id for outcome in run.outcomes} for run in (first, second)]
    return Comparison(first, second, _test_differences(pairs), len(ids[0] ^ ids[1]))


def _choose_measures(measures: Sequence[str], a: Run, b: Run) -> Sequence[str]:
    """Return those named, or the headline ones that both runs have."""
    shared = [name for name in MEASURES if a.values(name) and b.values(name)]
    if unknown := [name for name in measures if name not in shared]:
        raise UsageError(f"{unknown[0]!r} is no measure of each question in both runs; they share {', '.join(shared)}")
    return measures or [name for name in shared if MEASURES[name].headline]


def _test_differences(pairs: Mapping[str, Pairs]) -> tuple[Difference, ...]:
    p_values = {name: randomisation_test([y - x for x, y in some]) for name, some in pairs.items()}
    adjusted = adjust_holm(p_values)
    return tuple(_build_difference(name, some, p_values[name], adjusted[name]) for name, some in pairs.items())


def _build_difference(name: str, pairs: Pairs, p: float, p_holm: float) -> Difference:
    changes = [y - x for x, y in pairs]
    better = [-change for change in changes] if MEASURES[name].lower_is_better else changes
    return Difference(
        measure=name,
        a=sum(x for x, _ in pairs) / len(pairs),
        b=sum(y for _, y in pairs) / len(pairs),
        change=bootstrap_interval(changes),
        p=p,
        p_holm=p_holm,
        detectable=detectable_difference(changes),
        won=sum(change > 0 for change in better),
        lost=sum(change < 0 for change in better),
    )


def _format_line(d: Difference) -> str:
    shows = "" if isnan(d.detectable) else f"{d.detectable:.3f}"
    return (
        f"{d.measure:20} {d.a:7.3f} {d.b:7.3f} {d.change.signed:>24} {d.p:7.4f} {d.p_holm:7.4f} {shows:>7} "
        f"{d.won:5} {d.lost:5}  {d.verdict}"
    )


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
        try:
            limits[name] = float(value)
        except ValueError:
            limits[name] = nan
        if not isfinite(limits[name]):
            raise UsageError(f"invalid value {text!r} for --fail-below: {value!r} is not a number; write nDCG@10=0.7")
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
