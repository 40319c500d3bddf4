"""Check Python and the libraries."""

import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from qa.doctor.requirements import read_installed, read_requirements
from qa.doctor.types import Configuration, Finding, Level

ROOT = Path(__file__).parents[2]
# A checkout has both files, an image of the Containerfile one of them, and an installation its metadata.
SERVING, EVERYTHING = ROOT / "requirements-serve.txt", ROOT / "requirements.txt"
DISTRIBUTION = "netsphere"
INSTALL = "install again: pip install -r requirements.txt"
WATCHER = "watchfiles"


def check_libraries(configuration: Configuration) -> Iterator[Finding]:
    """Find required libraries that are missing or of another version, and extras that are not installed."""
    yield Finding(Level.OK, "python", f"{sys.version.split()[0]} in {sys.prefix}")
    required, optional = _list_required(), _list_optional()
    faults = list(filter(None, map(_describe_fault, required)))
    if faults:
        yield Finding(Level.FAULT, "libraries", f"{'; '.join(faults)}; {INSTALL}")
    else:
        yield Finding(Level.OK, "libraries", f"{len(required)} required, each in the version that was tested")
    missing = [name for name in (line.partition("==")[0] for line in optional) if _find_version(name) is None]
    if missing:
        yield Finding(Level.NOTE, "extras", f"not installed: {', '.join(missing)}; pip install -r requirements.txt")
    if configuration.watch and _find_version(WATCHER) is None:
        yield Finding(Level.FAULT, "watch", f"--watch needs the package {WATCHER}, which is not installed; {INSTALL}")


def _list_required() -> Sequence[str]:
    for path in (SERVING, EVERYTHING):
        if path.is_file():
            return read_requirements(path)[""]
    return read_installed(DISTRIBUTION)[""]


def _list_optional() -> Sequence[str]:
    """Return what the command that the note names installs."""
    if EVERYTHING.is_file():
        return [line for lines in read_requirements(EVERYTHING).values() for line in lines]
    return [] if SERVING.is_file() else read_installed(DISTRIBUTION)["all"]


def _describe_fault(requirement: str) -> str | None:
    """Return what is wrong with a required library, or None; one without a version may have any."""
    name, _, wanted = requirement.partition("==")
    found = _find_version(name)
    if found is None:
        return f"{name} is missing"
    # A build of torch names its kind after a plus.
    return None if not wanted or found.partition("+")[0] == wanted else f"{name} is {found} instead of {wanted}"


def _find_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
