"""What is not in a collection: what the newest build could not read, and what it passed over."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from index.build.inventory import INVENTORY, Inventory, recall_inventory
from index.generation.manifest import Manifest


class LeftOut:
    """What the builds of one generation left out; files are read when it is asked for, and again once they changed."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Remember the two places of the lists: the generation, and the folder around it, where later builds write."""
        self._path, self._manifest = folder.parent / INVENTORY, manifest
        self._recall, self._lock = lru_cache(maxsize=1)(self._read), Lock()

    def find(self) -> Inventory:
        """Return what the newest build found; of what was passed over the numbers only, which may be a million."""
        with self._lock:
            return self._recall(self._get_change_time())

    def _get_change_time(self) -> int | None:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return None

    def _read(self, change_time: int | None) -> Inventory:
        found = recall_inventory(self._path.parent, self._manifest)
        return replace(found, skipped=(), unnamed=found.count_skipped())
