"""Fits the confidence on open data: python -m benchmarks.training.calibration ../shared/data [--reader large]

Writes ``qa/answer/calibration.json``, the figures ``docs/confidence.json`` and their page ``docs/confidence.md``; for
the large reader ``calibration_large.json`` and ``docs/confidence-large.*``.
Nothing that is fitted on or measured was in the reader's training, and every figure of the page is for articles and a
source of questions that the fit of its row has not seen. With ``--keep`` the fit that ships is measured on the articles
that it has not seen, after a change of the program that does not call for another fit.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from benchmarks.splits import Part
from benchmarks.training.calibration.document import as_figures, render_page
from benchmarks.training.calibration.fit import fit_modes, try_modes
from benchmarks.training.calibration.fit_words import fit_words, try_words
from benchmarks.training.calibration.rows import measure_rows, read_rows, write_rows
from qa.answer.calibration import CALIBRATION, CALIBRATION_LARGE, load_calibration
from qa.reader import LARGE, SHIPPED
from qa.types import Mode


@dataclass(frozen=True, slots=True)
class Files:
    """Where the calibration for a reader goes, its figures without suffix, and the rows that it was fitted on."""

    calibration: Path
    document: Path
    rows: Path


SMALL = Files(CALIBRATION, Path("docs/confidence"), Path("var/calibration/rows.jsonl.gz"))
LARGE_FILES = Files(CALIBRATION_LARGE, Path("docs/confidence-large"), Path("var/calibration/rows-large.jsonl.gz"))
# The names of the modes in ``qa/answer/calibration.json``: whether the reader has read the passage.
SHIPPED_NAMES: Mapping[Mode, str] = {"precise": "read", "fast": "unread"}


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--reader", default=SHIPPED, show_default=True, help="Fit for this reader: a folder or a hub id.")
@click.option("--refit", is_flag=True, help=f"Fit again on the rows of the last run, kept in {SMALL.rows.parent}.")
@click.option("--keep", is_flag=True, help="Fit nothing: measure the fit that ships.")
@click.option("--render", is_flag=True, help="Only write the page again from its figures.")
def main(data: Path | None, reader: str, refit: bool, keep: bool, render: bool) -> None:
    """Fit and document the confidence on DATA, the folder of open sets."""
    files = LARGE_FILES if reader == LARGE else SMALL
    figures, page = files.document.with_suffix(".json"), files.document.with_suffix(".md")
    if not render:
        if keep and refit:
            raise click.UsageError("--keep and --refit exclude each other: one fits nothing, the other fits again")
        if data is None and not refit:
            raise click.UsageError("missing DATA: give the folder of open sets, or --refit or --render")
        if data and not keep:
            write_rows(measure_rows(data, reader), files.rows)
        found = _try_shipped(data, reader) if data and keep else _write_fit(files, reader)
        figures.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    page.write_text(render_page(json.loads(figures.read_text(encoding="utf-8")), reader), encoding="utf-8")
    click.echo(f"wrote {page}")


def _write_fit(files: Files, reader: str) -> dict[str, Any]:
    """Fit on the kept rows, write the calibration and return its figures."""
    rows = read_rows(files.rows)
    fits = fit_modes(rows)
    words = fit_words(rows, fits)
    shipped = {name: asdict(fits[mode].calibration) for mode, name in SHIPPED_NAMES.items()} | {
        "words": asdict(words.model)
    }
    files.calibration.write_text(json.dumps(shipped, indent=2) + "\n", encoding="utf-8")
    # The fingerprint of the program, which the figures hold, is that of the new calibration.
    load_calibration.cache_clear()
    return as_figures(fits, words, reader)


def _try_shipped(data: Path, reader: str) -> dict[str, Any]:
    """Measure the calibration that ships and return its figures."""
    rows = measure_rows(data, reader, [Part.HELD_OUT])
    shipped = load_calibration(reader)
    fits = try_modes(rows, {mode: getattr(shipped, name) for mode, name in SHIPPED_NAMES.items()})
    return as_figures(fits, try_words(rows, fits, shipped.words), reader, kept=True)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.training.calibration")
