"""Fits the confidence on open data: python -m benchmarks.training.calibration ../shared/data

Writes ``qa/answer/calibration.json``, the figures ``docs/confidence.json`` and their page ``docs/confidence.md``.
Nothing that is fitted on or measured was in the reader's training, and every figure of the page is for articles and a
source of questions that the fit of its row has not seen.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from benchmarks.training.calibration.document import as_figures, render_page
from benchmarks.training.calibration.fit import fit_modes
from benchmarks.training.calibration.fit_words import fit_words
from benchmarks.training.calibration.rows import measure_rows, read_rows, write_rows
from qa.answer.calibration import CALIBRATION, load_calibration
from qa.reader import SHIPPED
from qa.types import Mode

FIGURES, PAGE = Path("docs/confidence.json"), Path("docs/confidence.md")
ROWS = Path("var/calibration/rows.jsonl.gz")
# The names of the modes in ``qa/answer/calibration.json``: whether the reader has read the passage.
SHIPPED_NAMES: Mapping[Mode, str] = {"precise": "read", "fast": "unread"}


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--reader", default=SHIPPED, show_default=True, help="Fit for this reader: a folder or a hub id.")
@click.option("--refit", is_flag=True, help=f"Fit again on the rows of the last run, kept in {ROWS}.")
@click.option("--render", is_flag=True, help="Only write the page again from its figures.")
def main(data: Path | None, reader: str, refit: bool, render: bool) -> None:
    """Fit and document the confidence on DATA, the folder of open sets."""
    if not render:
        _write_fit(data, reader, refit)
    PAGE.write_text(render_page(json.loads(FIGURES.read_text(encoding="utf-8"))), encoding="utf-8")
    click.echo(f"wrote {PAGE}")


def _write_fit(data: Path | None, reader: str, refit: bool) -> None:
    if not refit:
        if data is None:
            raise click.UsageError("missing DATA: give the folder of open sets, or --refit or --render")
        write_rows(measure_rows(data, reader), ROWS)
    rows = read_rows(ROWS)
    fits = fit_modes(rows)
    words = fit_words(rows, fits)
    shipped = {name: asdict(fits[mode].calibration) for mode, name in SHIPPED_NAMES.items()} | {
        "words": asdict(words.model)
    }
    CALIBRATION.write_text(json.dumps(shipped, indent=2) + "\n", encoding="utf-8")
    # The fingerprint of the program, which the figures hold, is that of the new calibration.
    load_calibration.cache_clear()
    FIGURES.write_text(json.dumps(as_figures(fits, words), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.training.calibration")
