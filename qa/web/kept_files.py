"""The files of served generations, held open by the supervisor: if their folder is lost, new workers read them here.

Linux keeps the data of a file until nobody has it open, and ``/proc/self/fd`` opens it once more. Elsewhere nothing is
kept, and a worker that starts needs the folder.
"""

import errno
import logging
import os
import resource
from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from index.generation.manifest import MANIFEST_NAME

log = logging.getLogger(__name__)

DESCRIPTORS = Path("/proc/self/fd")
# Of the files that a process may have open, at most one in this many is kept.
MAX_SHARE = 2


class KeptFiles:
    """Generations by their folders. A process that is forked has them, too, and must release them."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._descriptors: dict[Path, dict[str, int]] = {}
        # Folders that cannot be kept, and whether they are not tried again before another one is released.
        self._failures: dict[Path, bool] = {}
        self._soft_limit, self._hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)

    def keep(self, folder: Path) -> None:
        """Open all files of a generation, unless they are open; if that fails, log why, once, and do not keep it."""
        if folder in self._descriptors or self._failures.get(folder) or not DESCRIPTORS.is_dir():
            return
        opened: dict[str, int] = {}
        try:
            paths = sorted(path for path in folder.rglob("*") if path.is_file())
            if folder / MANIFEST_NAME not in paths:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder / MANIFEST_NAME))
            self._allow_descriptors(len(paths))
            for path in paths:
                opened[path.relative_to(folder).as_posix()] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            _close(opened)
            self._note_failure(folder, error)
        else:
            self._descriptors[folder] = opened
            self._failures.pop(folder, None)

    def _note_failure(self, folder: Path, error: OSError) -> None:
        too_many = error.errno == errno.EMFILE
        if folder not in self._failures:
            remedy = "; allow more open files (ulimit -n)" if too_many else ""
            log.warning(
                "%s is not held open, so that it is not served any more if it is lost: %s%s", folder, error, remedy
            )
        # A folder that is missing may be back in a moment; the number of files that may be open stays the same.
        self._failures[folder] = too_many

    def _allow_descriptors(self, count: int) -> None:
        """Raise the limit of open files by those that are kept; raise OSError if too few would be left."""
        if self._soft_limit == resource.RLIM_INFINITY:
            return
        kept = count + sum(map(len, self._descriptors.values()))
        wanted = self._soft_limit + kept
        allowed = wanted if self._hard_limit == resource.RLIM_INFINITY else min(wanted, self._hard_limit)
        if kept * MAX_SHARE > allowed:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, self._hard_limit))

    def list_kept(self, root: Path) -> list[str]:
        """Return the names of the generations of an index that are kept."""
        return [folder.name for folder in self._descriptors if folder.parent == root]

    @contextmanager
    def link(self, folder: Path) -> Iterator[Path]:
        """Yield a folder with the files of a generation that is kept, which goes away at the end; raise KeyError."""
        descriptors = self._descriptors[folder]
        with TemporaryDirectory(prefix="netsphere-", ignore_cleanup_errors=True) as parent:
            # Under their own names, so that messages about damage name the collection.
            view = Path(parent) / folder.parent.name / folder.name
            for name, descriptor in descriptors.items():
                (view / name).parent.mkdir(parents=True, exist_ok=True)
                (view / name).symlink_to(DESCRIPTORS / str(descriptor))
            yield view

    def release_all_but(self, folders: Set[Path] = frozenset()) -> None:
        """Close the files of all other generations: what one process has open takes up the disk."""
        for folder in self._descriptors.keys() - folders:
            _close(self._descriptors.pop(folder))
        self._failures = dict.fromkeys(self._failures.keys() & folders, False)


def _close(descriptors: dict[str, int]) -> None:
    for descriptor in descriptors.values():
        with suppress(OSError):
            os.close(descriptor)
