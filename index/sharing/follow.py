"""Bring the generation that is served in the database into the index folder, whenever another one is."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

from index.errors import BuildError, BuildInProgress, DamagedGeneration, NetsphereError
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.generation.manifest import FileDigest, Manifest
from index.generation.pointer import read_pointer, write_pointer
from index.sharing.generations import SharedGenerations

# Besides the one that is served: what the folder falls back to if that is damaged.
KEEP = 2
log = logging.getLogger(__name__)


def pull_current(directory: IndexDirectory) -> str | None:
    """Make the folder serve what is served in its database; return the name of a generation that is new here.

    Call it while holding the lock. Without a database, or without a generation in it, nothing happens. Raise StoreError
    if the database cannot be reached, GenerationError if what it has is damaged, and BuildError if the folder cannot be
    written.
    """
    name = directory.shared.find_current() if directory.shared else None
    if name is None or name == read_pointer(directory.root):
        return None
    pull_generation(directory, name)
    write_pointer(directory.root, name)
    directory.prune_folders(KEEP)
    return name


def pull_generation(directory: IndexDirectory, name: str) -> None:
    """Write a generation of the database into the folder, unless it is there. Call it while holding the lock.

    Raise what ``pull_current`` raises.
    """
    if directory.shared is None or name in directory.list_generations():
        return
    try:
        try:
            _pull(directory, directory.shared, name, dict(_find_files(directory)))
        except DamagedGeneration:
            # Perhaps a file of an older generation, of which this one has a link.
            _pull(directory, directory.shared, name, {})
    except OSError as error:
        raise BuildError(f"generation {name} cannot be written to {directory.root}: {error}") from error


def pull_all(directory: IndexDirectory) -> None:
    """Write all generations of the database, if there is one, into the folder. Call it while holding the lock.

    Raise what ``pull_current`` raises.
    """
    for name in directory.shared.list_names() if directory.shared else ():
        pull_generation(directory, name)


def _pull(directory: IndexDirectory, shared: SharedGenerations, name: str, known: Mapping[FileDigest, Path]) -> None:
    with directory.create_draft() as draft:
        shared.pull(name, draft, known)
        Generation.open(draft, hashes_all=True)
        directory.add_draft(draft, name)


def pull_if_idle(root: Path) -> str | None:
    """Make an index folder serve what is served in its database, unless a build is going on there.

    Return the name of a generation that is new here. Raise what ``pull_current`` raises.
    """
    directory = IndexDirectory(root)
    try:
        with directory.acquire_lock():
            return pull_current(directory)
    except BuildInProgress:
        return None  # it pulls first


def _find_files(directory: IndexDirectory) -> Iterator[tuple[FileDigest, Path]]:
    """Yield the files of the generations in the folder; that they are as they were written is checked when opened."""
    for name in directory.list_generations():
        try:
            manifest = Manifest.read(directory.root / name)
        except NetsphereError:
            continue
        for file, digest in manifest.files.items():
            if (path := directory.root / name / file).is_file():
                yield digest, path
