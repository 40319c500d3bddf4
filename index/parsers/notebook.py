"""Jupyter notebooks: text, code and printed results cell by cell; passages are named by cell."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import LoadError
from index.parsers.encoding import decode_bytes
from index.parsers.markdown import find_headings
from index.parsers.text_builder import TextBuilder
from index.types import Document

# Pictures inside text, megabytes of letters that nobody reads.
DATA_URL = re.compile(r"data:[\w.+/-]*;base64,[\w+/=\s]+")
# Colours of a terminal.
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
# What stands for a picture or a page: "<IPython.core.display.Image object>".
NAMELESS = re.compile(r"<[\w.]+(?: object)?(?: at 0x[0-9a-f]+)?>")
# Only the plain form of a result is text that is read; this one is text too.
RESULT_TYPES = ("text/markdown", "text/plain")


def parse_notebook(path: Path, id: str) -> list[Document]:
    """Return one document; its title is that of the notebook, or else the first level-1 heading.

    Raise LoadError for what is not a notebook, and for one without text.
    """
    notebook = _read_notebook(decode_bytes(path.read_bytes()))
    builder, first_title = TextBuilder(), ""
    for number, cell in enumerate(_iterate_cells(notebook), 1):
        builder.begin_place(f"cell {number}")
        if cell.get("cell_type") == "markdown":
            heading = _add_markdown(builder, _read_source(cell))
            first_title = first_title or heading
        elif cell.get("cell_type") == "heading":  # until version 3 of the format
            first_title = first_title or _read_source(cell)
            builder.add_heading(_read_source(cell), _to_level(cell.get("level")))
        else:
            builder.add_code(_read_source(cell))
            for words in _read_outputs(cell):
                builder.add_code(words)
    if builder.is_empty:
        raise LoadError("has no cell with text; fill it or leave it out")
    own = _get_object(notebook, "metadata")
    title = own.get("title")
    authors = [one["name"] for one in _get_list(own, "authors") if isinstance(one.get("name"), str)]
    metadata = {"author": ", ".join(authors)} if authors else {}
    return [builder.build(id, title if isinstance(title, str) else first_title, metadata)]


def _read_notebook(text: str) -> Mapping[str, Any]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LoadError(f"is not a notebook ({error}); save it again in Jupyter or leave it out") from error
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        raise LoadError('is not a notebook, because it has no "cells"; save it again in Jupyter or leave it out')
    return notebook


def _iterate_cells(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from _get_list(notebook, "cells")
    for sheet in _get_list(notebook, "worksheets"):
        yield from _get_list(sheet, "cells")


def _add_markdown(builder: TextBuilder, source: str) -> str:
    """Add the text of a cell, and return the words of its first heading of level 1."""
    headings, title = find_headings(source)
    cursor = 0
    for heading in headings:
        builder.add_code(source[cursor : heading.start])
        builder.add_heading(heading.words or source[heading.start : heading.end], heading.level)
        cursor = heading.end
    builder.add_code(source[cursor:])
    return title


def _read_outputs(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a cell has printed, returned or raised, in order."""
    for output in _get_list(cell, "outputs"):
        # Until version 3 of the format the types are keys of the output itself, with names such as "text".
        data = _get_object(output, "data")
        given = next((data[kind] for kind in RESULT_TYPES if kind in data), output.get("text"))
        if output.get("output_type") in ("error", "pyerr"):
            given = f"{output.get('ename', '')}: {output.get('evalue', '')}"
        words = ESCAPES.sub("", _join(given))
        if not NAMELESS.fullmatch(words.strip()):
            yield words


def _read_source(cell: Mapping[str, Any]) -> str:
    return DATA_URL.sub("", _join(cell.get("source", cell.get("input"))))


def _join(lines: object) -> str:
    """Return a text that is stored whole or as a list of lines, which the oldest notebooks have without line ends."""
    if isinstance(lines, list):
        texts = [line for line in lines if isinstance(line, str)]
        return ("" if any(line.endswith("\n") for line in texts[:-1]) else "\n").join(texts)
    return lines if isinstance(lines, str) else ""


def _get_object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inside = value.get(key)
    return inside if isinstance(inside, dict) else {}


def _get_list(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return the objects in a list; whatever else a damaged file has there is left out."""
    inside = value.get(key)
    return [one for one in inside if isinstance(one, dict)] if isinstance(inside, list) else []


def _to_level(value: object) -> int:
    return value if isinstance(value, int) and 1 <= value <= 6 else 1
