"""The command ``build`` with ``--report``: that of ``python -m index``, and a page about what it found."""

from pathlib import Path
from typing import Any

import click

from index.__main__ import build as index_build
from index.build.dry_run import simulate_build
from index.cli import Command
from index.progress import StepTimes, Terminal
from index.settings import IndexSettings
from index.writes.build import build_folder_with_writes
from index.writes.summary import show_build, show_dry_run
from qa.build_report.collect import collect_build, collect_dry_run
from qa.evaluation.report.pages import require_library, write_page

TEMPLATE = "build.html"
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
    if report:
        require_library()  # before the build, which may take hours
    if dry_run:
        found = simulate_build(folder, settings, progress)
        page = collect_dry_run(found, folder, progress.seconds) if report else None
        show_dry_run(found)
    else:
        built = build_folder_with_writes(folder, settings, progress)
        page = collect_build(built, settings, progress) if report else None
        show_build(built, settings.index)
    if report and page:
        click.echo(f"wrote {write_page(report, TEMPLATE, report=page)}", err=True)
