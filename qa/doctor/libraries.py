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
# What requirements.txt has for everybody, and requirements-serve.txt has not.
BEYOND_SERVING = frozenset(
    "safetensors trafilatura lxml lxml_html_clean pypdfium2 charset-normalizer webencodings PyYAML pathspec httpx "
    "watchfiles".split()
)
# Of these, what an installation that only serves never has: no library of serving, or of an extra, brings it along.
ONLY_BUILDING = frozenset({"trafilatura", "pypdfium2", "pathspec"})


def check_libraries(configuration: Configuration) -> Iterator[Finding]:
    """Find required libraries that are missing or of another version, and extras that are not installed."""
    yield Finding(Level.OK, "python", f"{sys.version.split()[0]} in {sys.prefix}")
    required, optional = _list_required(), _list_optional()
    beyond = [line for line in required if _get_name(line) in BEYOND_SERVING]
    if beyond and not any(map(_find_version, ONLY_BUILDING)):
        required = [line for line in required if line not in beyond]
        text = "not installed, and serving does not need it; to build here, too: pip install -r requirements.txt"
        yield Finding(Level.NOTE, "building", text)
    faults = list(filter(None, map(_describe_fault, required)))
    if faults:
        yield Finding(Level.FAULT, "libraries", f"{'; '.join(faults)}; {INSTALL}")
    else:
        yield Finding(Level.OK, "libraries", f"{len(required)} required, each in the version that was tested")
    missing = [name for name in map(_get_name, optional) if _find_version(name) is None]
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


def _get_name(requirement: str) -> str:
    return requirement.partition("==")[0]


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
