"""Check Python and the libraries."""

import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from index.data_folder import IS_CHECKOUT
from qa.doctor.requirements import read_installed, read_requirements
from qa.doctor.types import Configuration, Finding, Level

ROOT = Path(__file__).parents[2]
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
    if configuration.watch and WATCHER in missing:
        yield Finding(Level.FAULT, "watch", f"--watch needs the package {WATCHER}, which is not installed; {INSTALL}")


def _list_required() -> Sequence[str]:
    if IS_CHECKOUT:
        return read_requirements(ROOT / "requirements-serve.txt")[""]
    return read_installed("netsphere")[""]


def _list_optional() -> Sequence[str]:
    if IS_CHECKOUT:
        sections = read_requirements(ROOT / "requirements.txt")
        return [line for lines in sections.values() for line in lines]
    return sorted({line for name, lines in read_installed("netsphere").items() if name for line in lines})


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
