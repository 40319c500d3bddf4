"""Jupyter notebooks of several versions."""

import json
from typing import Any

import pytest

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Parse


def markdown(*lines: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": list(lines)}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": source, "outputs": list(outputs)}


def document(parse: Parse, *cells: dict[str, Any], **metadata: object) -> Document:
    """The document of a notebook of version 4."""
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)}
    (item,) = parse("a.ipynb", json.dumps(notebook).encode())
    assert isinstance(item, Document)
    return item


def test_cells_are_places(parse: Parse) -> None:
    """Numbered as they are in the notebook; an empty one counts and has no place."""
    notebook = document(parse, markdown("# Walks\n", "\n", "One."), code(""), code("x = 1\nif x:\n    print(x)"))
    assert notebook.text == "Walks\n\nOne.\n\nx = 1\nif x:\n    print(x)"
    assert [(one.start, one.name) for one in notebook.places] == [(0, "cell 1"), (13, "cell 3")]


def test_headings_have_no_marks(parse: Parse) -> None:
    """In either style and with emphasis; a comment in code is no heading, and the first of level 1 is the title."""
    notebook = document(
        parse,
        markdown("## Small *one* ##\n", "words\n", "\n", "Big\n", "===\n", "```\n", "# no\n", "```"),
        code("# no"),
    )
    shown = [(notebook.text[one.start : one.end], one.level) for one in notebook.headings]
    assert shown == [("Small one", 2), ("Big", 1)]
    assert notebook.title == "Big"
    assert "words" in notebook.text
    assert "```\n# no\n```" in notebook.text


def test_results_that_are_text_are_kept(parse: Parse) -> None:
    """What was printed, returned or raised, without the colours of a terminal; pictures and their stand-ins go."""
    printed = {"output_type": "stream", "name": "stdout", "text": ["\x1b[31mred\x1b[0m\n", "line\n"]}
    table = {"output_type": "execute_result", "data": {"text/html": ["<table/>"], "text/plain": ["  city\n", "0 Rome"]}}
    picture = {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": ["<Figure at 0x7f00>"]}}
    error = {"output_type": "error", "ename": "ValueError", "evalue": "no such city", "traceback": ["\x1b[0;31m---"]}
    text = document(parse, code("show()", printed, table, picture, error)).text
    assert text == "show()\n\nred\nline\n\n  city\n0 Rome\n\nValueError: no such city"


def test_a_picture_inside_the_text_is_left_out(parse: Parse) -> None:
    """Its letters are not words."""
    text = document(parse, markdown("See ![plan](data:image/png;base64,iVBORw0KGgo=) here.")).text
    assert text == "See ![plan]() here."


def test_title_and_authors_of_the_notebook(parse: Parse) -> None:
    """Outrank the first heading."""
    notebook = document(parse, markdown("# Other"), title="Walks", authors=[{"name": "Sana"}, {"name": "Ben"}])
    assert (notebook.title, notebook.metadata) == ("Walks", {"author": "Sana, Ben"})


def test_a_notebook_of_version_3_is_read(parse: Parse) -> None:
    """With worksheets, heading cells, "input", and lines without line ends."""
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["Walks"]},
        {"cell_type": "markdown", "source": ["one", "two"]},
        {"cell_type": "code", "input": ["x = 1"], "outputs": [{"output_type": "pyout", "text": ["1"]}]},
    ]
    source = json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]})
    (item,) = parse("a.ipynb", source.encode())
    assert isinstance(item, Document)
    assert (item.text, item.title) == ("Walks\n\none\ntwo\n\nx = 1\n\n1", "Walks")


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "is not a notebook"),
        ('{"cells": [', "is not a notebook"),
        ("[]", 'no "cells"'),
        ('{"metadata": {}}', 'no "cells"'),
        ('{"cells": []}', "has no cell with text"),
        ('{"cells": [7, null, {"source": 7}, {"outputs": {"a": 1}}], "metadata": 7}', "has no cell with text"),
        ("[" * 100_000, "is not a notebook"),
    ],
)
def test_what_is_no_notebook_is_refused(parse: Parse, source: str, reason: str) -> None:
    """Damaged, hostile and empty files; the message says why."""
    with pytest.raises(LoadError, match=reason):
        parse("a.ipynb", source.encode())
