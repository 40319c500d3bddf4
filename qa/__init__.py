"""The online half: a question becomes an answer.

>>> from qa import Engine
>>> Engine.open("var/index").ask("Who directed the film?").text  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.generation.metadata_filter import MetadataFilter
    from qa.engine import Engine
    from qa.reader.texts import TextReading, read, read_many
    from qa.types import Answer, Request, Turn

__all__ = ["Answer", "Engine", "MetadataFilter", "Request", "TextReading", "Turn", "read", "read_many"]

# Imported when they are used, because they load numpy, which qa.client does without.
_MODULES = {"Engine": "engine", "TextReading": "reader.texts", "read": "reader.texts", "read_many": "reader.texts"}
_MODULES |= dict.fromkeys(("Answer", "MetadataFilter", "Request", "Turn"), "types")


def __getattr__(name: str) -> object:
    """Import what is exported here (PEP 562). Raises AttributeError for any other name."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
