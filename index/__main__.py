"""python -m index: build, status, verify, rollback."""

import os
from collections.abc import Mapping
from math import inf
from pathlib import Path

import click

from index.build.pipeline import BuildReport, build_folder
from index.cli import one_sentence, setting_options
from index.errors import NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.integrity import find_violations
from index.progress import Terminal
from index.settings import INDEX_SETTINGS, IndexSettings, Sources
from index.types import LoadProblem

BUILD_FLAGS = tuple(setting.name for setting in INDEX_SETTINGS)


def _settings(flags: Mapping[str, object]) -> IndexSettings:
    return IndexSettings(**Sources.of(flags, os.environ, Path.cwd()).resolve(INDEX_SETTINGS))


@click.group(context_settings={"max_content_width": 100})
def main() -> None:
    """Make and look after the index.

    Example: python -m index build seeds
    """


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default="seeds")
@setting_options(INDEX_SETTINGS, *BUILD_FLAGS)
@one_sentence
def build(folder: Path, **flags: object) -> None:
    """Index FOLDER (default: seeds). Only what changed is embedded again.

    Example: python -m index build my-texts --index var/my-index
    """
    settings = _settings(flags)
    report = build_folder(folder, settings, Terminal())
    _list_problems(report.problems)
    click.echo(_summary(report, settings.index))


@main.command()
@setting_options(INDEX_SETTINGS, "index")
@one_sentence
def status(**flags: object) -> None:
    """Say what is being served and from what.

    Example: python -m index status --index var/index
    """
    directory = IndexDirectory(Path(_settings(flags).index))
    manifest = directory.open_current().manifest
    counts = ", ".join(f"{count} {name}" for name, count in manifest.counts.items())
    click.echo(f"serving     {manifest.generation} of {manifest.built_at}")
    click.echo(f"from        {manifest.source}: {counts}")
    click.echo(f"model       {manifest.model} ({manifest.model_fingerprint[:12]})")
    click.echo(f"settings    {', '.join(f'{k}={v}' for k, v in manifest.settings.items())}")
    click.echo(f"vectors     {', '.join(f'{k}={v}' for k, v in manifest.store.items())}")
    click.echo(f"kept        {', '.join(directory.list_generations())}")
    _list_problems(manifest.problems)


@main.command()
@setting_options(INDEX_SETTINGS, "index")
@one_sentence
def verify(**flags: object) -> None:
    """Check every hash and every invariant of every generation.

    Example: python -m index verify --index var/index
    """
    directory = IndexDirectory(Path(_settings(flags).index))
    directory.open_current()
    failed = [name for name in directory.list_generations() if not _verified(directory.root / name)]
    if failed:
        raise NetsphereError(f"not whole: {', '.join(failed)}; mend it with: python -m index build")


@main.command()
@setting_options(INDEX_SETTINGS, "index")
@one_sentence
def rollback(**flags: object) -> None:
    """Serve the generation before the current one.

    Example: python -m index rollback --index var/index
    """
    directory = IndexDirectory(Path(_settings(flags).index))
    directory.require_current()
    with directory.acquire_lock():
        before, now = directory.find_current(), directory.roll_back()
    click.echo(f"serving {now} instead of {before}; a running server is to be restarted")


def _verified(folder: Path) -> bool:
    try:
        faults = find_violations(Generation.open(folder, max_hashed_bytes=inf))
    except NetsphereError as error:
        faults = [str(error)]
    click.echo(f"{folder.name}: {'; '.join(faults) or 'every hash and every invariant holds'}")
    return not faults


def _list_problems(problems: tuple[LoadProblem, ...]) -> None:
    for problem in problems:
        click.echo(f"left out    {problem.where}: {problem.reason}", err=True)


def _summary(report: BuildReport, index: str) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in report.manifest.counts.items())
    what = f"{report.manifest.generation} in {index}: {counts}"
    if not report.changed:
        return f"nothing changed; serving {what}"
    return f"built {what}; {report.embedded} units embedded, {report.carried} carried over"


if __name__ == "__main__":
    main(prog_name="python -m index")
