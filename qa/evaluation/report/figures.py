"""The plots of the reports as SVG. The only module that imports matplotlib.

Text stays text, colours are set by the page (``currentColor`` for ink, so that a dark page has
light lines), and the same figures give the same bytes.
"""

import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from qa.evaluation.compare import Difference
from qa.evaluation.measures import Confidences, abstention, calibration, ranking
from qa.evaluation.slices import Slice
from qa.evaluation.types import Interval, Run
from qa.types import Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#2f6fb2", "#c4570b", "#8a8f98"  # told apart by the colour-blind, and on light and dark
INK = "#123456"
"""Stands for the page's own ink until the SVG is written."""
DEPTHS = (1, 2, 3, 5, 10, 20, 50)
LEAST_FOR_BINS = 20


def reliability(run: Run) -> str | None:
    """Share right against confidence, a point for each of ten equally full bins; None for a few questions."""
    found = Confidences.of(run.outcomes)
    if len(found.confidence) < LEAST_FOR_BINS:
        return None
    bins = calibration.reliability(found.confidence, found.right)
    figure, axes = _axes("how sure it says it is", "how often it is right")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.text(0.8, 0.72, "just right", color=GREY, fontsize=9, rotation=38, rotation_mode="anchor")
    axes.plot([b.confidence for b in bins], [b.right for b in bins], color=BLUE, marker="o", linewidth=2)
    for edge in (0.0, 1.0):
        axes.axhline(edge, color=GREY, linewidth=0.5)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.04, 1.04))
    return _svg(figure)


def risk_coverage(run: Run) -> str | None:
    """Share wrong of the surest questions, against how many are answered, with the shipped threshold."""
    found = Confidences.of(run.outcomes)
    if not len(found.confidence):
        return None
    coverage, risk = abstention.risk_coverage(found.confidence, found.right)
    figure, axes = _axes("share of questions answered, the surest first", "share of those that are wrong")
    axes.plot(coverage, risk, color=BLUE, linewidth=2)
    said = sum(outcome.reply.status is not Status.NOT_FOUND for outcome in run.outcomes)
    if said:
        axes.plot([coverage[said - 1]], [risk[said - 1]], color=ORANGE, marker="o", markersize=8)
        near_the_edge = coverage[said - 1] > 0.6
        axes.annotate(
            "all but “not found”",
            (coverage[said - 1], risk[said - 1]),
            xytext=(-10 if near_the_edge else 10, 10),
            textcoords="offset points",
            ha="right" if near_the_edge else "left",
            color=ORANGE,
            fontsize=10,
        )
    axes.set(xlim=(0, 1.02), ylim=(0, max(0.1, float(risk.max()) * 1.15)))
    return _svg(figure)


def recall(run: Run) -> str | None:
    """Share of what is right that stands among the first k; None where nothing is to be found."""
    means = _recalls(run)
    if not means:
        return None
    figure, axes = _axes("among the first k", "share of what is right")
    axes.plot(range(len(DEPTHS)), means, color=BLUE, marker="o", linewidth=2)
    for place, mean in enumerate(means):
        axes.annotate(f"{mean:.2f}", (place, mean), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=9)
    axes.set_xticks(range(len(DEPTHS)), [str(k) for k in DEPTHS])
    axes.set(ylim=(max(0.0, min(means) - 0.1), min(1.0, max(means)) + 0.06))
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= 1])
    return _svg(figure)


def _recalls(run: Run) -> list[float]:
    """Mean recall at each of ``DEPTHS``; empty where nothing is to be found or was returned."""
    answerable = [outcome for outcome in run.outcomes if outcome.judgement.answerable]
    if not any(outcome.reply.passages for outcome in answerable):
        return []
    names = [f"R@{k}" for k in DEPTHS]
    scores = ranking.evaluate(
        {o.judgement.id: ranking.ranking(o.judgement, o.reply) for o in answerable},
        {o.judgement.id: ranking.relevant(o.judgement) for o in answerable},
        names,
    )
    return [float(np.mean([question[name] for question in scores.values()])) for name in names]


def by_slice(slices: Sequence[Slice], measure: str) -> str | None:
    """One measure of each slice with its interval, cut by cut; None where no slice has it."""
    rows = [one for one in slices if measure in one.scores]
    if not rows:
        return None
    labels = [f"{one.name[:34]}  ({one.count:,})" for one in rows]
    figure, axes = _rows(len(rows), measure)
    _dots(axes, [one.scores[measure] for one in rows])
    axes.set_yticks(range(len(rows)), labels)
    for place, one in enumerate(rows):
        if place and one.by != rows[place - 1].by:
            axes.axhline(place - 0.5, color=GREY, linewidth=0.6)
    axes.set(xlim=(-0.02, 1.02))
    return _svg(figure)


def changes(differences: Sequence[Difference]) -> str:
    """What run B changes in each measure, with its interval, around nothing."""
    figure, axes = _rows(len(differences), "B less A")
    axes.axvline(0, color=GREY, linewidth=1)
    _dots(axes, [difference.change for difference in differences])
    axes.set_yticks(range(len(differences)), [difference.measure for difference in differences])
    return _svg(figure)


def all_of(run: Run, slices: Sequence[Slice]) -> Mapping[str, str]:
    """The figures of one run by the name of their file, those left out that have nothing to show."""
    measure = "nDCG@10"
    found = {
        "reliability": reliability(run) if run.about.depth else None,
        "risk-coverage": risk_coverage(run) if run.about.depth else None,
        "recall": recall(run),
        "slices": by_slice(slices, measure),
    }
    return {name: svg for name, svg in found.items() if svg}


def _axes(across: str, up: str) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 3.9), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    _plain(axes)
    return figure, axes


def _rows(count: int, across: str) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 0.8 + 0.27 * count), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylim(count - 0.5, -0.5)
    axes.grid(axis="x", color=GREY, linewidth=0.4, alpha=0.5)
    _plain(axes)
    return figure, axes


def _plain(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.tick_params(colors=INK, labelsize=10)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=INK, fontsize=11)


def _dots(axes: "Axes", intervals: Sequence[Interval]) -> None:
    for place, interval in enumerate(intervals):
        axes.plot([interval.low, interval.high], [place, place], color=BLUE, linewidth=2, solid_capstyle="butt")
        axes.plot([interval.mean], [place], color=BLUE, marker="o", markersize=6)


def _svg(figure: "Figure") -> str:
    import matplotlib
    from matplotlib.text import Text

    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "netsphere", "font.family": "sans-serif"}):
        for text in figure.findobj(Text):
            if isinstance(text, Text) and text.get_color() == "black":
                text.set_color(INK)
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    found = out.getvalue()
    return re.sub(r"font: [^;\"]*", _font, found[found.index("<svg") :].replace(INK, "currentColor"))


def _font(found: re.Match[str]) -> str:
    size = re.search(r"[\d.]+px", found[0])
    return f"font: {size[0] if size else '10px'} system-ui, sans-serif"
