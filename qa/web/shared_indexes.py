"""Index folders that follow a database: what a build on another machine publishes is served here, too."""

import logging
import os
from collections.abc import Callable, Iterable
from multiprocessing.connection import wait
from pathlib import Path
from socket import socket

from index.errors import GenerationError, NetsphereError, StoreError
from index.generation.directory import IndexDirectory
from index.search.stores.access import StoreAccess
from index.sharing.follow import pull_if_idle

# How often a database is asked which generation is served.
POLL_S = 2.0
# Answering comes first.
NICENESS = 5
PULLED = b"P"
log = logging.getLogger(__name__)


def list_shared(roots: Iterable[Path]) -> list[Path]:
    """Return the index folders that have a database. Raise StoreError if a folder does not say it in a readable way."""
    return [root for root in roots if StoreAccess.read(root).uri]


def pull_first(roots: Iterable[Path], pull: Callable[[Path], object] = pull_if_idle) -> None:
    """Fetch what is served before anything is; raise NetsphereError if a folder has nothing to serve.

    If a database cannot be reached, what its folder has is served.
    """
    # Late: most servers follow no database, and start sooner.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # In a process of its own: a connection to a database must not be there when others are forked.
    with ProcessPoolExecutor(1, get_context("fork")) as apart:
        for root in roots:
            try:
                apart.submit(pull, root).result()
            except NetsphereError as error:
                if not _has_generation(root):
                    raise
                log.error("%s; what %s has is served", error, root)


def follow_databases(roots: Iterable[Path], control: socket, pull: Callable[[Path], object] = pull_if_idle) -> None:
    """Fetch each newly published generation until ``control`` is closed, and send a byte for each.

    A failure is logged once, and tried again.
    """
    os.nice(NICENESS)
    failures = dict.fromkeys(roots, "")
    while True:
        readable = wait([control], POLL_S)
        # What comes says that something was written, which is nothing to wait for here.
        if readable and not control.recv(4096):
            return
        for root in failures:
            failures[root] = _try_to_pull(root, pull, control, failures[root])


def _try_to_pull(root: Path, pull: Callable[[Path], object], control: socket, before: str) -> str:
    """Return why it failed; an empty text if it did not."""
    try:
        name = pull(root)
    except (NetsphereError, OSError) as error:
        if str(error) != before:
            log.error("%s cannot follow its database: %s; what it has is served", root, error)
        return str(error)
    if before:
        log.info("%s follows its database again", root)
    if name:
        log.info("generation %s was fetched from the database", name)
        control.send(PULLED)
    return ""


def _has_generation(root: Path) -> bool:
    try:
        return IndexDirectory(root).find_current() is not None
    except (GenerationError, StoreError):
        return False
