"""Print the result of a build: one line on standard output, and on standard error what was read and left out."""

import click

from index.build.summary import describe_copies, describe_left_out, describe_read, describe_rest
from index.cli import format_count
from index.generation.manifest import Manifest
from index.writes.build import WritesReport


def show_build(report: WritesReport, index: str) -> None:
    """Print at most 20 lines."""
    for line in summarize_reading(report, index):
        click.echo(line, err=True)
    click.echo(summarize_build(report, index))


def summarize_reading(report: WritesReport, index: str) -> list[str]:
    """Return the lines that say what the build read and left out, and which documents are copies."""
    inventory, copies = report.build.inventory, report.build.copies
    lines = [*describe_read(inventory), *describe_left_out(inventory), *describe_copies(copies)]
    return lines + describe_rest(inventory, copies, index)


def summarize_build(report: WritesReport, index: str) -> str:
    """Return the line that says what was built, and how to serve it if it is held."""
    build, manifest = report.build, report.build.manifest
    what = f"{manifest.generation} in {index}: {format_counts(manifest)}"
    if not build.changed:
        return f"nothing changed; serving {what}"
    summary = f"built {what}; {format_count(build.embedded, 'units')} embedded, {build.reused} reused"
    if report.is_published:
        return summary
    return f"{summary}; {report.changes}; serve it with: python -m index publish --index {index}"


def format_counts(manifest: Manifest) -> str:
    """Return the numbers of documents, passages and units."""
    return ", ".join(format_count(count, noun) for noun, count in manifest.counts.items())
