"""JSON lines: each line is a document, as in a BEIR corpus; ``.gz`` is unpacked while reading.

The file is streamed, never held in memory as a whole. It must be UTF-8, as JSON is.
"""

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from index.errors import LoadError
from index.parsers.encoding import unify_newlines
from index.types import Document, LoadProblem

# Without a limit, a small compressed file could fill the memory.
MAX_LINE_BYTES = 64_000_000
# Lists and objects inside each other, far below the depth at which Python refuses to copy or to write them.
MAX_DEPTH = 100

# Only an escape can bring in a surrogate: the line itself is valid UTF-8.
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# All other keys are metadata.
KNOWN_KEYS = ("_id", "id", "title", "text")


def parse_jsonl(path: Path, id: str) -> Iterator[Document | LoadProblem]:
    """Yield a document for each line, or a LoadProblem that names the line; empty lines are skipped.

    Raise LoadError if the rest of the file cannot be unpacked, and for UTF-16.
    """
    places: dict[str, str] = {}
    try:
        with _open_stream(path) as stream:
            for number, line in enumerate(_read_lines(stream), start=1):
                if line.strip():
                    where = f"{id}:{number}"
                    yield refuse_known_id(parse_line(line, where), where, places)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LoadError(f"cannot be decompressed to its end ({error}); download or compress it again") from error


def refuse_known_id(item: Document | LoadProblem, where: str, places: dict[str, str]) -> Document | LoadProblem:
    """Return the item, or a problem if an earlier line has its id; ``places`` is updated."""
    if isinstance(item, LoadProblem) or places.setdefault(item.id, where) == where:
        return item
    return LoadProblem(where, f"the document id {item.id!r} is already used in {places[item.id]}; give each its own")


def _open_stream(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def _read_lines(stream: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    """Yield each line without a leading byte-order mark, and one byte over the limit of a line that is too long."""
    line = stream.readline(MAX_LINE_BYTES + 1)
    if line.startswith(WIDE_MARKS):
        raise LoadError("is UTF-16 or UTF-32, and JSON lines must be UTF-8; save it again as UTF-8")
    line = line.removeprefix(codecs.BOM_UTF8)
    while line:
        yield line
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES + 1)
        line = stream.readline(MAX_LINE_BYTES + 1)


def parse_line(line: bytes, where: str) -> Document | LoadProblem:
    """Return the document in a line, or the reason why there is none; ``where`` is its id if it has none."""
    try:
        record = _parse_record(line)
        return Document(
            id=_read_id(record) or where,
            text=_read_text(record),
            title=_read_title(record),
            metadata={key: value for key, value in record.items() if key not in KNOWN_KEYS},
        )
    except LoadError as error:
        return LoadProblem(where, str(error))


def _parse_record(line: bytes) -> dict[str, Any]:
    """Return the JSON object in a line, or raise LoadError."""
    if len(line) > MAX_LINE_BYTES:
        raise LoadError(f"is longer than {MAX_LINE_BYTES:,} bytes; split it into several documents")
    try:
        source = line.decode("utf-8")
        record = json.loads(source, parse_constant=_refuse_constant)
        if SURROGATE.search(source):
            json.dumps(record, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise LoadError(f"is not UTF-8 ({error.reason} at byte {error.start}); save it again as UTF-8") from error
    except UnicodeEncodeError as error:
        raise LoadError("contains half of a surrogate pair, which is not a character; remove the escape") from error
    except (ValueError, RecursionError) as error:
        raise LoadError(f"is not one JSON value ({error}); write one object per line") from error
    if not isinstance(record, dict):
        raise LoadError(f"is a JSON {type(record).__name__}, not an object; write one object per line")
    if _is_deeper(record, MAX_DEPTH):
        raise LoadError(f"is nested more than {MAX_DEPTH} levels deep; flatten it or leave that field out")
    return record


def _is_deeper(value: object, levels: int) -> bool:
    """Return whether lists and objects are nested more than ``levels`` deep."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(one, levels - 1) for one in inside)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read_id(record: dict[str, Any]) -> str:
    """Return ``_id`` or else ``id``; empty if the line has neither."""
    value = next((record[key] for key in ("_id", "id") if record.get(key) not in (None, "")), "")
    # bool is a subclass of int in Python, but True is not an id.
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise LoadError(f"has the invalid id {value!r}: must be a string or an integer")
    return str(value)


def _read_title(record: dict[str, Any]) -> str:
    title = record.get("title")
    if title is not None and not isinstance(title, str):
        raise LoadError(f"has the invalid title {title!r}: must be a string")
    return title or ""


def _read_text(record: dict[str, Any]) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise LoadError('has no "text" or one that is not a string; write {"_id": …, "title": …, "text": …}')
    if not text.strip():
        raise LoadError('has an empty "text"; fill it or remove the line')
    return unify_newlines(text)
