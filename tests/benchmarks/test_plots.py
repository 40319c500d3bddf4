"""The plot of a benchmark shows every measurement."""

from pathlib import Path

from benchmarks.speed.plots import plot_measurements


def test_every_way_is_a_row_and_the_page_shows_it(tmp_path: Path) -> None:
    """The plot is an SVG, and plotting again gives one of the same size."""
    found = {"the baseline": [30.0, 31.0, 45.0], "`fast`": [3.0, 2.9]}
    shown = plot_measurements("both", found, "milliseconds", tmp_path / "docs" / "page.md")
    path = tmp_path / "docs" / "plots" / "both.svg"
    first = path.read_bytes()
    assert shown.endswith("(plots/both.svg)")
    assert b"<svg" in first
    plot_measurements("both", found, "milliseconds", tmp_path / "docs" / "page.md")
    assert len(path.read_bytes()) == len(first)
