"""Jupyter notebooks of several versions."""

import json
from typing import Any

import pytest

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Parse
from tests.index.parsers.samples import FILES


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


def test_tables_of_pandas_are_rows(parse: Parse) -> None:
    """As Jupyter and pandas write them: each can be read alone, two rows of headers are one, and none is there twice."""
    (notebook,) = parse("a.ipynb", (FILES / "notebook" / "pandas.ipynb").read_bytes())
    assert isinstance(notebook, Document)
    blocks = notebook.text.split("\n\n")
    for rows in (
        [
            "city · hotel · price",
            "0 · city: Rome · hotel: Inn · price: 58.0",
            "1 · city: Oslo · hotel: Nord · price: 120.5",
        ],
        ["city · price min · price max", "Oslo · price min: 120.5 · price max: 120.5"],
        ["city · price", "Oslo · price: 120.5", "Rome · price: 66.5"],
        ["city · hotel · price", "Rome · hotel: Inn · price: 58.0", "Oslo · hotel: Nord · price: 120.5"],
    ):
        assert any(blocks[at : at + len(rows)] == rows for at in range(len(blocks)))
    assert notebook.text.count("Nord") == 3
    assert "0     58.0\n1    120.5\n2     75.0\nName: price, dtype: float64" in blocks
    assert blocks.count("All prices are before tax.") == blocks.count("**Paid** in EUR.") == 1


def test_the_best_form_of_a_result_is_read(parse: Parse) -> None:
    """Markdown before a table in HTML, that before plain text, and that before HTML without one; never two."""
    table = "<table><tr><th>city</th><th>price</th></tr><tr><td>Rome</td><td>5</td></tr></table>"
    given = {"text/markdown": "**m**", "text/html": table, "text/plain": ["plain"]}
    rows = "city · price\n\nRome · price: 5"
    for left_out, text in (((), "**m**"), (("text/markdown",), rows), (("text/markdown", "text/html"), "plain")):
        data = {kind: words for kind, words in given.items() if kind not in left_out}
        assert document(parse, code("", {"output_type": "display_data", "data": data})).text == text
    page = "<p>Only <b>this</b>.</p><script>var secret</script>"
    for plain, text in (("words", "words"), ("<IPython.core.display.HTML object>", "Only this.")):
        data = {"text/html": [page], "text/plain": [plain]}
        assert document(parse, code("", {"output_type": "execute_result", "data": data})).text == text
    old = {"output_type": "pyout", "html": [table], "text": ["  city"]}
    assert document(parse, code("", old)).text == rows


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<table>",
        "<table><tr><td rowspan='99999'>",
        "<i>" * 5000,
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "\0",
        7,
    ],
)
def test_damaged_html_costs_nothing(parse: Parse, page: object) -> None:
    """The plain form is read, and a page that is far too long is not even parsed."""
    for html in (page, f"{page}{'<td>x' * 500_000}"):
        output = {"output_type": "execute_result", "data": {"text/html": html, "text/plain": "plain"}}
        assert document(parse, code("x", output)).text == "x\n\nplain"


def test_a_picture_inside_the_text_is_left_out(parse: Parse) -> None:
    """Its letters are not words."""
    text = document(parse, markdown("See ![plan](data:image/png;base64,iVBORw0KGgo=) here.")).text
    assert text == "See ![plan]() here."


def test_a_large_picture_inside_html_does_not_cost_its_words(parse: Parse) -> None:
    """A page is too long only by what is not a picture."""
    page = f"<img src='data:image/png;base64,{'A' * 2_000_000}'><p>Sales by month</p>"
    output = {"output_type": "display_data", "data": {"text/html": page}}
    assert document(parse, code("x", output)).text == "x\n\nSales by month"


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
