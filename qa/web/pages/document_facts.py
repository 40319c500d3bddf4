"""What the pages say of a document beside its text: format, date, languages, where it is from, and its licence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.generation.metadata import DATE, FORMAT, LANGUAGE, list_values, parse_date
from qa.collection.catalog import DocumentInfo

# Keys of the metadata, in any case; the first one that a document has counts.
ORIGIN_KEYS, LICENCE_KEYS = ("origin", "source", "url"), ("licence", "license")
CHANGE_KEYS = ("updated", "modified", "lastmod")
# What is longer is a text of its own.
MAX_CHARS = 500
# Without what may end the sentence around an address.
ADDRESS = re.compile(r"""https?://[^\s<>"]*[^\s<>".,;:)\]]""")


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a text, and the address that it links to: itself, if it is one."""

    text: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document with what its metadata say. ``date`` is ISO 8601, of its last change if that is known, or None."""

    info: DocumentInfo
    format: str
    date: str | None
    languages: Sequence[str]
    origin: Sequence[TextPiece]
    licence: Sequence[TextPiece]


def describe_document(info: DocumentInfo) -> DocumentFacts:
    """Return what can be said of a document."""
    stated = {key.lower(): value for key, value in info.metadata.items()}
    changed = parse_date(_find_text(stated, CHANGE_KEYS))
    return DocumentFacts(
        info=info,
        format=next(iter(info.fields.get(FORMAT, ())), ""),
        date=changed or next(iter(info.fields.get(DATE, ())), None),
        languages=info.fields.get(LANGUAGE, ()),
        origin=split_addresses(_find_text(stated, ORIGIN_KEYS)),
        licence=split_addresses(_find_text(stated, LICENCE_KEYS)),
    )


def split_addresses(text: str) -> list[TextPiece]:
    """Cut a text at the web addresses in it; the pieces joined are the text."""
    pieces, end = list[TextPiece](), 0
    for match in ADDRESS.finditer(text):
        pieces += [TextPiece(text[end : match.start()]), TextPiece(match[0], match[0])]
        end = match.end()
    return [piece for piece in (*pieces, TextPiece(text[end:])) if piece.text]


def _find_text(stated: Mapping[str, Any], keys: Sequence[str]) -> str:
    """Return the first value that can be shown, or nothing."""
    values = (", ".join(list_values(stated[key])) for key in keys if key in stated)
    return next((value for value in values if 0 < len(value) <= MAX_CHARS), "")
