"""JSON: one document whose lines can be read alone, or a corpus of many documents as in JSON lines."""

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from index.errors import LoadError
from index.parsers.encoding import decode_bytes
from index.parsers.jsonl import parse_line, refuse_known_id
from index.parsers.records import write_value
from index.parsers.text_builder import TextBuilder
from index.types import Document, LoadProblem

NAMES = ("_id", "id", "title")


def parse_json(path: Path, id: str) -> Iterable[Document | LoadProblem]:
    """Return one document, or one for each object of a list in which all have "text" and an "_id", "id" or "title".

    A file of one value a line is read as the list of these values. Raise LoadError for what is not JSON or has no text.
    """
    text = decode_bytes(path.read_bytes())
    value = _read_value(text, LOAD_WORDS)
    if _is_corpus(value):
        return _read_corpus(text, id)
    builder = TextBuilder()
    write_value(builder, value)
    if builder.is_empty:
        raise LoadError("has no value with text; fill it or leave it out")
    title = value.get("title") if isinstance(value, dict) else None
    return [builder.build(id, title if isinstance(title, str) else "")]


def is_corpus(data: bytes) -> bool:
    """Return whether a file is a list of documents; False for what cannot be read."""
    try:
        return _is_corpus(_read_value(decode_bytes(data), LOAD_WORDS))
    except LoadError:
        return False


def _read_value(text: str, load: Callable[[str], Any]) -> Any:  # noqa: ANN401 -- JSON
    """Return the value, or the list of the values in each line."""
    try:
        return load(text)
    except (ValueError, RecursionError) as error:
        try:
            return [load(line) for line in text.split("\n") if line.strip()]
        except (ValueError, RecursionError):
            raise LoadError(f"is not JSON ({error}); export it again or leave it out") from error


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; the values of a key that occurs twice become a list, so that none is lost."""
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    values: dict[str, list[Any]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return {key: several[0] if len(several) == 1 else several for key, several in values.items()}


# Numbers are strings, as they are written.
LOAD_WORDS = partial(json.loads, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_make_object)


def _is_corpus(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and isinstance(one.get("text"), str) for one in value)
        and all(any(name in one for name in NAMES) for one in value)
    )


def _read_corpus(text: str, id: str) -> Iterator[Document | LoadProblem]:
    """Yield a document for each object, or a LoadProblem that names its number."""
    places: dict[str, str] = {}
    # Once more, because numbers are numbers in metadata.
    for number, record in enumerate(_read_value(text, json.loads), 1):
        where = f"{id}:{number}"
        yield refuse_known_id(parse_line(json.dumps(record).encode(), where), where, places)
