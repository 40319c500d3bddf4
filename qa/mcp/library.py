"""Whether the library of the protocol is installed, and how to install it."""

from importlib.util import find_spec

from index.errors import UsageError

LIBRARY = "mcp==2.3.0"


class LibraryMissing(UsageError):
    """The library of the protocol is not installed; the message says how to install it."""


def require_library() -> None:
    """Raise LibraryMissing unless the library is installed."""
    if find_spec("mcp") is None:
        raise LibraryMissing(f"the Model Context Protocol needs a library: python -m pip install {LIBRARY}")
