"""Damage to a generation while it is served: what was found, and whether its files are still as they were."""

import logging
from pathlib import Path
from threading import Lock

from index.commands import format_build
from index.errors import DamagedGeneration, GenerationError, UnreadableGeneration
from index.generation.manifest import MANIFEST_NAME, Manifest, check_file
from index.generation.pointer import read_pointer

log = logging.getLogger(__name__)

# Size, time of the last change, and number of a file; None if it cannot be found.
FileState = tuple[int, int, int] | None


class DamageMonitor:
    """Finds files that were changed, replaced or removed after the generation was opened. Threads may share it."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Remember the state of each file; make the monitor before the files are verified."""
        self._folder, self._manifest = folder, manifest
        self._intact = {name: _read_state(folder / name) for name in (MANIFEST_NAME, *manifest.files)}
        # Of each file that is not intact: the state in which it was read, and what is wrong with it.
        self._faults: dict[str, tuple[FileState, str]] = {}
        self._recorded: str | None = None
        self._logged: str | None = None
        self._lock = Lock()

    def watch(self, folder: Path) -> None:
        """Look for the files in ``folder`` from now on, which is where those that are open come from."""
        self._folder = folder

    def record(self, error: DamagedGeneration) -> None:
        """Remember that a part of a file is not as it was written; what cannot be read now may be readable later."""
        if not isinstance(error, UnreadableGeneration):
            self._recorded = str(error)
        self._log_once(str(error))

    def find_fault(self) -> str | None:
        """Return what is wrong with the generation, or None. Fast: only a file that has changed is read again."""
        with self._lock:
            fault = self._recorded or self._find_changed_file()
        self._log_once(fault)
        return fault

    def _find_changed_file(self) -> str | None:
        if self._was_pruned():
            return None
        for name, intact in tuple(self._intact.items()):
            state = _read_state(self._folder / name)
            if state == intact:
                self._faults.pop(name, None)
            elif name not in self._faults or self._faults[name][0] != state:
                self._check_again(name, state)
        return next((fault for _, fault in self._faults.values()), None)

    def _check_again(self, name: str, state: FileState) -> None:
        try:
            if name == MANIFEST_NAME:
                Manifest.read(self._folder)
            else:
                check_file(self._folder / name, self._manifest.files[name])
        except GenerationError as error:
            self._faults[name] = (state, str(error))
        else:
            self._intact[name] = state
            self._faults.pop(name, None)

    def _was_pruned(self) -> bool:
        """Return whether a build has removed the generation, which is served until the newer one is open."""
        try:
            return not self._folder.exists() and read_pointer(self._folder.parent) not in {None, self._folder.name}
        except OSError:
            return False

    def _log_once(self, fault: str | None) -> None:
        if fault and fault != self._logged:
            log.error("%s; repair it with: %s", fault, format_build(self._manifest.source, self._folder.parent))
        self._logged = fault


def _read_state(path: Path) -> FileState:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_ctime_ns, status.st_ino
