"""Normalised metadata: what a document says about itself, its path and its format, as fields that can be filtered.

``Document.metadata`` stays as it was written. The fields are made of it, and of the document's id.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from email.utils import parsedate
from pathlib import PurePosixPath
from typing import Any

AUTHOR, DATE, FOLDER, FORMAT, LANGUAGE, TAG, YEAR = "author", "date", "folder", "format", "language", "tag", "year"
# Every document may have them; other fields are whatever the metadata of some document has.
STANDARD_FIELDS = (AUTHOR, DATE, FOLDER, FORMAT, LANGUAGE, TAG, YEAR)
# Other names of the same field. Hugo, Jekyll, Pandoc and Office files differ here.
ALIASES = {"tags": TAG, "keywords": TAG, "authors": AUTHOR, "lang": LANGUAGE}
# The first of these that is a date is the date of the document.
DATE_KEYS = (DATE, "published", "created", "updated", "modified", "lastmod", YEAR)
# A document without folders around it is in this one, as POSIX names it.
TOP_FOLDER = "."

# What is longer is a text and no value to choose. The other bounds keep one document from filling the index.
MAX_VALUE_CHARS, MAX_VALUES, MAX_FIELDS = 200, 100, 100

# ISO 8601 down to the day, or with fewer parts; a time may follow.
ISO_DATE = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})(?:\2(\d{1,2}))?)?(?:[T ].*)?|(\d{4})(\d\d)(\d\d)(?:T.*)?", re.DOTALL)
LANGUAGE_TAG = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)
# Ends the id of a line that has none of its own.
LINE_NUMBER = re.compile(r":\d+$")

# The values of each field, in the order in which the document has them.
Fields = Mapping[str, tuple[str, ...]]


def normalize_metadata(id: str, metadata: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the fields of a document, sorted by name; those without a value are left out.

    ``folder`` and ``format`` are read from the id, ``language`` is a code such as "en", ``date`` is ISO 8601 with the
    parts that are known, ``tag`` and ``author`` have several values. Values that differ only in case are one.
    """
    named: dict[str, list[str]] = {}
    for name, value in metadata.items():
        field = find_field(name)
        named.setdefault(field, []).extend(_split_names(field, list_values(_unwrap_names(field, value))))
    others = [name for name in named if name not in STANDARD_FIELDS and 0 < len(name) <= MAX_VALUE_CHARS]
    fields = {name: named[name] for name in others[:MAX_FIELDS]}
    fields |= {AUTHOR: named.get(AUTHOR, []), TAG: named.get(TAG, [])}
    fields[LANGUAGE] = [_find_language(value) for value in named.get(LANGUAGE, [])]
    fields |= _find_place(id, named) | _find_date(named)
    return {name: values for name in sorted(fields) if (values := _drop_repeats(fields[name]))}


def find_field(name: str) -> str:
    """Return the field that a key of the metadata, or of a filter, means."""
    name = " ".join(name.split())
    return ALIASES.get(name.lower(), name.lower() if name.lower() in STANDARD_FIELDS else name)


def list_values(value: object) -> list[str]:
    """Return a value, or each of a list, as text: numbers and truth values as in JSON; objects have none."""
    if isinstance(value, list | tuple):
        return [text for one in value if not isinstance(one, list | tuple) for text in list_values(one)]
    if isinstance(value, str):
        return [text] if (text := " ".join(value.split())) else []
    return [json.dumps(value)] if isinstance(value, int | float) else []


def fold_value(value: str) -> str:
    """Return the form in which two values are compared."""
    return " ".join(value.split()).casefold()


def parse_date(text: str) -> str | None:
    """Return the ISO form of a date, "2025-01-31", "2025-01" or "2025", or None if the text does not begin with one.

    Other than ISO 8601, the dates of e-mails are understood (RFC 5322).
    """
    if len(text) > MAX_VALUE_CHARS:
        return None
    match = ISO_DATE.fullmatch(text.strip())
    if match:
        year, _, month, day, *compact = match.groups()
        parts = [int(part) for part in (compact if compact[0] else (year, month, day)) if part]
    else:
        # It fails on some texts that are no dates.
        try:
            parts = list((parsedate(text) or ())[:3])
        except (ValueError, IndexError, TypeError):
            parts = []
    try:
        date(*[*parts, 1, 1][:3])
    except (ValueError, TypeError, OverflowError):
        return None
    return "-".join([f"{parts[0]:04}", *(f"{part:02}" for part in parts[1:])]) if parts else None


def number_date(day: str, latest: bool = False) -> int:
    """Return an ISO date as a number that sorts by time, such as 20250131.

    If the month or the day is missing, it is the first one, or the last one if ``latest`` is true.
    """
    parts = [int(part) for part in day.split("-")]
    # No month has more days; as numbers are only compared, it need not exist.
    missing = (12, 31) if latest else (1, 1)
    year, month, day_of_month = (*parts, *missing[len(parts) - 1 :])
    return year * 10_000 + month * 100 + day_of_month


def _unwrap_names(field: str, value: object) -> object:
    """Return the names of authors that are objects, as Quarto and Jekyll have them: ``{name: …, email: …}``."""
    if field != AUTHOR:
        return value
    values = value if isinstance(value, list) else [value]
    return [one.get("name") if isinstance(one, Mapping) else one for one in values]


def _split_names(field: str, values: Iterable[str]) -> Iterator[str]:
    """Yield the tags in "a, b" and the authors in "A; B": a comma may be part of a name."""
    separators = {TAG: r"[,;]", AUTHOR: ";"}.get(field)
    for value in values:
        parts = re.split(separators, value) if separators else [value]
        yield from (part.strip() for part in parts if part.strip())


def _find_language(value: str) -> str:
    """Return "en" of "en-GB"; anything but a code stays as it is."""
    match = LANGUAGE_TAG.fullmatch(value)
    return match[1].lower() if match else value


def _find_place(id: str, named: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return folder and format, as the id says them; what it does not say may be in the metadata."""
    # Late: who only serves an index needs no parser.
    from index.parsers import find_extension

    path = PurePosixPath(LINE_NUMBER.sub("", id))
    extension, folder = find_extension(path.name), path.parent.as_posix()
    stated = named.get(FOLDER, []) if folder == TOP_FOLDER else []
    return {
        FOLDER: [one.strip("/") or TOP_FOLDER for one in stated[:1]] or [folder],
        FORMAT: [extension.removeprefix(".")] if extension else named.get(FORMAT, []),
    }


def _find_date(named: Mapping[str, list[str]]) -> dict[str, list[str]]:
    days = (parse_date(value) for key in DATE_KEYS for value in named.get(key, []))
    day = next(filter(None, days), None)
    return {DATE: [day] if day else [], YEAR: named.get(YEAR, []) or ([day[:4]] if day else [])}


def _drop_repeats(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values that can be filtered by, each once, in order."""
    distinct: dict[str, str] = {}
    for value in values:
        if len(value) <= MAX_VALUE_CHARS:
            distinct.setdefault(fold_value(value), value)
    return tuple(distinct.values())[:MAX_VALUES]
