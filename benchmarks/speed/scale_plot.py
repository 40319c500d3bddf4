"""Plot of time and memory against the size of the collection."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

if TYPE_CHECKING:
    from benchmarks.speed.scale import ScaleRow


def plot_scale(rows: Sequence["ScaleRow"], path: Path) -> None:
    """Write an SVG of all measurements against the number of passages, on logarithmic axes."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xscale="log", yscale="log", xlabel="passages")
    sizes = [row.passages for row in rows]
    axes.plot(sizes, [row.build_s for row in rows], "o-", label="build without embedding, s")
    axes.plot(sizes, [row.asked.open_s for row in rows], "s-", label="opening, s")
    axes.plot(sizes, [row.asked.p50_ms for row in rows], "^-", label="a question in mode fast, ms (p50)")
    axes.plot(sizes, [row.asked.after_mb for row in rows], "d-", label="resident after 200 questions, MB")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="svg", metadata={"Date": None})
