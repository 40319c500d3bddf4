"""Checks of what is sent, before anything is."""

from pathlib import Path
from unicodedata import category


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
