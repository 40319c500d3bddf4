"""Print the result of a build: one line on standard output, and on standard error what was read and left out."""

from collections.abc import Sequence

import click

from index.build.copies import CopyGroup
from index.build.dry_run import DryRun
from index.build.inventory import Inventory
from index.build.summary import describe_collection, describe_copies, describe_left_out, describe_read, describe_rest
from index.cli import format_count
from index.commands import format_publish
from index.generation.manifest import Manifest
from index.writes.build import WritesReport


def show_build(report: WritesReport, index: str) -> None:
    """Print at most 20 lines."""
    inventory, copies = report.build.inventory, report.build.copies
    for line in summarize_folder(inventory, copies) + describe_rest(inventory, copies, index):
        click.echo(line, err=True)
    click.echo(summarize_build(report, index))


def show_dry_run(found: DryRun) -> None:
    """Print what a build would do, in at most 20 lines."""
    for line in describe_collection(found.collection) + summarize_folder(found.inventory, found.copies):
        click.echo(line, err=True)
    click.echo(summarize_dry_run(found))


def summarize_folder(inventory: Inventory, copies: Sequence[CopyGroup]) -> list[str]:
    """Return at most 18 lines that say what was read and left out, and which documents are copies."""
    return [*describe_read(inventory), *describe_left_out(inventory), *describe_copies(copies)]


def summarize_dry_run(found: DryRun) -> str:
    """Return the line that says what a build would do."""
    fresh = f"{format_count(found.fresh, 'documents')} new or changed, {found.characters:,} characters to embed"
    return f"nothing was written; a build would have {fresh}; {found.stay} unchanged, {found.removed} removed"


def summarize_build(report: WritesReport, index: str) -> str:
    """Return the line that says what was built, and how to serve it if it is held."""
    build, manifest = report.build, report.build.manifest
    what = f"{manifest.generation} in {index}: {format_counts(manifest)}"
    if not build.changed:
        return f"nothing changed; serving {what}"
    summary = f"built {what}; {format_count(build.embedded, 'units')} embedded, {build.reused} reused"
    if report.is_published:
        return summary
    return f"{summary}; {report.changes}; serve it with: {format_publish(index)}"


def format_counts(manifest: Manifest) -> str:
    """Return the numbers of documents, passages and units."""
    return ", ".join(format_count(count, noun) for noun, count in manifest.counts.items())
