"""The command ``build`` with ``--report``: that of ``python -m index``, and a page about what it found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from index.__main__ import build as index_build
from index.build.dry_run import DryRun, simulate_build
from index.cli import Command
from index.progress import StepTimes, Terminal
from index.settings import IndexSettings
from index.writes.build import WritesReport, build_folder_with_writes
from index.writes.summary import show_build, show_dry_run

REPORT = click.Option(
    ["--report"],
    type=click.Path(path_type=Path, dir_okay=False),
    help="HTML file that says what was read, what was not and why, languages, copies, and what cannot be found",
)


@click.command(cls=Command, params=[*index_build.params, REPORT])
def build(folder: Path, dry_run: bool, report: Path | None, **flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Index FOLDER (in a checkout: seeds) and what was written over HTTP. Only what changed is embedded again.

    Example: python -m qa build my-texts --index var/my-index --report report.html
    """
    settings, progress = IndexSettings(**flags), StepTimes(Terminal())
    write = _load_writer() if report else None
    result: DryRun | WritesReport
    if dry_run:
        result = simulate_build(folder, settings, progress)
        show_dry_run(result)
    else:
        result = build_folder_with_writes(folder, settings, progress)
        show_build(result, settings.index)
    if report and write:
        click.echo(f"wrote {write(result, report, settings, progress)}", err=True)


def _load_writer() -> Callable[[DryRun | WritesReport, Path, IndexSettings, StepTimes], Path]:
    """Import what only a report needs; raise ModuleNotFoundError before a build that may take hours."""
    from qa.build_report.collect import write_build_report
    from qa.evaluation.report.pages import require_library

    require_library()
    return write_build_report
