"""A tree of blocks becomes text."""

import pytest
from lxml.etree import fromstring

from index.parsers.html_blocks import flatten_blocks
from index.types import Document
from tests.index.parsers.conftest import Parse


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ("<p>a <hi>b</hi> c</p>", "a b c"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<lb/>b  \t c</p>", "a\nb c"),
        ("<list><item>a <list><item>b</item></list></item><item>c</item></list><p>d</p>", "a\nb\nc\n\nd"),
        (
            "<table><row><cell>a</cell><cell><p>b</p><p>c</p></cell></row><row><cell>d</cell></row></table>",
            "a · b c\n\nd",
        ),
        ("<p>use <code>x</code> here</p>", "use x here"),
        ("<p>a</p><code>b\n  c\n</code>", "a\n\nb\n  c"),
        ("a<p>b</p>c", "a\n\nb\n\nc"),
        ("<quote><p>a</p><p>b</p></quote>", "a\n\nb"),
        ("<p> </p><p/><p>a</p><p> </p>", "a"),
        ("", ""),
    ],
)
def test_separators(tree: str, text: str) -> None:
    """If two separators meet, the stronger one is written, and the text has none around it."""
    assert flatten_blocks(fromstring(f"<body>{tree}</body>")).text == text


def test_headings_have_spans_and_levels() -> None:
    """A heading is one line, whatever is inside it; one without words is left out."""
    blocks = flatten_blocks(
        fromstring('<body><head rend="h2">A\n <hi>b</hi></head><head> </head><p>x</p><head>C</head></body>')
    )
    assert [(blocks.text[h.start : h.end], h.level) for h in blocks.headings] == [("A b", 2), ("C", 1)]


TABLE = """<html><body><article><h1>Rates</h1>
<p>The daily allowance pays for meals, and it is paid for each day that a journey takes.</p>{}
<p>Nobody has to keep the receipts, because the allowance is the same for everybody.</p></article></body></html>"""


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (
            "<thead><tr><th>Country</th><th>Allowance</th></tr></thead>"
            "<tr><td>France</td><td>58.00 EUR</td></tr><tr><td>Japan</td><td><p>70.00</p><p>EUR</p></td></tr>",
            ["Country · Allowance", "France · Allowance: 58.00 EUR", "Japan · Allowance: 70.00 EUR"],
        ),
        (
            "<caption>Table 1</caption><tr><td></td><th>2024</th><th>2025</th></tr>"
            "<tr><th>France</th><td>58</td><td>60</td></tr>",
            ["Table 1", "2024 · 2025", "France · 2024: 58 · 2025: 60"],
        ),
        ("<tr><th>Name</th><td>Sana</td></tr><tr><th>Role</th><td>cook</td></tr>", ["Name · Sana", "Role · cook"]),
        (
            "<tr><th>City</th><th colspan='2'>Price</th><th>Note</th></tr>"
            "<tr><td rowspan='2'>Rome</td><td>5</td><td>6</td><td>x</td></tr><tr><td>7</td><td></td><td>y</td></tr>",
            ["City · Price · Price · Note", "Rome · Price: 5 · Price: 6 · Note: x", "Rome · Price: 7 · Note: y"],
        ),
        (
            "<caption>Rates</caption><thead><tr><th rowspan='2'>City</th><th colspan='2'>Rate</th></tr>"
            "<tr><th>by <b>day</b></th><th>night</th></tr></thead><tr><th>Rome</th><td>5</td><td>6</td></tr>",
            ["Rates", "City · Rate by day · Rate night", "Rome · Rate by day: 5 · Rate night: 6"],
        ),
        (
            "<tr><th>City</th><th>Rate</th></tr><tr><th colspan='2'>Italy</th></tr>"
            "<tr><th>Town</th><th>Price</th></tr><tr><td>Rome</td><td>5</td></tr>",
            ["City · Rate", "Italy", "Town · Rate: Price", "Rome · Rate: 5"],
        ),
        (
            "<tr><th>Only</th><th>headers</th></tr><tr><th>in</th><th>it</th></tr>",
            ["Only · headers", "in · headers: it"],
        ),
    ],
    ids=["header", "caption and years", "names of rows", "spans", "rows of headers", "headers apart", "headers alone"],
)
def test_rows_of_a_table_can_be_read_alone(parse: Parse, table: str, rows: list[str]) -> None:
    """No cell has the name of another column."""
    (page,) = parse("a.html", TABLE.format(f"<table>{table}</table>").encode())
    assert isinstance(page, Document)
    assert page.text.split("\n\n")[2:-1] == rows
