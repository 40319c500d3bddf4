"""python -m index: build, status, verify, rollback, publish, pull, use-file, prune, embed, export, import."""

from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import Any

import click

from index.build.copies import read_copies
from index.build.dry_run import simulate_build
from index.build.embedding_cache import remove_caches
from index.build.inventory import recall_inventory
from index.build.load import list_file_ids
from index.build.near_check import find_copy_violations
from index.build.summary import (
    describe_all,
    describe_collection,
    describe_copies,
    describe_left_out,
    describe_read,
    describe_rest,
)
from index.cli import Group, Option, format_count, keep_store, setting_options
from index.commands import format_build, format_publish
from index.data_folder import IS_CHECKOUT
from index.errors import IncompatibleGeneration, NetsphereError, UsageError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.integrity import find_violations
from index.generation.manifest import Manifest, read_source
from index.generation.pointer import read_pointer
from index.progress import Terminal
from index.settings import IndexSettings
from index.shards.command import embed, export, import_
from index.sharing.follow import pull_current
from index.writes.build import build_folder_with_writes
from index.writes.jobs import MAX_FINISHED_JOBS
from index.writes.journal import Journal
from index.writes.parse import remove_leftovers
from index.writes.publish import find_waiting, publish_generation, roll_back
from index.writes.summary import format_counts, show_build, show_dry_run

# A checkout has texts to try; elsewhere the folder must be named.
DEFAULT_SOURCE: dict[str, Any] = {"default": "seeds"} if IS_CHECKOUT else {"required": True}


@click.group(cls=Group, context_settings={"max_content_width": 100})
def main() -> None:
    """Build and maintain the index.

    Example: python -m index build seeds
    """


for _command in (embed, export, import_):
    main.add_command(_command)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), **DEFAULT_SOURCE)
@click.option("--dry-run", is_flag=True, help="say what a build would read, skip and embed, without writing anything")
@setting_options(*(row.name for row in fields(IndexSettings)))
def build(folder: Path, dry_run: bool, **flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Index FOLDER (in a checkout: seeds) and what was written over HTTP. Only what changed is embedded again.

    Example: python -m index build my-texts --index var/my-index
    """
    keep_store(flags)
    settings = IndexSettings(**flags)
    if dry_run:
        show_dry_run(simulate_build(folder, settings, Terminal()))
        return
    show_build(build_folder_with_writes(folder, settings, Terminal()), settings.index)


@main.command()
@click.option("--all", "shows_all", is_flag=True, help="name everything that is not in the index, each with its reason")
@setting_options("index")
def status(shows_all: bool, index: str) -> None:
    """Show which generation is served, what it was built from, and what was left out.

    Example: python -m index status --index var/index
    """
    directory = IndexDirectory(Path(index))
    generation = directory.open_current()
    manifest = generation.manifest
    click.echo(f"serving     {manifest.generation} of {manifest.built_at}")
    click.echo(f"from        {manifest.source}: {format_counts(manifest)}")
    for line in describe_collection(generation.collection):
        click.echo(line)
    click.echo(f"model       {manifest.model} ({manifest.model_fingerprint[:12]})")
    click.echo(f"settings    {', '.join(f'{k}={v}' for k, v in manifest.settings.items())}")
    click.echo(f"vectors     {', '.join(f'{k}={v}' for k, v in manifest.store.items())}")
    click.echo(f"kept        {', '.join(directory.list_generations())}")
    inventory = recall_inventory(directory.root, manifest)
    copies = read_copies(directory.root / manifest.generation)
    for line in describe_read(inventory) + describe_copies(() if shows_all else copies):
        click.echo(line)
    _print_writes(directory)
    shortened = describe_left_out(inventory) + describe_rest(inventory, copies, index)
    for line in describe_all(inventory, copies) if shows_all else shortened:
        click.echo(line, err=True)


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
        # A manifest that is damaged does not say what the index was built from, but that of another generation may.
        known = filter(None, (read_source(directory.root / name) for name in reversed(directory.list_folders())))
        remedy = format_build(next(known, None), directory.root)
        raise NetsphereError(f"damaged: {', '.join(failed)}; rebuild with: {remedy}")
    Manifest.read(directory.root / current)


@main.command()
@setting_options("index")
@click.option("--to", "name", metavar="GENERATION", help="the generation to serve, older or newer")
def rollback(index: str, name: str | None) -> None:
    """Serve the generation before the current one, or the one that --to names. A running server follows.

    After a rollback, what is written to a running server is built but held, until: python -m index publish

    Example: python -m index rollback --index var/index
    """
    directory = IndexDirectory(Path(index))
    if name is None:
        directory.require_current()
    before = read_pointer(directory.root)
    name = roll_back(directory, name)
    click.echo(f"serving {name} instead of {before or 'none'}")


@main.command()
@click.argument("name", required=False)
@setting_options("index")
def publish(name: str | None, index: str) -> None:
    """Serve the generation NAME (default: the newest), which was held or rolled back. A running server follows.

    Example: python -m index publish --index var/index
    """
    directory = IndexDirectory(Path(index))
    before = directory.require_current()
    click.echo(f"serving {publish_generation(directory, name)} instead of {before}")


@main.command()
@setting_options("index", "store_uri", "store_name", "store_token_file", "store_ca", "store_seconds")
def pull(index: str, **flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Fetch the generation that is served in the database of the index; --store-uri names the database the first time.

    A running server does this by itself.

    Example: python -m index pull --store-uri http://127.0.0.1:19530
    """
    access, directory = IndexSettings(index=index, **flags).store_access, IndexDirectory(Path(index))
    if access.uri:
        access.write(directory.root)
    if directory.shared is None:
        raise UsageError(f"invalid value '' for --store-uri: the index in {index} has no database yet; name one")
    with directory.acquire_lock():
        name = pull_current(directory)
    click.echo(f"serving {directory.require_current()}{'' if name else ', as before'}")


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@setting_options("index")
def use_file(ids: tuple[str, ...], index: str) -> None:
    """Serve each document ID from its file again: forget what was written in its place, or that it was removed.

    A document without a file is removed. The next build reads the whole folder.

    Example: python -m index use-file notes/plan.md --index var/index
    """
    directory = IndexDirectory(Path(index))
    source = Manifest.read(directory.root / directory.require_current()).source
    if not source or not Path(source).exists():
        where = repr(source) if source else "no folder"
        raise UsageError(f"{index} was built from {where}, which is not there; run this where the folder is")
    files = list_file_ids(Path(source))
    job = Journal(directory.root).forget(tuple(dict.fromkeys(ids)))
    for name in dict.fromkeys(ids):
        click.echo(f"{name}: {_describe_file(name, files)}")
    command = format_build(source, index)
    click.echo(f"job {job.id} reads {source}; a server that takes writes builds it by itself, else run: {command}")


@main.command()
@click.option(
    "--keep", type=click.IntRange(1, 1000), cls=Option, default=1, show_default=True, help="generations to keep"
)
@setting_options("index")
def prune(keep: int, index: str) -> None:
    """Remove all generations but the newest and the one that is served, with every text that was removed since.

    Example: python -m index prune --keep 1 --index var/index
    """
    directory = IndexDirectory(Path(index))
    directory.require_current()
    with directory.acquire_lock():
        removed = directory.prune_generations(keep)
        remove_caches(directory.root)
        remove_leftovers(directory.root)
        Journal(directory.root).compact()
    click.echo(f"removed {', '.join(removed) or 'nothing'}; kept {', '.join(directory.list_generations())}")


def _verify_generation(folder: Path) -> bool:
    """Print what is wrong with a generation, and return whether it is sound."""
    try:
        generation = Generation.open(folder, hashes_all=True)
        # Copies can be compared only if the passages are sound.
        faults = find_violations(generation) or find_copy_violations(generation)
    except IncompatibleGeneration as error:  # kept by an upgrade; ``verify`` fails only if it is the current one
        click.echo(f"{folder.name}: {error}")
        return True
    except NetsphereError as error:
        faults = [str(error)]
    click.echo(f"{folder.name}: {'; '.join(faults) or 'every hash and every invariant holds'}")
    return not faults


def _describe_file(id: str, files: frozenset[str]) -> str:
    """Say what the next build takes as the document of an id."""
    if id in files:
        return "the next build takes the file"
    around = [str(parent) for parent in PurePosixPath(id).parents if str(parent) in files]
    if around:
        return f"the next build takes it from the file {around[0]}, or has no such document"
    if any(file.endswith((".jsonl", ".jsonl.gz", ".eml", ".mbox", ".zip")) for file in files):
        return "no file has this name; the next build takes it from a .jsonl file with this id, or has no such document"
    return "no file has this name; the next build has no such document"


def _print_writes(directory: IndexDirectory) -> None:
    """Print what was written over HTTP, and the generation that waits to be published."""
    journal = Journal(directory.root)
    counts = journal.count()
    if counts.written or counts.removed or counts.waiting:
        what = f"{format_count(counts.written, 'documents')} written, {counts.removed} removed"
        click.echo(f"over HTTP   {what}, {format_count(counts.waiting, 'jobs')} not published yet")
    last = next((job for job in journal.list_jobs(MAX_FINISHED_JOBS) if job.changes), None)
    if last:
        click.echo(f"last change {last.generation}: {last.changes}")
    newest = find_waiting(directory)
    if newest:
        click.echo(f"waiting     {newest}; serve it with: {format_publish(directory.root)}")


if __name__ == "__main__":
    main(prog_name="python -m index")
