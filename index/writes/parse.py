"""Parse the files that were written over HTTP: in the build, and not in the process that answers questions."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from index.build.load_file import SourceFile
from index.build.parser_process import ParserProcess
from index.settings import IndexSettings
from index.types import Document, LoadProblem
from index.writes.batches import Batch, BatchQueue

# A parser needs a file with the right extension. The folder names the process that uses it.
PREFIX = ".uploads-"


class UploadParser(AbstractContextManager["UploadParser"]):
    """Parses the files of batches in a process with limits, which is started once; a context manager, which ends it."""

    def __init__(self, settings: IndexSettings) -> None:
        """Use the limits of the settings."""
        self._root, self._limits = Path(settings.index), settings.parse_limits
        self._max_bytes = settings.max_file_mb * 1_000_000
        self._process: ParserProcess | None = None

    def __exit__(self, *error: object) -> None:
        """End the process, if it was started."""
        if self._process:
            self._process.__exit__(None, None, None)

    def start(self) -> ParserProcess:
        """Start the process, unless it is running."""
        if self._process is None or not self._process.is_running:
            self.__exit__()
            self._process = ParserProcess(self._limits, self._max_bytes)
        return self._process

    def parse(self, queue: BatchQueue, batch: Batch) -> None:
        """Replace each file of a batch by its documents; what cannot be parsed becomes a problem of its job.

        Raises JournalError, or OSError if the disk is full.
        """
        uploads = queue.list_uploads(batch)
        if not uploads:
            return
        with _create_folder(self._root) as folder:
            for upload in uploads:
                path = folder / f"upload{upload.extension}"
                path.write_bytes(queue.read_upload(upload))
                items = self.start().load(SourceFile(path, upload.id), has_sidecar=False)
                problems = [item for item in items if isinstance(item, LoadProblem)]
                queue.replace_upload(upload, [item for item in items if isinstance(item, Document)], problems)


def remove_leftovers(root: Path) -> None:
    """Remove the folders of processes that were killed."""
    for folder in root.glob(f"{PREFIX}*"):
        if not _is_running(int(folder.name.removeprefix(PREFIX))):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _create_folder(root: Path) -> Iterator[Path]:
    remove_leftovers(root)
    folder = root / f"{PREFIX}{os.getpid()}"
    folder.mkdir(exist_ok=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True
