"""Metadata as a document keeps it: values of JSON, whatever the parser of its format returned."""

from collections.abc import Mapping
from datetime import date, time
from math import isfinite
from typing import Any

from index.parsers.encoding import repair_surrogates

# Lists and objects inside each other; deeper ones are left out.
MAX_DEPTH = 100


def clean_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata that can be written as JSON in UTF-8; dates are ISO 8601, and what JSON cannot say is text."""
    return {repair_surrogates(str(key)): _clean(value, MAX_DEPTH) for key, value in metadata.items()}


def _clean(value: object, depth: int) -> object:
    if isinstance(value, str):
        return repair_surrogates(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    if not depth:
        return None
    if isinstance(value, Mapping):
        return {repair_surrogates(str(key)): _clean(one, depth - 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one, depth - 1) for one in value]
    return repair_surrogates(str(value))
