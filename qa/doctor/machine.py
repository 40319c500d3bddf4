"""Check what the machine lends: folders to write to, room on the disk, and the port."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

from index.generation.directory import IndexDirectory
from qa.doctor.types import Configuration, Finding, Level
from qa.web.server.listener import AddressInUse, open_listener

# What the models and a small index take. A build of a larger one needs as much again as the generation has.
MIN_FREE_BYTES = 100_000_000


def check_folders(configuration: Configuration) -> Iterator[Finding]:
    """Write a file without a name where the program writes, or would create a folder."""
    folders = {
        "--index": configuration.index,
        "--models": configuration.models,
        "--feedback": configuration.feedback.parent,
        "--keys": configuration.keys.parent,
    }
    faults: dict[Path, tuple[str, str]] = {}
    for flag, folder in folders.items():
        try:
            with TemporaryFile(dir=_find_existing(folder)):
                pass
        except OSError as error:
            faults.setdefault(folder, (flag, error.strerror or str(error)))
    for folder, (flag, reason) in faults.items():
        text = f"cannot write to {folder} ({reason.lower()}); let this user write there, or choose another with {flag}"
        yield Finding(Level.FAULT, "write", text)
    if not faults:
        yield Finding(Level.OK, "write", ", ".join(dict.fromkeys(map(str, folders.values()))))


def check_disk(configuration: Configuration) -> Iterator[Finding]:
    """Compare the room on the disk with what the next build needs."""
    needed = max(MIN_FREE_BYTES, _measure_current(configuration.index))
    try:
        free = shutil.disk_usage(_find_existing(configuration.index)).free
    except OSError as error:
        yield Finding(Level.FAULT, "disk", f"cannot look at {configuration.index}: {error.strerror}; choose another")
        return
    what = f"{free / 1e6:,.0f} MB free for {configuration.index}"
    if free < needed:
        text = f"only {what}, and a build needs {needed / 1e6:,.0f} MB; make room, or choose another disk with --index"
        yield Finding(Level.FAULT, "disk", text)
    else:
        yield Finding(Level.OK, "disk", what)


def check_port(configuration: Configuration) -> Iterator[Finding]:
    """Listen on the address for a moment."""
    try:
        open_listener(configuration.host, configuration.port).close()
    except AddressInUse as error:
        yield Finding(Level.FAULT, "port", str(error))
    else:
        yield Finding(Level.OK, "port", f"{configuration.host}:{configuration.port} is free")


def _find_existing(folder: Path) -> Path:
    """Return the folder itself, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def _measure_current(index: Path) -> int:
    """Return the bytes of the newest generation; 0 if there is none."""
    try:
        folders = IndexDirectory(index).list_folders()
        files = (index / folders[-1]).rglob("*") if folders else ()
        return sum(path.stat().st_size for path in files if path.is_file())
    except OSError:
        return 0
