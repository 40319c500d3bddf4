"""The file ``CURRENT`` of an index folder: the name of the generation that is served."""

import logging
from pathlib import Path

from index.disk.sync import sync_to_disk

CURRENT = "CURRENT"
log = logging.getLogger(__name__)


def read_pointer(root: Path) -> str | None:
    """Return the name in ``CURRENT``, which may be no name at all; None if there is no such file. Raise OSError."""
    try:
        return (root / CURRENT).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None


def write_pointer(root: Path, name: str) -> None:
    """Replace ``CURRENT`` atomically: a reader, and a power failure, find the old name or the new one."""
    pointer = root / f"{CURRENT}.new"
    pointer.write_text(name + "\n", encoding="utf-8")
    sync_to_disk(pointer)
    pointer.replace(root / CURRENT)
    try:
        sync_to_disk(root)
    except OSError as error:
        # Not a failure of the build: readers already see the new name.
        log.warning("%s may be lost in a power failure: %s", root / CURRENT, error)
