"""Ask a folder of documents: the library as it is installed. In a checkout, import from ``qa``.

>>> from netsphere import Engine
>>> Engine.open("my-index").ask("Who directed the film?").text  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

from index import __version__

if TYPE_CHECKING:
    from qa import Answer, Engine, Request, TextReading, Turn, read, read_many

__all__ = ["Answer", "Engine", "Request", "TextReading", "Turn", "__version__", "read", "read_many"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 — a class or a function
    """Import the names of the library when they are used: a command sets its environment before numpy is loaded."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import qa.engine as engine
    import qa.reader.texts as texts
    import qa.types as types

    return next(getattr(module, name) for module in (engine, texts, types) if hasattr(module, name))


def __dir__() -> list[str]:
    """Return the names of the library."""
    return __all__
