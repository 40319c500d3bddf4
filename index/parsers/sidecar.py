"""``NAME.EXT.toml`` beside ``NAME.EXT``: what its author knows about a file that the file does not say."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from math import isfinite
from pathlib import Path
from typing import Any

from index.errors import LoadError
from index.parsers.encoding import unify_newlines
from index.types import Document

SIDECAR_EXTENSION = ".toml"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A title and any other keys, such as ``origin``, ``licence`` and ``language``.

    ``searchable_fields``: those that are searched, too, in each line of a ``.jsonl`` file.
    """

    title: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    searchable_fields: tuple[str, ...] = ()

    def apply_to(self, document: Document, file: Path, own: bool) -> Document:
        """Return the document with the title and metadata of the sidecar.

        If the document is the file's ``own``, the sidecar overrides what the format says, and the last
        resort for a title is the file's stem. If it is one line of many, the sidecar gives defaults, and the fields of
        the line that are searchable become paragraphs after its text.
        """
        if own:
            title = self.title or document.title or file.stem
            return replace(document, title=title, metadata={**document.metadata, **self.metadata})
        title = document.title or self.title
        fields = [(name, _to_words(document.metadata.get(name))) for name in self.searchable_fields]
        text = "\n\n".join([document.text, *(f"{name}: {words}" for name, words in fields if words)])
        return replace(document, text=text, title=title, metadata={**self.metadata, **document.metadata})


def read_sidecar(path: Path) -> Sidecar:
    """Read a sidecar, or raise LoadError if it is not TOML or its title is not a string."""
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LoadError(f'is not TOML ({error}); write lines such as title = "…"') from error
    title = table.pop("title", "")
    if not isinstance(title, str):
        raise LoadError(f"has the invalid title {title!r}: must be in quotation marks")
    fields = table.pop("searchable_fields", [])
    if not isinstance(fields, list) or not all(isinstance(name, str) for name in fields):
        raise LoadError(f'has the invalid searchable_fields {fields!r}: must be a list such as ["abstract", "author"]')
    metadata = {key: _to_json_value(value) for key, value in table.items()}
    return Sidecar(title.strip(), metadata, tuple(fields))


def _to_words(value: object) -> str:
    """Return a text, number or list of these as text; empty for anything else."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_to_words, value)))
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return unify_newlines(str(value)).strip() if is_plain else ""


def _to_json_value(value: object) -> object:
    """Return the value as JSON can express it: TOML has dates, times, infinities and not-a-numbers too."""
    if isinstance(value, dict):
        return {key: _to_json_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_json_value(item) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, float) and not isfinite(value) else value
