"""What the plots show, in numbers and in words, before anything is drawn."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.comparison.compare import Difference
from qa.evaluation.measures import MEASURES, Confidences, abstention, calibration, ranking
from qa.evaluation.measures.abstention import Floats
from qa.evaluation.measures.calibration import Bin
from qa.evaluation.report.slices import Slice
from qa.evaluation.types import Interval, Run
from qa.types import Status

DEPTHS = (1, 2, 3, 5, 10, 20, 50)
MIN_BINNED_QUESTIONS = 20
MAX_LABEL_WIDTH = 34


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawn figure, and its numbers in words for those who do not see it."""

    svg: str
    words: str


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """The risk-coverage curve, and how many questions the system itself does not call not found."""

    coverage: Floats
    risk: Floats
    said: int

    @property
    def words(self) -> str:
        """The point of the system itself, and the risk of answering everything."""
        itself = (
            f"Answering {format_percent(self.coverage[self.said - 1])} of the questions, as it does, "
            f"{format_percent(self.risk[self.said - 1])} of those are wrong. "
            if self.said
            else ""
        )
        return f"{itself}Answering all, {format_percent(self.risk[-1])} are wrong."


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a dot-and-interval plot: ``note`` is at its right, ``head`` above the first of its group.

    ``verdict`` is that of a comparison, which decides how the dot looks; "" if there is none.
    """

    label: str
    interval: Interval
    note: str
    head: str = ""
    verdict: str = ""


def format_percent(share: float) -> str:
    """Return a share as people read it."""
    return f"{100 * share:.0f} %"


def bin_confidences(run: Run) -> list[Bin]:
    """Return the points of the reliability curve; none if the questions are too few to be grouped."""
    found = Confidences.from_outcomes(run.outcomes)
    enough = len(found.confidence) >= MIN_BINNED_QUESTIONS
    return calibration.bin_reliability(found.confidence, found.right) if enough else []


def describe_bins(found: Sequence[Bin]) -> str:
    """Return confidence and share right of each bin in words."""
    points = (f"{b.confidence:.2f}, right {format_percent(b.right)} of {b.count:,}" for b in found)
    return f"Mean confidence of each group and how often it is right: {'; '.join(points)}."


def describe_sizes(found: Sequence[Bin]) -> str:
    """Return how many questions a point of the curve represents."""
    few, many = min(b.count for b in found), max(b.count for b in found)
    return f"each point: {few:,} questions" if few == many else f"each point: {few:,} or {many:,} questions"


def compute_risk(run: Run) -> RiskCurve | None:
    """Compute the risk-coverage curve; None without questions."""
    found = Confidences.from_outcomes(run.outcomes)
    if not len(found.confidence):
        return None
    said = sum(outcome.reply.status is not Status.NOT_FOUND for outcome in run.outcomes)
    return RiskCurve(*abstention.risk_coverage(found.confidence, found.right), said)


def compute_recalls(run: Run) -> list[float]:
    """Compute mean recall at each of ``DEPTHS``; empty if there is nothing to find or to score."""
    answerable = [outcome for outcome in run.outcomes if outcome.judgement.answerable]
    if not any(outcome.reply.passages for outcome in answerable):
        return []
    names = [f"R@{k}" for k in DEPTHS]
    scores = ranking.evaluate_rankings(
        {o.judgement.id: ranking.rank_findings(o.judgement, o.reply) for o in answerable},
        {o.judgement.id: ranking.list_relevant(o.judgement) for o in answerable},
        names,
    )
    return [float(np.mean([question[name] for question in scores.values()])) for name in names]


def describe_recalls(means: Sequence[float]) -> str:
    """Return recall at each depth in words."""
    points = (f"{mean:.2f} among the first {k}" for k, mean in zip(DEPTHS, means, strict=True))
    return f"Share of what is right: {', '.join(points)}."


def build_slice_rows(slices: Sequence[Slice], measure: str) -> list[Row]:
    """Build a row for each slice that has the measure, with the number of questions that have it."""
    shown = [one for one in slices if measure in one.scores]
    rows = []
    for before, one in zip([None, *shown], shown, strict=False):
        interval = one.scores[measure]
        head = one.by if before is None or one.by != before.by else ""
        rows.append(Row(shorten_label(f"{one.name} ({interval.count:,})"), interval, f"{interval.mean:.2f}", head))
    return rows


def build_change_rows(differences: Sequence[Difference]) -> list[Row]:
    """Build a row for each measure of a comparison."""
    return [Row(_label_measure(d.measure), d.change, d.verdict, verdict=d.verdict) for d in differences]


def describe_rows(rows: Sequence[Row], what: str) -> str:
    """Return each row's interval and note in words."""
    signed = any(row.verdict for row in rows)
    points = (
        f"{row.label}: {row.interval.signed}, {row.note}" if signed else f"{row.label}: {row.interval}" for row in rows
    )
    return f"{what}, with 95 % intervals. {'; '.join(points)}."


def shorten_label(label: str) -> str:
    """Cut a label to what fits above its line; wide letters count twice, what cannot be printed is a space."""
    printable = "".join(c if c.isprintable() else " " for c in label)
    widths = np.cumsum([2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in printable])
    fits = int((widths <= MAX_LABEL_WIDTH).sum())
    return printable if fits == len(printable) else printable[: fits - 1] + "…"


def _label_measure(measure: str) -> str:
    return f"{measure} (lower is better)" if MEASURES[measure].lower_is_better else measure
