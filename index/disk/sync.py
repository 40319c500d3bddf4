"""Wait until files are on the disk."""

import os
from pathlib import Path


def sync_to_disk(path: Path) -> None:
    """Wait until the contents of a file, or the names in a folder, are on the disk. Raise OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until all files below a folder, and their names, are on the disk. Raise OSError."""
    for path in sorted(folder.rglob("*")):
        sync_to_disk(path)
    sync_to_disk(folder)
