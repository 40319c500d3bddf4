"""python -m index: build, status, verify, rollback."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from index.build.pipeline import BuildReport, build_folder
from index.cli import Group, format_count, setting_options
from index.errors import IncompatibleGeneration, NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.integrity import find_violations
from index.generation.manifest import Manifest
from index.generation.pointer import read_pointer
from index.progress import Terminal
from index.settings import IndexSettings
from index.types import LoadProblem


@click.group(cls=Group, context_settings={"max_content_width": 100})
def main() -> None:
    """Build and maintain the index.

    Example: python -m index build seeds
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default="seeds")
@setting_options(*(row.name for row in fields(IndexSettings)))
def build(folder: Path, **settings: Any) -> None:  # noqa: ANN401 — of the table's types
    """Index FOLDER (default: seeds). Only what changed is embedded again.

    Example: python -m index build my-texts --index var/my-index
    """
    report = build_folder(folder, IndexSettings(**settings), Terminal())
    _print_problems(report.problems)
    click.echo(_summarize_build(report, settings["index"]))


@main.command()
@setting_options("index")
def status(index: str) -> None:
    """Show which generation is served and what it was built from.

    Example: python -m index status --index var/index
    """
    directory = IndexDirectory(Path(index))
    manifest = directory.open_current().manifest
    click.echo(f"serving     {manifest.generation} of {manifest.built_at}")
    click.echo(f"from        {manifest.source}: {_format_counts(manifest)}")
    click.echo(f"model       {manifest.model} ({manifest.model_fingerprint[:12]})")
    click.echo(f"settings    {', '.join(f'{k}={v}' for k, v in manifest.settings.items())}")
    click.echo(f"vectors     {', '.join(f'{k}={v}' for k, v in manifest.store.items())}")
    click.echo(f"kept        {', '.join(directory.list_generations())}")
    _print_problems(manifest.problems)


@main.command()
@setting_options("index")
def verify(index: str) -> None:
    """Check every hash and every invariant of every generation.

    Example: python -m index verify --index var/index
    """
    directory = IndexDirectory(Path(index))
    failed = [name for name in directory.list_folders() if not _verify_generation(directory.root / name)]
    current = directory.require_current()
    if failed:
        raise NetsphereError(f"damaged: {', '.join(failed)}; rebuild with: python -m index build")
    Manifest.read(directory.root / current)


@main.command()
@setting_options("index")
@click.option("--to", "name", metavar="GENERATION", help="the generation to serve, older or newer")
def rollback(index: str, name: str | None) -> None:
    """Serve the generation before the current one, or the one that --to names.

    Example: python -m index rollback --index var/index
    """
    directory = IndexDirectory(Path(index))
    if name is None:
        directory.require_current()
    with directory.acquire_lock():
        before = read_pointer(directory.root)
        if name is None:
            name = directory.roll_back()
        else:
            directory.serve_named(name)
    click.echo(f"serving {name} instead of {before or 'none'}")


def _verify_generation(folder: Path) -> bool:
    """Print what is wrong with a generation, and return whether it is sound."""
    try:
        faults = find_violations(Generation.open(folder, hashes_all=True))
    except IncompatibleGeneration as error:  # kept by an upgrade; ``verify`` fails only if it is the current one
        click.echo(f"{folder.name}: {error}")
        return True
    except NetsphereError as error:
        faults = [str(error)]
    click.echo(f"{folder.name}: {'; '.join(faults) or 'every hash and every invariant holds'}")
    return not faults


def _print_problems(problems: tuple[LoadProblem, ...]) -> None:
    for problem in problems:
        click.echo(f"left out    {problem.where}: {problem.reason}", err=True)


def _summarize_build(report: BuildReport, index: str) -> str:
    what = f"{report.manifest.generation} in {index}: {_format_counts(report.manifest)}"
    if not report.changed:
        return f"nothing changed; serving {what}"
    return f"built {what}; {format_count(report.embedded, 'units')} embedded, {report.reused} reused"


def _format_counts(manifest: Manifest) -> str:
    return ", ".join(format_count(count, noun) for noun, count in manifest.counts.items())


if __name__ == "__main__":
    main(prog_name="python -m index")
