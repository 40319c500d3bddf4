"""Rows of a file, each with the place that an error names: ``FILE:LINE``."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from index.errors import UsageError
from qa.types import MAX_QUESTION_CHARS


def open_text(path: Path) -> TextIO:
    """Open a file as UTF-8 text, unpacked if its name ends in ``.gz``."""
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def read_json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object of a file of JSON lines with its place. Raises UsageError, which names it."""
    for where, line in read_lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{where} is not JSON ({error}); mend or delete the line") from error
        if not isinstance(row, dict):
            raise UsageError(f"{where} is not a JSON object; mend or delete the line")
        yield where, row


def read_lines(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each line that is not blank with its place. Raises UsageError if it cannot be read."""
    number = 0
    try:
        with open_text(path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}:{number}", line
    except (EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise UsageError(f"{path}:{number + 1} cannot be read ({error}); download or save it again") from error


def explain_unaskable(question: str) -> str | None:
    """Return why a question cannot be asked, or None."""
    length = len(question.strip())
    if not length:
        return "has an empty question; it is not asked"
    if length > MAX_QUESTION_CHARS:
        return f"has a question of {length:,} characters, and {MAX_QUESTION_CHARS:,} are the most; it is not asked"
    return None
