"""The index directory: it holds several generations and a pointer to the one that is served.

If a database has the vectors, generations are shared: what is published, served or pruned here, is there, too. The file
``CURRENT`` holds the name of the generation that is served. It is replaced atomically, so a reader sees the old name or
the new one, and a killed build leaves the old one in place. If it is lost, nothing is served instead: the newest
generation may be one that was rolled back.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import regex
from filelock import FileLock, Timeout

from index.commands import format_build, format_rollback
from index.disk.sync import sync_to_disk
from index.errors import (
    BuildError,
    BuildInProgress,
    DamagedGeneration,
    GenerationError,
    GenerationNotFound,
    LostPointer,
    StoreError,
    UsageError,
)
from index.generation.generation import Generation
from index.generation.manifest import MANIFEST_NAME, read_source
from index.generation.pointer import CURRENT, read_pointer, write_pointer
from index.search.stores.access import StoreAccess
from index.sharing.generations import SharedGenerations

LOCK, UNFINISHED = "build.lock", ".unfinished-"
GENERATION_NAME = regex.compile(r"(\d{6,})-[0-9a-f]{8}")
log = logging.getLogger(__name__)


class IndexDirectory:
    """A directory of generations, named by a rising number and the start of their fingerprint."""

    def __init__(self, root: Path) -> None:
        """Remember ``root``, which need not exist before the first build."""
        self.root = root

    @cached_property
    def shared(self) -> SharedGenerations | None:
        """The generations in the database of this index; None if it has none. Raise StoreError."""
        access = StoreAccess.read(self.root)
        return SharedGenerations(access) if access.uri else None

    def list_generations(self) -> list[str]:
        """Return the names of all finished generations, oldest first."""
        return [name for name in self.list_folders() if (self.root / name / MANIFEST_NAME).exists()]

    def list_folders(self) -> list[str]:
        """Return the names of all folders of generations, oldest first; one without a manifest is damaged."""
        if not self.root.is_dir():
            return []
        names = (path.name for path in self.root.iterdir())
        return sorted((name for name in names if GENERATION_NAME.fullmatch(name)), key=_parse_number)

    def find_current(self) -> str | None:
        """Return the name that is served, or None if there is no generation.

        Raise LostPointer, which names the command that repairs it, if ``CURRENT`` does not name one that is there.
        """
        pointed, names = self._read_pointer(), self.list_folders()
        # A build may have published and pruned in between.
        while pointed not in names and (now := self._read_pointer()) != pointed:
            pointed, names = now, self.list_folders()
        if pointed in names:
            return pointed
        if not names:
            return None
        what = "is missing" if pointed is None else f"names {pointed[:80]!r}, which does not exist"
        raise LostPointer(
            f"{self.root / CURRENT} {what}; serve the newest generation with: {format_rollback(names[-1], self.root)}"
        )

    def _read_pointer(self) -> str | None:
        try:
            return read_pointer(self.root)
        except OSError as error:
            raise LostPointer(f"{self.root / CURRENT} cannot be read: {error.strerror}") from error

    def require_current(self) -> str:
        """Return the name that is served; raise GenerationNotFound, which names the command that builds one."""
        current = self.find_current()
        if current is None:
            raise GenerationNotFound(
                f"there is no index in {self.root}; build one with: {format_build(None, self.root)}"
            )
        return current

    def open_current(self) -> Generation:
        """Open the current generation or, if it is damaged, the newest intact one before it.

        Raise GenerationNotFound, or DamagedGeneration if none before the current one is intact.
        """
        current = self.require_current()
        try:
            return Generation.open(self.root / current)
        except DamagedGeneration as error:
            # A build may have published another generation and pruned this one while it was read.
            if self.find_current() != current:
                return self.open_current()
            return self._replace_damaged(current, error)

    def open_named(self, name: str) -> Generation:
        """Open one generation or, if it is damaged, the newest intact one before it.

        Processes that are given the same name serve the same generation. Raise GenerationNotFound if it was pruned.
        """
        if name not in self.list_folders():
            raise GenerationNotFound(f"generation {name} is no longer in {self.root}")
        try:
            return Generation.open(self.root / name)
        except DamagedGeneration as error:
            return self._replace_damaged(name, error)

    def _replace_damaged(self, name: str, error: DamagedGeneration) -> Generation:
        older = self._open_older(name)
        if older is None:
            remedy = format_build(read_source(self.root / name), self.root)
            raise type(error)(f"{error}; no generation before it is intact; repair it with: {remedy}") from error
        log.error(
            "%s; serving the generation before it, %s; repair it with: %s",
            error,
            older.folder.name,
            format_build(older.manifest.source, self.root),
        )
        return older

    def _open_older(self, current: str) -> Generation | None:
        """Open the newest intact generation older than ``current``, never a newer one: it may be rolled back."""
        for name in reversed(self.list_generations()):
            if _parse_number(name) < _parse_number(current):
                try:
                    return Generation.open(self.root / name)
                except GenerationError as error:
                    log.warning("%s", error)
        return None

    @contextmanager
    def acquire_lock(self) -> Iterator[None]:
        """Hold the build lock, which the system releases if the process is killed.

        Raise BuildInProgress at once if another build holds it, and BuildError if the folder cannot be created or
        written.
        """
        lock = FileLock(self.root / LOCK, timeout=0)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise BuildInProgress(f"another build is running in {self.root}; wait until it ends") from error
        except OSError as error:
            raise BuildError(f"cannot write to {self.root} ({error.strerror}); choose another folder") from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def create_draft(self) -> Iterator[Path]:
        """Create an empty folder for the next generation; remove it at the end unless it was published.

        Call it while holding the lock: leftovers of killed builds are removed first.
        """
        for leftover in self.root.glob(f"{UNFINISHED}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        # The name of a draft is no name of a generation, so that no reader can take it for one.
        folder = self.root / f"{UNFINISHED}{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def choose_name(self, fingerprint: str) -> str:
        """Return the name of the next generation."""
        shared = self.shared.list_names() if self.shared else []
        last = max(map(_parse_number, [*self.list_folders(), *shared]), default=0)
        return f"{last + 1:06d}-{fingerprint[:8]}"

    def publish_draft(self, draft: Path, name: str, serve: bool = True) -> None:
        """Rename the draft to a generation and, unless it is held, serve it; both steps are atomic.

        Raise StoreError if it cannot be shared, or BuildError if another machine has published meanwhile.
        """
        if self.shared:
            if (published := self.shared.find_current()) not in {None, self._read_pointer()}:
                raise BuildError(f"{published} was published on another machine meanwhile; build again")
            self.shared.push(name, draft)
        self.add_draft(draft, name)
        if serve:
            self.set_current(name)

    def add_draft(self, draft: Path, name: str) -> None:
        """Rename the draft to a generation of this folder, which is not served yet."""
        draft.rename(self.root / name)
        # After a power failure the pointer must not name a generation that the folder does not have.
        sync_to_disk(self.root)

    def set_current(self, name: str) -> None:
        """Serve ``name`` from now on."""
        if self.shared:
            self.shared.set_current(name)
        write_pointer(self.root, name)

    def serve_named(self, name: str) -> None:
        """Serve one generation from now on; raise UsageError if there is no such one, or GenerationError."""
        names = self.list_generations()
        if name not in names:
            raise UsageError(f"invalid value {name!r} for --to: must be one of {', '.join(names) or 'none'}")
        Generation.open(self.root / name, hashes_all=True)
        self.set_current(name)

    def roll_back(self) -> str:
        """Serve the newest intact generation before the current one and return its name.

        Raise GenerationNotFound if there is none.
        """
        current = self.require_current()
        older = self._open_older(current)
        if older is None:
            raise GenerationNotFound(f"no intact generation before {current} in {self.root}; nothing was changed")
        self.set_current(older.folder.name)
        return older.folder.name

    def prune_generations(self, keep: int) -> list[str]:
        """Remove all generations but the ``keep`` newest and the current one; return the removed names.

        One that cannot be removed is logged and stays, because the build itself has succeeded.
        """
        if self.shared:
            try:
                self.shared.prune(keep)
            except StoreError as error:
                log.warning("what is no longer needed stays in the database: %s", error)
        return self.prune_folders(keep)

    def prune_folders(self, keep: int) -> list[str]:
        """Remove generations from this folder alone, as ``prune_generations`` does."""
        current = self.find_current()
        return [name for name in self.list_generations()[:-keep] if name != current and self._remove_generation(name)]

    def _remove_generation(self, name: str) -> bool:
        # Renamed first, so that a kill in between leaves no incomplete generation.
        hidden = self.root / f"{UNFINISHED}{name}"
        try:
            (self.root / name).rename(hidden)
        except OSError as error:
            log.warning("%s is no longer needed and cannot be removed: %s", self.root / name, error)
            return False
        shutil.rmtree(hidden, ignore_errors=True)
        return True


def _parse_number(name: str) -> int:
    return int(name.split("-")[0])
