"""Files inside other files are written to a temporary folder, one at a time, because parsers read files.

The folder is removed when its file is parsed. If the process is killed before that, the folder is abandoned: its lock
is free then, whoever looks and from whichever container, and the next ``remove_abandoned_folders`` removes it.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from index.errors import LoadError
from index.parsers.inner_file import InnerFile
from index.parsers.sidecar import SIDECAR_EXTENSION

PREFIX = "netsphere-unpacked-"
# Files that are unpacked from one file of the folder, those in archives inside it included.
MAX_FILES = 10_000
# A document in an archive that is attached to a mail in an archive is three deep.
MAX_DEPTH = 3


Announce = Callable[[str], object]


def _ignore(id: str) -> None:
    """Tell nobody."""


class Unpacker:
    """Writes the files inside one file of the folder, and counts what all of them together may take."""

    def __init__(self, max_bytes: int, excluded: Collection[str] = (), announce: Announce = _ignore) -> None:
        """Allow ``max_bytes`` for all files together, and so for each one.

        ``excluded`` are the ids of files that must not be parsed. ``announce`` is called with the id of each file that
        is parsed from now on, and with that of the file around it afterwards.
        """
        self.max_bytes, self.excluded, self.announce = max_bytes, excluded, announce
        self._bytes_left, self._files_left = max_bytes, MAX_FILES
        self._depth = 0

    @contextmanager
    def unpack(self, inner: InnerFile, extension: str) -> Iterator[Path]:
        """Write a file and its sidecar into a temporary folder; what is unpacked meanwhile is inside that file.

        Raise LoadError for a file beyond a limit or damaged, and if there is no room for it.
        """
        files = {extension: inner} | ({extension + SIDECAR_EXTENSION: inner.sidecar} if inner.sidecar else {})
        self._charge(list(files.values()))
        contents = {suffix: file.read() for suffix, file in files.items()}
        self._depth += 1
        try:
            with create_scratch_folder() as folder:
                for suffix, content in contents.items():
                    _write(folder / f"file{suffix}", content)
                contents.clear()
                yield folder / f"file{extension}"
        finally:
            self._depth -= 1

    def _charge(self, files: list[InnerFile]) -> None:
        if self._depth == MAX_DEPTH:
            raise LoadError(f"is inside more than {MAX_DEPTH} files; unpack the outer ones and index what is in them")
        if not self._files_left:
            raise LoadError(f"comes after {MAX_FILES:,} other files from the same archive; split the archive")
        size = sum(file.size for file in files)
        if size > self._bytes_left:
            raise LoadError(
                f"unpacks to {size:,} bytes, and max_file_mb allows {self.max_bytes:,} for an archive, of which "
                f"{self._bytes_left:,} are left; split the archive or raise max_file_mb"
            )
        self._files_left -= 1
        self._bytes_left -= size


@contextmanager
def create_scratch_folder() -> Iterator[Path]:
    """Create a temporary folder that only this user can read, and remove it at the end. Raise LoadError on failure."""
    try:
        folder, lock = _make_locked_folder()
    except OSError as error:
        raise _make_write_error(error) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_abandoned_folders() -> None:
    """Remove the folders of processes that were killed."""
    with suppress(OSError):  # without any folder for temporary files there is nothing to remove
        for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
            _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # removed in the meantime, or of another user
        return
    with suppress(OSError):  # locked, so that it is in use
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)


def _make_locked_folder() -> tuple[Path, int]:
    """Return a new folder and the descriptor that locks it; one that was removed before it was locked is made again."""
    while True:
        folder = Path(mkdtemp(prefix=PREFIX))
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _make_write_error(error) from error


def _make_write_error(error: OSError) -> LoadError:
    return LoadError(
        f"cannot be unpacked to a temporary file ({error.strerror or error}); let TMPDIR name a folder with room"
    )
