"""``NAME.EXT.toml`` beside ``NAME.EXT``: what its author knows about a file and it does not say."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from index.errors import LoadError
from index.types import Document

SIDECAR_EXTENSION = ".toml"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A title and any other keys, such as ``origin``, ``licence`` and ``language``."""

    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def apply_to(self, document: Document, file: Path, own: bool) -> Document:
        """The document with title and metadata from here.

        Where the document is the file's ``own``, what is written here stands over what the
        format says, and a title is the file's stem at last. Where it is one line of many,
        these are defaults.
        """
        if own:
            title = self.title or document.title or file.stem
            return replace(document, title=title, metadata={**document.metadata, **self.metadata})
        title = document.title or self.title
        return replace(document, title=title, metadata={**self.metadata, **document.metadata})


def read_sidecar(path: Path) -> Sidecar:
    """The sidecar in the file ``path``. Raises LoadError where it is no TOML, or its title no string."""
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LoadError(f'is not TOML ({error}); write lines such as title = "…"') from error
    title = table.pop("title", "")
    if not isinstance(title, str):
        raise LoadError(f"has the title {title!r}; put it in quotation marks")
    return Sidecar(title.strip(), {key: _plain(value) for key, value in table.items()})


def _plain(value: object) -> object:
    """The value as JSON can say it: TOML has dates, times, infinities and not-a-numbers too."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    finite = not isinstance(value, float) or abs(value) < float("inf")
    return value if finite else str(value)
