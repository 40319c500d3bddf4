"""Dot plots of every measurement, a row for each way: they show what medians hide and how noisy the machine was."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from matplotlib.figure import Figure


def plot_measurements(name: str, found: Mapping[str, Sequence[float]], unit: str, page: Path) -> str:
    """Write ``plots/NAME.svg`` beside ``page``, with a logarithmic axis, and return the Markdown that shows it."""
    figure = Figure(figsize=(7, 0.9 + 0.35 * len(found)), layout="constrained")
    axes = figure.add_subplot(xscale="log", xlabel=unit)
    for place, own in enumerate(found.values()):
        axes.plot(own, [place] * len(own), "o", color="tab:blue", alpha=0.25, markersize=5, markeredgewidth=0)
        axes.plot([median(own)], [place], "|", color="black", markersize=14, markeredgewidth=2)
    axes.set_yticks(range(len(found)), [way.replace("`", "") for way in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.grid(alpha=0.3, axis="x")
    path = page.parent / "plots" / f"{name}.svg"
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None})
    return f"![Every measurement and the median of each way, {unit}](plots/{path.name})"
