"""A folder of models made on this machine: each is written whole or not at all, and made again if it is damaged."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import time

from index.disk.sync import sync_folder, sync_to_disk
from index.embedding.model_files import check_digests, write_digests
from index.errors import DamagedGeneration

# What a process that was killed leaves is removed when it is older than any that is still being made.
UNFINISHED, MAX_AGE_S = ".unfinished-", 24 * 60 * 60
log = logging.getLogger(__name__)


def ensure_cached(folder: Path, write_files: Callable[[Path], None]) -> None:
    """Make the folder with ``write_files``, which fills an empty one, unless it is there and intact. Raise OSError."""
    if not folder.exists() or _remove_damaged(folder):
        _publish(folder, write_files)


def _remove_damaged(folder: Path) -> bool:
    """Remove the folder if a file of it is not as it was written; return whether that was so."""
    try:
        check_digests(folder)
    except DamagedGeneration as error:
        log.warning("%s; the model is converted again", error)
        # Renamed first, so that no other process sees a part of the folder.
        damaged = _make_draft(folder.parent)
        folder.rename(damaged / folder.name)
        rmtree(damaged, ignore_errors=True)
        return True
    return False


def _publish(folder: Path, write_files: Callable[[Path], None]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder.parent)
    # Written elsewhere and then renamed, so that no other process sees an unfinished folder.
    draft = _make_draft(folder.parent)
    try:
        write_files(draft)
        write_digests(draft)
        sync_folder(draft)
        draft.chmod(0o755)
        try:
            draft.rename(folder)
        except OSError:
            # Another process has just made it.
            if not folder.is_dir():
                raise
        sync_to_disk(folder.parent)
    finally:
        rmtree(draft, ignore_errors=True)


def _make_draft(models: Path) -> Path:
    return Path(mkdtemp(prefix=UNFINISHED, dir=models))


def _remove_leftovers(models: Path) -> None:
    for path in models.glob(f"{UNFINISHED}*"):
        with suppress(FileNotFoundError):  # another process has removed it
            if path.stat().st_mtime < time() - MAX_AGE_S:
                rmtree(path, ignore_errors=True)
