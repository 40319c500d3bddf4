"""Jupyter notebooks: text, code and results cell by cell; passages are named by cell.

A result that has several forms is read in one of them: Markdown, or else HTML with a table of data, as pandas makes it,
or else plain text, or else any HTML.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from index.errors import LoadError
from index.parsers.encoding import decode_bytes
from index.parsers.markdown import find_headings
from index.parsers.markup.blocks import add_markup
from index.parsers.markup.tables import has_data_table
from index.parsers.markup.tree import parse_markup
from index.parsers.text_builder import TextBuilder
from index.types import Document

# Pictures inside text, megabytes of letters that nobody reads.
DATA_URL = re.compile(r"data:[\w.+/-]*;base64,[\w+/=\s]+")
# Colours of a terminal.
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
# What stands for a picture or a page: "<IPython.core.display.Image object>".
NAMELESS = re.compile(r"<[\w.]+(?: object)?(?: at 0x[0-9a-f]+)?>")
# A longer page is no result that somebody reads: it draws something, with megabytes of data.
MAX_HTML_CHARS = 2_000_000


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
            for output in _get_list(cell, "outputs"):
                _add_output(builder, output)
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


def _add_output(builder: TextBuilder, output: Mapping[str, Any]) -> None:
    """Add what a cell has printed, returned or raised, in the form that is read best."""
    if output.get("output_type") in ("error", "pyerr"):
        builder.add_code(_clean(f"{output.get('ename', '')}: {output.get('evalue', '')}"))
        return
    # Until version 3 of the format the types are keys of the output itself, with names such as "text".
    data = _get_object(output, "data")
    markdown, plain = _clean(data.get("text/markdown")), _clean(data.get("text/plain", output.get("text")))
    page = DATA_URL.sub("", _join(data.get("text/html", output.get("html"))))
    root = parse_markup(page) if page and len(page) <= MAX_HTML_CHARS and not markdown else None
    if root is not None and (not plain or has_data_table(root)):
        add_markup(builder, root)
    else:
        builder.add_code(markdown or plain)


def _clean(given: object) -> str:
    """Return a stored text without colours; nothing for one that only stands for a picture or a page."""
    words = ESCAPES.sub("", _join(given))
    return "" if not words.strip() or NAMELESS.fullmatch(words.strip()) else words


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
