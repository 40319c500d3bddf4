"""The plots of the reports as SVG. The only module that imports matplotlib.

Text stays text, colours are the page's own variables (so that a dark page has light lines), figures are
narrow enough to be read on a phone, and the same run gives the same bytes.
"""

import io
import re
import unicodedata
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.evaluation.comparison import Difference
from qa.evaluation.measures import MEASURES, confidence, ranking
from qa.evaluation.measures.confidence import Confidences
from qa.evaluation.report.slices import Slice
from qa.evaluation.types import Interval, Run
from qa.types import Status

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, BLUE, ORANGE, GREY, PAPER = "#123451", "#123452", "#123453", "#123454", "#123455"
# Each takes the place of a colour of the page until the SVG is written.
COLOURS = {INK: "currentColor", BLUE: "var(--bar)", ORANGE: "var(--warm)", GREY: "var(--soft)", PAPER: "var(--paper)"}
# Colour, marker and its filling of a verdict: the form says it too.
LOOKS = {"better": (BLUE, "o", BLUE), "worse": (ORANGE, "s", ORANGE), "no difference shown": (GREY, "o", PAPER)}
WIDTH = 4.0
MEASURE = "nDCG@10"
DEPTHS = (1, 2, 3, 5, 10, 20, 50)
# Of fewer questions a bin would hold one or two.
MIN_BINNED_QUESTIONS = 20
MAX_LABEL_WIDTH = 34


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawn figure, and its numbers in words for those who do not see it."""

    svg: str
    words: str


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


def draw_reliability(found: Confidences, name: str = "reliability") -> Plot | None:
    """Draw the share right of the answers given against confidence, in ten equally full bins; None for few."""
    if found.given.sum() < MIN_BINNED_QUESTIONS:
        return None
    bins = confidence.bin_reliability(found.confidence[found.given], found.right[found.given])
    few, many = min(b.count for b in bins), max(b.count for b in bins)
    sizes = f"each point: {few:,} questions" if few == many else f"each point: {few:,} or {many:,} questions"
    figure, axes = _create_axes("how sure it says it is", "how often it is right")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.plot([b.confidence for b in bins], [b.right for b in bins], color=BLUE, marker="o", linewidth=2)
    axes.text(0.02, 1.0, "right more often than it says", color=GREY, fontsize=9, va="top")
    axes.text(1.0, 0.1, "right less often than it says", color=GREY, fontsize=9, ha="right")
    axes.text(1.0, 0.01, sizes, color=INK, fontsize=9, ha="right")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.04, 1.04))
    points = "; ".join(f"{b.confidence:.2f}, right {_format_percent(b.right)} of {b.count:,}" for b in bins)
    words = f"Mean confidence of each group and how often it is right: {points}."
    return Plot(_to_svg(figure, name), words)


def draw_risk_coverage(found: Confidences, answered: int = 0, name: str = "risk-coverage") -> Plot | None:
    """Draw the share wrong of the surest questions, against how many are answered; None without questions.

    The point at which the system answers as many as ``answered`` is marked.
    """
    if not len(found.confidence):
        return None
    coverage, risk = confidence.risk_coverage(found.confidence, found.right)
    figure, axes = _create_axes("share of questions answered, the surest first", "share of those that are wrong")
    axes.plot(coverage, risk, color=BLUE, linewidth=2)
    words = f"Answering all, {_format_percent(risk[-1])} are wrong."
    if answered:
        shown = coverage[answered - 1], risk[answered - 1]
        _draw_threshold(axes, *shown)
        share, wrong = map(_format_percent, shown)
        words = f"Answering {share} of the questions, as it does, {wrong} of those are wrong. {words}"
    axes.set(xlim=(0, 1.02), ylim=(0, min(1.05, max(0.1, float(risk.max()) * 1.25))))
    return Plot(_to_svg(figure, name), words)


def _draw_threshold(axes: "Axes", coverage: float, risk: float) -> None:
    """Draw the point of the shipped threshold, its words at the lower right, below a rising curve."""
    axes.plot([coverage], [risk], color=ORANGE, marker="D", markersize=8)
    axes.annotate(
        f"answers {_format_percent(coverage)},\n{_format_percent(risk)} of those wrong",
        (coverage, risk),
        xytext=(0.98, 0.05),
        textcoords="axes fraction",
        ha="right",
        va="bottom",
        fontsize=9,
        color=INK,
        arrowprops={"arrowstyle": "-", "color": ORANGE, "shrinkB": 5},
    )


def draw_recall(run: Run) -> Plot | None:
    """Draw the mean share of what is right among the first k; None if there is nothing to find or to score."""
    answerable = [outcome for outcome in run.outcomes if outcome.judgement.answerable]
    if not any(outcome.reply.passages for outcome in answerable):
        return None
    names = [f"R@{k}" for k in DEPTHS]
    scores = ranking.evaluate_rankings(
        {o.judgement.id: ranking.rank_findings(o.judgement, o.reply) for o in answerable},
        {o.judgement.id: ranking.list_relevant(o.judgement) for o in answerable},
        names,
    )
    means = [float(np.mean([question[name] for question in scores.values()])) for name in names]
    figure, axes = _create_axes("among the first k", "share of what is right")
    axes.plot(range(len(DEPTHS)), means, color=BLUE, marker="o", linewidth=2)
    for place, mean in enumerate(means):
        # A curve that only rises leaves the lower right of its points free.
        below = (2, -14) if mean > 0.12 else (0, 8)
        axes.annotate(f"{mean:.2f}", (place, mean), xytext=below, textcoords="offset points", fontsize=9, color=INK)
    axes.set_xticks(range(len(DEPTHS)), [str(k) for k in DEPTHS])
    axes.set(xlim=(-0.2, len(DEPTHS) - 0.4), ylim=(0, 1.04))
    points = ", ".join(f"{mean:.2f} among the first {k}" for k, mean in zip(DEPTHS, means, strict=True))
    return Plot(_to_svg(figure, "recall"), f"Share of what is right: {points}.")


def draw_slices(slices: Sequence[Slice], name: str = "slices") -> Plot | None:
    """Draw nDCG@10 of each slice with its interval, cut by cut; None if no slice has it."""
    shown = [one for one in slices if MEASURE in one.scores]
    if not shown:
        return None
    rows = []
    for number, one in enumerate(shown):
        interval = one.scores[MEASURE]
        head = one.by if number == 0 or one.by != shown[number - 1].by else ""
        rows.append(Row(_shorten_label(f"{one.name} ({interval.count:,})"), interval, f"{interval.mean:.2f}", head))
    figure, axes = _draw_rows(rows, MEASURE)
    axes.set(xlim=(-0.02, 1.02))
    points = "; ".join(f"{row.label}: {row.interval}" for row in rows)
    return Plot(_to_svg(figure, name), f"{MEASURE} by {rows[0].head}, with 95 % intervals. {points}.")


def draw_cuts(slices: Sequence[Slice]) -> list[Plot]:
    """Draw a figure of each way of cutting that has the measure."""
    cuts = list(dict.fromkeys(one.by for one in slices))
    found = (draw_slices([s for s in slices if s.by == by], f"slices-{number}") for number, by in enumerate(cuts))
    return [plot for plot in found if plot]


def draw_changes(differences: Sequence[Difference]) -> Plot:
    """Draw what run B changes in each measure, with its interval."""
    labels = (d.measure + (" (lower is better)" if MEASURES[d.measure].lower_is_better else "") for d in differences)
    rows = [Row(label, d.change, d.verdict, verdict=d.verdict) for label, d in zip(labels, differences, strict=True)]
    figure, axes = _draw_rows(rows, "B − A")
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    widest = max([0.01, *(abs(end) for row in rows for end in (row.interval.low, row.interval.high))])
    axes.set(xlim=(-1.1 * widest, 1.1 * widest))
    points = "; ".join(f"{row.label}: {row.interval.signed}, {row.note}" for row in rows)
    return Plot(_to_svg(figure, "changes"), f"B − A, with 95 % intervals. {points}.")


def draw_figures(run: Run, slices: Sequence[Slice]) -> Mapping[str, Plot]:
    """Draw the figures of one run, by the name of their file; those without data are left out."""
    passages, words = Confidences.from_outcomes(run.outcomes), Confidences.of_words(run.outcomes)
    answered = sum(outcome.reply.status is not Status.NOT_FOUND for outcome in run.outcomes)
    found: dict[str, Plot | None] = {}
    # Of texts that are given, only the words are to be found.
    if run.about.mode != "reading":
        if run.about.depth:
            found = {
                "reliability": draw_reliability(passages),
                "risk-coverage": draw_risk_coverage(passages, answered),
            }
        found["recall"] = draw_recall(run)
    if run.about.depth:
        found["words-reliability"] = draw_reliability(words, "words-reliability")
        found["words-risk-coverage"] = draw_risk_coverage(words, name="words-risk-coverage")
    found["slices"] = draw_slices(slices)
    return {name: plot for name, plot in found.items() if plot}


def _create_axes(across: str, up: str, height: float = 3.2) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across, color=INK, fontsize=10)
    axes.set_ylabel(up, color=INK, fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.tick_params(colors=INK, labelsize=9.5)
    return figure, axes


def _draw_rows(rows: Sequence[Row], across: str) -> "tuple[Figure, Axes]":
    """Draw each row as a line with its label above it, so that long labels leave room on a phone."""
    heights = [1.8 if row.head else 1.0 for row in rows]
    figure, axes = _create_axes(across, "", 0.55 + 0.4 * sum(heights))
    axes.spines["left"].set_visible(False)
    axes.set_yticks([])
    axes.grid(axis="x", color=GREY, linewidth=0.4, alpha=0.4)
    axes.set_ylim(sum(heights) + 0.1, 0)
    for place, row in enumerate(rows):
        _draw_row(axes, row, sum(heights[: place + 1]) - 0.25)
    return figure, axes


def _draw_row(axes: "Axes", row: Row, y: float) -> None:
    colour, marker, filling = LOOKS.get(row.verdict, (BLUE, "o", BLUE))
    # A document may be called "$\\frac$", which is no formula.
    words: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "color": INK, "parse_math": False}
    axes.text(0, y - 1.1, row.head, fontsize=10, fontweight="bold", **words)
    axes.text(0, y - 0.3, row.label, fontsize=9.5, **words)
    axes.text(1, y - 0.3, row.note, fontsize=9.5, ha="right", **words)
    axes.plot([row.interval.low, row.interval.high], [y, y], color=colour, linewidth=2, solid_capstyle="butt")
    axes.plot([row.interval.mean], [y], color=colour, marker=marker, markerfacecolor=filling, markersize=6)


def _format_percent(share: float) -> str:
    """Return a share as people read it."""
    return f"{100 * share:.0f} %"


def _shorten_label(label: str) -> str:
    """Cut a label to what fits above its line; wide letters count twice, what cannot be printed is a space."""
    printable = "".join(c if c.isprintable() else " " for c in label)
    widths = np.cumsum([2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in printable])
    fits = int((widths <= MAX_LABEL_WIDTH).sum())
    return printable if fits == len(printable) else printable[: fits - 1] + "…"


def _to_svg(figure: "Figure", name: str) -> str:
    """Return the figure with the page's font and colours, every id unique on the page."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "netsphere"}), warnings.catch_warnings():
        # The reader's fonts draw the text, so that letters which matplotlib's own lacks are no fault.
        warnings.filterwarnings("ignore", message="Glyph")
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", out.getvalue(), flags=re.DOTALL)
    return re.sub(r"<[^>]+>", lambda tag: _rewrite_tag(tag[0], name), svg[svg.index("<svg") :])


def _rewrite_tag(tag: str, name: str) -> str:
    """Rewrite a tag; words of labels, which are between the tags, are left alone."""
    for stand_in, colour in COLOURS.items():
        tag = tag.replace(stand_in, colour)
    tag = re.sub(r' id="(?:\w+_\d+|matplotlib[^"]*)"', "", tag)
    tag = re.sub(r'( id="|"#|url\(#)', rf"\1{name}-", tag)
    return re.sub(r"(font(?:-family)?: [^'\";]*)'[^\";]*", r"\1system-ui, sans-serif", tag)
