"""A file inside another one: a member of an archive, an attachment of a mail."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InnerFile:
    """A file that a parser found inside its file, to be parsed by the parser of its own extension.

    ``name`` is its path inside, in POSIX form; the id of its document is the id of the file around it, "/" and this.
    ``size``: the most bytes that ``read`` returns. ``read`` raises LoadError for a damaged file.
    ``is_optional``: whether it is no problem if nothing can parse it, because the document around it names it.
    """

    name: str
    size: int
    read: Callable[[], bytes]
    sidecar: "InnerFile | None" = None
    is_optional: bool = False
