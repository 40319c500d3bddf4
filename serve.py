"""python serve.py: serve an index that exists."""

import os
import resource
import sys

# Measured as the least address space in which the server starts and answers. Libraries reserve far more than they use,
# and fail in many ways if they cannot.
MIN_ADDRESS_SPACE_MB = 2000
_limit_mb = resource.getrlimit(resource.RLIMIT_AS)[0] // 1_000_000
if 0 <= _limit_mb < MIN_ADDRESS_SPACE_MB:
    sys.exit(
        f"error: the address space is limited to {_limit_mb} MB (ulimit -v), and {MIN_ADDRESS_SPACE_MB} MB are needed; "
        "limit resident memory instead, of which 200 MB suffice"
    )

# These must be set before numpy is loaded. Its threads wait for work by spinning, which doubles the processor time of
# a question; with one thread for each batch in progress, batches do not slow each other down. tokenizers has threads,
# too.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from shutil import rmtree
from socket import socket
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import click

from index.cli import Command, is_flag_given, is_stated, setting_options
from index.errors import UsageError
from index.processors import choose_processes
from index.settings import IndexSettings, ServeSettings
from qa.collection.folder_names import parse_folders

if TYPE_CHECKING:
    from flask import Flask

    from qa.web.collection_folders import CollectionFolders
    from qa.web.documents.options import BuilderOptions
    from qa.web.pages.site import Site
    from qa.web.server.builder_process import BuilderProcess
    from qa.web.service import AppOptions

# Those of a build that matter for what is written while serving; the others are as in the served generation.
INDEX_SETTINGS = ("index", "model", "models", "keep", "hold", "max_file_mb", "parse_seconds", "parse_mb")
STORE_SETTINGS = ("store_uri", "store_name", "store_token_file", "store_ca", "store_seconds")


@click.command(cls=Command, context_settings={"max_content_width": 100})
@click.argument("collections", nargs=-1, metavar="[NAME=FOLDER]...")
@setting_options(*INDEX_SETTINGS, *STORE_SETTINGS, *(row.name for row in fields(ServeSettings)))
def main(collections: tuple[str, ...], **flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Serve the API and the chat page over an index that exists, or over several, each with its name.

    Example: python serve.py --index var/index --port 8123

    Example: python serve.py handbook=var/handbook films=var/films
    """
    index = IndexSettings(**{name: flags.pop(name) for name in (*INDEX_SETTINGS, *STORE_SETTINGS)})
    settings = ServeSettings(**flags)
    # Before the libraries of the server are loaded, which takes a moment.
    roots = parse_folders(collections, index.index if is_flag_given("index") else None)
    workers = settings.workers or choose_processes()
    with _metrics_folder(workers) as folder:
        # Late, because prometheus_client reads its environment variable when it is imported.
        from qa.web.collection_folders import CollectionFolders
        from qa.web.log_format import LogOptions
        from qa.web.server import ServerOptions, run_server

        model = index.model if is_stated("model") else None
        folders = CollectionFolders.of(roots, Path(index.index), model, settings.reader, index.models)
        options = _build_options(settings, folder)
        followers = _prepare_followers(index, folders)
        folders.find_version()
        _prepare_reader(settings.reader, index.models)
        builders = _prepare_builders(index, folders, settings)
        written = LogOptions(settings.log_format, settings.log_requests)
        beside, note_served = [*builders, *followers], folders.note_served
        server = ServerOptions(workers, settings.threads, folder, beside, written, note_served=note_served)
        run_server(partial(_create_app, folders, options), settings.host, settings.port, server, folders.find_version)


def _prepare_reader(name: str, models: str) -> None:
    """Make the large reader, if it is chosen, before anything listens; other readers are loaded by who answers."""
    if name == "large":
        from qa.reader.large import ensure_large_reader

        ensure_large_reader(Path(models))


def _prepare_builders(
    index: IndexSettings, folders: "CollectionFolders", settings: ServeSettings
) -> "list[BuilderProcess]":
    """Return the processes that build what is written, one for each index; each starts when it is needed."""
    from qa.web.collections import place_feedback
    from qa.web.documents.options import BuilderOptions
    from qa.web.server.builder_process import BuilderProcess

    # Without a key nobody can write; one that is added later starts the process with the first write.
    may_write = bool(settings.admin_key) or Path(settings.keys).exists()
    builders = []
    for name, root in folders.roots.items():
        options = BuilderOptions(
            index=replace(index, index=str(root)),
            model=folders.model,
            reader=settings.reader,
            feedback=place_feedback(Path(settings.feedback), name if folders.is_named else ""),
            questions=Path(settings.questions) if settings.questions else None,
            watch=settings.watch,
        )
        # Many collections would start many processes, of which few have something to do.
        has_work: Callable[[], bool] = partial(_has_waiting_writes, root) if folders.is_named else lambda: True
        is_needed = settings.watch or (may_write and has_work())
        builders.append(BuilderProcess(partial(_run_builder, folders, options), is_needed, has_work=has_work))
    return builders


def _prepare_followers(index: IndexSettings, folders: "CollectionFolders") -> "list[BuilderProcess]":
    """Fetch what is served from the databases, and return the process that goes on with it, if there are any."""
    from qa.web.server.builder_process import BuilderProcess
    from qa.web.shared_indexes import follow_databases, list_shared, pull_first

    if index.store_uri:
        if folders.is_named:
            raise UsageError("--store-uri is for one collection; give each its own with python -m index pull")
        index.store_access.write(Path(index.index))
    shared = list_shared(folders.roots.values())
    if not shared:
        return []
    pull_first(shared)

    def follow(control: socket, crashed: bool) -> None:
        folders.release_files()
        follow_databases(shared, control)

    return [BuilderProcess(follow, is_needed=True, what="the process that follows the database")]


def _has_waiting_writes(root: Path) -> bool:
    """Return whether something that was written waits to be built; also if that cannot be found out."""
    from index.writes.database import JournalError
    from index.writes.journal import Journal

    try:
        return Journal(root).count_waiting() > 0
    except JournalError:
        return True


def _run_builder(folders: "CollectionFolders", options: "BuilderOptions", control: socket, crashed: bool) -> None:
    """Build what is written in the building process, which alone loads the parsers."""
    from qa.web.documents.builder import run_builder

    folders.release_files()
    run_builder(options, control, crashed)


@contextmanager
def _metrics_folder(workers: int) -> Iterator[str | None]:
    """Yield a folder in which several processes share their metrics; None for one process, which needs none."""
    if workers == 1:
        yield None
        return
    folder, parent = mkdtemp(prefix="netsphere-"), os.getpid()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        yield folder
    finally:
        if os.getpid() == parent:  # a worker that exits also comes here, and the others still use the folder
            rmtree(folder, ignore_errors=True)


def _build_options(settings: ServeSettings, metrics_folder: str | None) -> "AppOptions":
    """Return the options of the application. Raises UsageError if others could reach it without a key."""
    from qa.web.access.exposure import decide_key_needed
    from qa.web.access.proxies import parse_networks
    from qa.web.service import AppOptions
    from qa.web.telemetry import require_telemetry

    if settings.telemetry:
        require_telemetry(settings.telemetry)
    proxies, keys = parse_networks(settings.proxies), Path(settings.keys)
    return AppOptions(
        metrics_folder=metrics_folder,
        feedback=Path(settings.feedback),
        feedback_mb=settings.feedback_mb,
        feedback_per_minute=settings.feedback_per_minute,
        keep_questions=settings.keep_questions,
        admin_key=settings.admin_key,
        keys=keys,
        key_needed=decide_key_needed(settings.host, proxies, settings.public, keys, settings.admin_key),
        hosts=(settings.host, *_split_list(settings.hosts)),
        origins=_split_list(settings.origins),
        proxies=proxies,
        log_questions=settings.log_questions,
        rate_limit=settings.rate_limit,
        max_wait_ms=settings.max_wait_ms,
        max_upload_bytes=settings.max_upload_mb * 1_000_000,
        telemetry=settings.telemetry,
        site=_build_site(settings),
    )


def _build_site(settings: ServeSettings) -> "Site":
    """Return what is chosen for the pages. Raises UsageError for a language without texts, or a missing folder."""
    from qa.messages import LANGUAGES
    from qa.web.pages.site import AUTO, Site

    if settings.page_language not in (AUTO, *LANGUAGES):
        allowed = f"{AUTO} or one of {', '.join(LANGUAGES)}"
        raise UsageError(f"invalid value {settings.page_language!r} for --page-language: must be {allowed}")
    theme = Path(settings.theme) if settings.theme else None
    if theme and not theme.is_dir():
        raise UsageError(f"invalid value {settings.theme!r} for --theme: must be a folder with theme.css or logo.svg")
    return Site(settings.site_name, settings.page_language, theme, settings.speech)


def _split_list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _create_app(folders: "CollectionFolders", options: "AppOptions", version: str) -> "Flask":
    """Create the application in the serving process."""
    from qa.web import create_app

    served = folders.open_version(version)
    folders.release_files()
    return create_app(served, options)


if __name__ == "__main__":
    main(prog_name="python serve.py")
