"""Checks of what is sent, before anything is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_type_hints
from unicodedata import category

from qa.client.options import Conditions, InCollection


def check_timeout(limit: int | None, field: str) -> int | None:
    """Return the time in milliseconds that the server is given. Raises TypeError if it is no number."""
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float)):
        raise TypeError(f"invalid value {limit!r} for {field}: must be a number of milliseconds, such as 5000, or None")
    return limit


def read_bytes(file: bytes | Path) -> bytes:
    """Return the content of a file. Raises TypeError for a string, which may be a path or a text."""
    if isinstance(file, Path):
        return file.read_bytes()
    if not isinstance(file, bytes):
        raise TypeError(f"invalid file {file!r}: must be bytes or a pathlib.Path")
    return file


def check_file_name(id: str) -> str:
    """Return the id of a document that is sent as a file name. Raises ValueError for one that would change."""
    # In multipart/form-data %22 stands for a quotation mark, and control characters are escaped.
    if "%22" in id or any(category(character) == "Cc" for character in id):
        raise ValueError(f"invalid file name {id!r}: must not hold %22 or control characters; use upload_document")
    return id


def name_collection(place: InCollection) -> dict[str, str]:
    """Return the parameter that names the collection, if there is one. Raises TypeError for any other name."""
    return check_names(place, InCollection)


def check_names(given: Mapping[str, Any], known: type) -> dict[str, Any]:
    """Return what was given by name. Raises TypeError for a name that the type ``known`` does not have."""
    names = get_type_hints(known)
    for name in given.keys() - names.keys():
        raise TypeError(f"unknown argument {name!r}: must be {' or '.join(sorted(names))}")
    return dict(given)


def format_conditions(conditions: Conditions) -> dict[str, str]:
    """Return the conditions as headers, a sha256 as an entity tag (RFC 9110, 8.8.3). Raises TypeError."""
    # One that is not sent would let the write replace what it should have kept.
    for name in conditions.keys() - Conditions.__annotations__.keys():
        raise TypeError(f"unknown condition {name!r}: must be if_match or if_none_match")
    named = {"If-Match": conditions.get("if_match"), "If-None-Match": conditions.get("if_none_match")}
    return {name: value if value == "*" else f'"{value}"' for name, value in named.items() if value is not None}
