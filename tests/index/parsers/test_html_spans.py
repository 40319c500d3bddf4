"""HTML tables whose cells span rows and columns."""

from collections.abc import Callable

import pytest
from lxml.html import fromstring

from index.parsers.cell_copies import MAX_COPIES
from index.parsers.html_spans import repeat_spanning_cells
from index.types import Document
from tests.index.parsers.conftest import Parse

INTRODUCTION = "<p>" + "The plans of all the regions are in the table below, and they hold for a year. " * 3 + "</p>"
HEAD = "<tr><th>Region</th><th>Plan</th><th>Price</th></tr>"
Rows = Callable[[str], list[str]]


@pytest.fixture
def rows(parse: Parse) -> Rows:
    """Return what reads the lines below the first one of a table."""

    def read(table: str) -> list[str]:
        page = f"<html><body><main><h1>Plans</h1>{INTRODUCTION}<table>{table}</table></main></body></html>"
        (document,) = parse("a.html", page.encode())
        assert isinstance(document, Document)
        return document.text.split("for a year.")[-1].strip().split("\n\n")[1:]

    return read


def test_a_cell_that_spans_rows_is_in_each_of_them(rows: Rows) -> None:
    """At the beginning, in the middle and at the end of a row."""
    north = '<tr><td rowspan="2">North</td><td>Basic</td><td rowspan="2">5 EUR</td></tr><tr><td>Plus</td></tr>'
    south = '<tr><td>South</td><td rowspan="2">Full</td><td>8 EUR</td></tr><tr><td>East</td><td>9 EUR</td></tr>'
    assert rows(HEAD + north + south) == [
        "North · Plan: Basic · Price: 5 EUR",
        "North · Plan: Plus · Price: 5 EUR",
        "South · Plan: Full · Price: 8 EUR",
        "East · Plan: Full · Price: 9 EUR",
    ]


def test_a_header_over_two_columns_names_both(rows: Rows) -> None:
    """A header that is alone in its row is the title of rows, and written once."""
    head = '<tr><th>Country</th><th colspan="2">Allowance</th></tr>'
    body = "<tr><td>France</td><td>58 EUR</td><td>62 USD</td></tr>"
    assert rows(head + body) == ["France · Allowance: 58 EUR · Allowance: 62 USD"]
    assert "Europe Europe" not in " ".join(rows(head + '<tr><th colspan="3">Europe</th></tr>' + body))


def test_a_cell_over_two_columns_moves_no_other_one(rows: Rows) -> None:
    """It is written once, also where it spans rows as well."""
    assert rows(HEAD + '<tr><td colspan="2">Total</td><td>14 EUR</td></tr>') == ["Total · Price: 14 EUR"]
    both = '<tr><td colspan="2" rowspan="2">All</td><td>1 EUR</td></tr><tr><td>2 EUR</td></tr>'
    assert rows(HEAD + both) == ["All · Price: 1 EUR", "All · Price: 2 EUR"]


def test_a_short_row_does_not_end_what_spans_it(rows: Rows) -> None:
    """A row may lack its last cells."""
    table = '<tr><td>North</td><td>Basic</td><td rowspan="3">5 EUR</td></tr><tr><td>South</td></tr>'
    assert rows(HEAD + table + "<tr><td>East</td><td>Plus</td></tr>")[-1] == "East · Plan: Plus · Price: 5 EUR"


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "1.5", "٣", "99999999999999999999"])
def test_a_span_that_is_none_is_one(rows: Rows, span: str) -> None:
    """And one beyond all limits is no more."""
    assert rows(HEAD + f'<tr><td rowspan="{span}">North</td><td>Basic</td><td>5 EUR</td></tr>' + HEAD)[0].startswith(
        "North"
    )


def test_a_long_cell_is_not_repeated(rows: Rows) -> None:
    """It names no rows, and the columns beside it stay where they are."""
    long = "word " * 100
    table = f'<tr><td rowspan="2">{long}</td><td>Basic</td><td>5 EUR</td></tr><tr><td>Plus</td><td>9 EUR</td></tr>'
    assert rows(HEAD + table) == [long.strip(), "Plan: Basic · Price: 5 EUR", "Plan: Plus · Price: 9 EUR"]


def test_a_page_does_not_grow_without_bound() -> None:
    """Thousands of cells that span as many rows as they can have 20,000 copies together."""
    table = "<table>" + ("<tr>" + "<td rowspan='99'>abc</td>" * 90 + "</tr>") * 30 + "<tr></tr>" * 500 + "</table>"
    tree = fromstring(f"<html><body>{table}</body></html>")
    repeat_spanning_cells(tree)
    assert tree.text_content().count("abc") == 90 * 30 + MAX_COPIES


def test_a_table_inside_of_a_cell_has_its_own_rows(rows: Rows) -> None:
    """The spans of one do not reach into the other."""
    inner = '<table><tr><td rowspan="2">in</td><td>1</td></tr><tr><td>2</td></tr></table>'
    found = rows(
        HEAD + f'<tr><td rowspan="2">North</td><td>{inner}</td><td>5</td></tr><tr><td>Plus</td><td>9</td></tr>'
    )
    assert "North · Plan: Plus · Price: 9" in found
    assert "North · 2" not in " ".join(found)
