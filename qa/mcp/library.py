"""Whether the library of the protocol is installed, and how to install it."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from index.errors import UsageError

LIBRARY = "mcp==2.3.0"


class LibraryMissing(UsageError):
    """The library of the protocol is not installed, or another one; the message says how to install it."""


def require_library() -> None:
    """Raise LibraryMissing unless the library is installed in the major version that is used here."""
    name, _, needed = LIBRARY.partition("==")
    installed = _find_version(name)
    if installed is None or installed.split(".")[0] != needed.split(".")[0]:
        found = f", and {name} {installed} is installed" if installed else ""
        raise LibraryMissing(f"the Model Context Protocol needs a library{found}: python -m pip install {LIBRARY}")


def _find_version(name: str) -> str | None:
    try:
        return version(name) if find_spec(name) else None
    except PackageNotFoundError:  # a folder of this name is no library
        return None
