"""The index folder: which generations stand in it and which one is served.

``CURRENT`` holds the name of the one that is served. It is replaced atomically, so a
reader sees the old name or the new one, and a killed build leaves the old.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import regex
from filelock import FileLock, Timeout

from index.errors import BuildError, BuildLocked, DamagedGeneration, GenerationError, NoGeneration
from index.generation.generation import Generation, sync
from index.generation.manifest import FILE

CURRENT, LOCK, UNFINISHED = "CURRENT", "build.lock", ".unfinished-"
NAME = regex.compile(r"(\d{6,})-[0-9a-f]{8}")
log = logging.getLogger(__name__)


class Shelf:
    """Generations are named by a rising number and the start of their fingerprint."""

    def __init__(self, root: Path) -> None:
        """``root`` need not exist before the first build."""
        self.root = root

    def names(self) -> list[str]:
        """All finished generations, oldest first."""
        if not self.root.is_dir():
            return []
        found = (p.name for p in self.root.iterdir() if NAME.fullmatch(p.name) and (p / FILE).is_file())
        return sorted(found, key=_number)

    def current(self) -> str | None:
        """The name that is served; the newest where the pointer is lost; None where there is none."""
        names = self.names()
        try:
            pointed = (self.root / CURRENT).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            pointed = ""
        if pointed in names:
            return pointed
        if pointed and names:
            log.warning("%s names %r, which is not there; serving the newest", self.root / CURRENT, pointed)
        return names[-1] if names else None

    def must_exist(self) -> str:
        """The current name; raises NoGeneration, which says what builds one."""
        current = self.current()
        if current is None:
            raise NoGeneration(
                f"there is no index in {self.root}; build one with: python -m index build FOLDER --index {self.root}"
            )
        return current

    def open(self) -> Generation:
        """The current generation or, where it is damaged, the newest whole one before it.

        Raises NoGeneration, or the error of the current one where none before it is whole.
        """
        current = self.must_exist()
        try:
            return Generation.open(self.root / current)
        except DamagedGeneration as error:
            if self.current() != current:  # a build published another and pruned this one while it was read
                return self.open()
            return self._open_before(current, error)

    def _before(self, current: str) -> list[str]:
        """The finished generations older than ``current``, newest first."""
        return [name for name in reversed(self.names()) if _number(name) < _number(current)]

    def _open_before(self, current: str, error: GenerationError) -> Generation:
        for name in self._before(current):
            try:
                generation = Generation.open(self.root / name)
            except GenerationError as older:
                log.warning("%s", older)
                continue
            log.error("%s; serving the generation before, %s; mend it with: python -m index build", error, name)
            return generation
        raise DamagedGeneration(f"{error}; no generation before it is whole; mend it with: python -m index build")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keeps a second build out; raises BuildLocked at once. A killed process frees it.

        Raises BuildError where the folder cannot be made or written to.
        """
        lock = FileLock(self.root / LOCK, timeout=0)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            raise BuildLocked(f"another build is at work in {self.root}; wait for it to end") from error
        except OSError as error:
            raise BuildError(
                f"no index can be kept in {self.root} ({error.strerror}); choose another folder"
            ) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty folder to write the next generation into; gone afterwards unless published.

        Call under the lock. What killed builds left behind is removed first.
        """
        for leftover in self.root.glob(f"{UNFINISHED}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        folder = self.root / f"{UNFINISHED}{os.getpid()}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def next_name(self, fingerprint: str) -> str:
        """The name of the next generation."""
        last = max(map(_number, self.names()), default=0)
        return f"{last + 1:06d}-{fingerprint[:8]}"

    def publish(self, draft: Path, name: str) -> Path:
        """Makes the draft a generation and serves it, in that order; both steps are atomic."""
        final = self.root / name
        draft.rename(final)
        sync(self.root)
        self.point(name)
        return final

    def point(self, name: str) -> None:
        """Serves ``name`` from now on."""
        fresh = self.root / f"{CURRENT}.new"
        fresh.write_text(name + "\n", encoding="utf-8")
        sync(fresh)
        fresh.replace(self.root / CURRENT)
        try:
            sync(self.root)
        except OSError as error:
            # A failure here must not be told as one: the new name is what readers see already.
            log.warning("%s may not outlast a power cut: %s", self.root / CURRENT, error)

    def rollback(self) -> str:
        """Serves the newest whole generation before the current one; returns its name."""
        current = self.must_exist()
        for name in self._before(current):
            try:
                Generation.open(self.root / name)
            except GenerationError as error:
                log.warning("%s", error)
                continue
            self.point(name)
            return name
        raise NoGeneration(f"no whole generation before {current} in {self.root}; nothing was changed")

    def prune(self, keep: int) -> list[str]:
        """Removes all but the ``keep`` newest and the current one; returns what was removed.

        One that cannot be removed is logged and stays: the build before has succeeded all the same.
        """
        current = self.current()
        return [name for name in self.names()[:-keep] if name != current and self._remove(name)]

    def _remove(self, name: str) -> bool:
        # First out of sight, so that a kill in between leaves no half generation.
        hidden = self.root / f"{UNFINISHED}{name}"
        try:
            (self.root / name).rename(hidden)
        except OSError as error:
            log.warning("%s is not needed any more and cannot be removed: %s", self.root / name, error)
            return False
        shutil.rmtree(hidden, ignore_errors=True)
        return True


def _number(name: str) -> int:
    return int(name.split("-")[0])
