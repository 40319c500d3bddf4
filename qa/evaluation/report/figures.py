"""The plots of the reports as SVG. The only module that imports matplotlib.

Text stays text, colours are the page's own variables (so that a dark page has light lines), figures are
narrow enough to be read on a phone, and the same run gives the same bytes.
"""

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import qa.evaluation.report.plot_data as plotted
from qa.evaluation.comparison.compare import Difference
from qa.evaluation.report.plot_data import DEPTHS, Plot, Row, format_percent
from qa.evaluation.report.slices import Slice
from qa.evaluation.types import Run

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


def draw_reliability(run: Run) -> Plot | None:
    """Draw the share right against confidence, in ten equally full bins; None for few questions."""
    bins = plotted.bin_confidences(run)
    if not bins:
        return None
    figure, axes = _create_axes("how sure it says it is", "how often it is right")
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.plot([b.confidence for b in bins], [b.right for b in bins], color=BLUE, marker="o", linewidth=2)
    axes.text(0.02, 1.0, "right more often than it says", color=GREY, fontsize=9, va="top")
    axes.text(1.0, 0.1, "right less often than it says", color=GREY, fontsize=9, ha="right")
    axes.text(1.0, 0.01, plotted.describe_sizes(bins), color=INK, fontsize=9, ha="right")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.04, 1.04))
    return Plot(_to_svg(figure, "reliability"), plotted.describe_bins(bins))


def draw_risk_coverage(run: Run) -> Plot | None:
    """Draw the share wrong of the surest questions, against how many are answered."""
    found = plotted.compute_risk(run)
    if not found:
        return None
    figure, axes = _create_axes("share of questions answered, the surest first", "share of those that are wrong")
    axes.plot(found.coverage, found.risk, color=BLUE, linewidth=2)
    if found.said:
        _draw_threshold(axes, found.coverage[found.said - 1], found.risk[found.said - 1])
    axes.set(xlim=(0, 1.02), ylim=(0, min(1.05, max(0.1, float(found.risk.max()) * 1.25))))
    return Plot(_to_svg(figure, "risk-coverage"), found.words)


def _draw_threshold(axes: "Axes", coverage: float, risk: float) -> None:
    """Draw the point of the shipped threshold, its words at the lower right, below a rising curve."""
    axes.plot([coverage], [risk], color=ORANGE, marker="D", markersize=8)
    axes.annotate(
        f"answers {format_percent(coverage)},\n{format_percent(risk)} of those wrong",
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
    """Draw the share of what is right among the first k; None if nothing has to be found."""
    means = plotted.compute_recalls(run)
    if not means:
        return None
    figure, axes = _create_axes("among the first k", "share of what is right")
    axes.plot(range(len(DEPTHS)), means, color=BLUE, marker="o", linewidth=2)
    for place, mean in enumerate(means):
        # A curve that only rises leaves the lower right of its points free.
        below = (2, -14) if mean > 0.12 else (0, 8)
        axes.annotate(f"{mean:.2f}", (place, mean), xytext=below, textcoords="offset points", fontsize=9, color=INK)
    axes.set_xticks(range(len(DEPTHS)), [str(k) for k in DEPTHS])
    axes.set(xlim=(-0.2, len(DEPTHS) - 0.4), ylim=(0, 1.04))
    return Plot(_to_svg(figure, "recall"), plotted.describe_recalls(means))


def draw_slices(slices: Sequence[Slice], name: str = "slices") -> Plot | None:
    """Draw nDCG@10 of each slice with its interval, cut by cut; None if no slice has it."""
    rows = plotted.build_slice_rows(slices, MEASURE)
    if not rows:
        return None
    figure, axes = _draw_rows(rows, MEASURE)
    axes.set(xlim=(-0.02, 1.02))
    return Plot(_to_svg(figure, name), plotted.describe_rows(rows, f"{MEASURE} by {rows[0].head}"))


def draw_cuts(slices: Sequence[Slice]) -> list[Plot]:
    """Draw a figure of each way of cutting that has the measure."""
    cuts = list(dict.fromkeys(one.by for one in slices))
    found = (draw_slices([s for s in slices if s.by == by], f"slices-{number}") for number, by in enumerate(cuts))
    return [plot for plot in found if plot]


def draw_changes(differences: Sequence[Difference]) -> Plot:
    """Draw what run B changes in each measure, with its interval."""
    rows = plotted.build_change_rows(differences)
    figure, axes = _draw_rows(rows, "B − A")
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    widest = max([abs(end) for row in rows for end in (row.interval.low, row.interval.high)], default=0)
    axes.set(xlim=(-1.1 * max(widest, 0.01), 1.1 * max(widest, 0.01)))
    return Plot(_to_svg(figure, "changes"), plotted.describe_rows(rows, "B − A"))


def draw_figures(run: Run, slices: Sequence[Slice]) -> Mapping[str, Plot]:
    """Draw the figures of one run, by the name of their file; those without data are left out."""
    curves = {"reliability": draw_reliability(run), "risk-coverage": draw_risk_coverage(run)} if run.about.depth else {}
    found = {**curves, "recall": draw_recall(run), "slices": draw_slices(slices)}
    return {name: plot for name, plot in found.items() if plot}


def _create_axes(across: str, up: str) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, 3.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    _style_axes(axes)
    return figure, axes


def _draw_rows(rows: Sequence[Row], across: str) -> "tuple[Figure, Axes]":
    """Draw each row as a line with its label above it, so that long labels leave room on a phone."""
    from matplotlib.figure import Figure

    heights = [1.8 if row.head else 1.0 for row in rows]
    figure = Figure(figsize=(WIDTH, 0.55 + 0.4 * sum(heights)), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(across)
    _style_axes(axes)
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


def _style_axes(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.tick_params(colors=INK, labelsize=9.5)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=INK, fontsize=10)


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
