"""Tables of DocBook 5 and 4.5, in both of its models."""

from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.parsers.cell_copies import MAX_COLUMNS, MAX_COPIES
from index.types import Document
from tests.index.parsers.conftest import Parse

DOCBOOK_5 = """<?xml version="1.0" encoding="utf-8"?>
<article xmlns="http://docbook.org/ns/docbook" version="5.0"><info><title>Travel</title></info>
<section><info><title>Allowances</title></info><para>Rates of 2026:</para>
<table frame="all"><title>Rates by country</title><tgroup cols="3">
<colspec colname="c1"/><colspec colname="c2"/><colspec colname="c3"/>
<thead><row><entry morerows="1">Country</entry><entry namest="c2" nameend="c3">Allowance</entry></row>
<row><entry>day</entry><entry>night</entry></row></thead>
<tfoot><row><entry namest="c1" nameend="c2">Source</entry><entry>Finance</entry></row></tfoot>
<tbody><row><entry><para>France</para><para>(mainland)</para></entry><entry>58 EUR</entry><entry>140 EUR</entry></row>
<row><entry morerows="1">Italy</entry><entry>45 EUR</entry><entry>120 EUR</entry></row>
<row><entry colname="c3"><emphasis>150</emphasis> EUR in Rome</entry></row></tbody></tgroup></table>
<para>All are before tax.</para></section></article>
"""
DOCBOOK_45 = """<?xml version="1.0"?>
<!DOCTYPE article PUBLIC "-//OASIS//DTD DocBook XML V4.5//EN" "http://www.oasis-open.org/docbook/xml/4.5/docbookx.dtd">
<article><title>Ports</title><section><title>Defaults</title>
<para>These are open: <informaltable><tgroup cols="2"><tbody>
<row><entry>Service</entry><entry>Port</entry></row><row><entry>http</entry><entry>8000</entry></row>
<row><entry>metrics</entry><entry>9000&nbsp;(TCP)</entry></row></tbody></tgroup></informaltable> No others.</para>
<informaltable><thead><tr><th>Name</th><th>Value</th></tr></thead>
<tbody><tr><td rowspan="2">ttl</td><td>60</td></tr><tr><td>90</td></tr></tbody></informaltable></section></article>
"""
AGES = [("Name", "Age"), ("Ann", "3"), ("Bob", "3")]


def document(parse: Parse, source: str) -> Document:
    """The one document of a file."""
    (item,) = parse("a.xml", source.encode())
    assert isinstance(item, Document)
    return item


def rows(parse: Parse, inside: str, specification: str = "") -> list[str]:
    """The lines of a DocBook table."""
    source = f"<informaltable><tgroup cols='3'>{specification}{inside}</tgroup></informaltable>"
    return document(parse, f"<article>{source}</article>").text.split("\n\n")


def test_each_row_can_be_read_alone(parse: Parse) -> None:
    """In DocBook 5: two rows of headers are one, a cell that spans rows is in each, and the foot comes last."""
    article = document(parse, DOCBOOK_5)
    assert article.text == (
        "info · title: Travel\n\nAllowances\n\nRates of 2026:\n\nRates by country\n\n"
        "Country · Allowance day · Allowance night\n\n"
        "France (mainland) · Allowance day: 58 EUR · Allowance night: 140 EUR\n\n"
        "Italy · Allowance day: 45 EUR · Allowance night: 120 EUR\n\n"
        "Italy · Allowance night: 150 EUR in Rome\n\n"
        "Source · Allowance night: Finance\n\n"
        "All are before tax."
    )


def test_the_title_of_a_section_is_a_heading(parse: Parse) -> None:
    """Also if it is in its ``info``; that of a table is none, because what follows the table is not about it."""
    article = document(parse, DOCBOOK_5)
    assert [(article.text[one.start : one.end], one.level) for one in article.headings] == [("Allowances", 1)]
    assert article.title == "Travel"
    more = "<section><sectioninfo><title>Deep</title><date>2024</date></sectioninfo><para>x</para></section>"
    found = document(parse, f"<book><chapter><title>One</title>{more}</chapter></book>")
    assert [(found.text[one.start : one.end], one.level) for one in found.headings] == [("One", 1), ("Deep", 2)]
    assert "2024" in found.text


def test_words_beside_the_title_in_an_info_are_not_lost(parse: Parse) -> None:
    """Data of other kinds may have such a name."""
    mixed = "<section><userinfo>before <title>Ann</title> after</userinfo></section>"
    assert document(parse, f"<article><para>x</para>{mixed}</article>").text.split() == ["x", "before", "Ann", "after"]


def test_tables_of_both_models_in_docbook_4(parse: Parse) -> None:
    """One inside a paragraph without marked headers, and one of HTML."""
    article = document(parse, DOCBOOK_45)
    assert article.text == (
        "Ports\n\nDefaults\n\nThese are open:\n\nService · Port\n\nhttp · Port: 8000\n\nmetrics · Port: 9000 (TCP)\n\n"
        "No others.\n\nName · Value\n\nttl · Value: 60\n\nttl · Value: 90"
    )


def test_a_span_with_a_name_and_the_number_of_a_column(parse: Parse) -> None:
    """``spanspec`` and ``colnum`` are followed, and what names no column is in the next one."""
    specification = (
        '<colspec colname="a"/><colspec colname="b" colnum="2"/><colspec colname="c" colnum="3"/>'
        '<spanspec spanname="both" namest="b" nameend="c"/>'
    )
    head = '<thead><row><entry>Level</entry><entry spanname="both">Guard</entry></row></thead>'
    body = '<tbody><row><entry>First</entry><entry colname="c">Sana</entry></row>'
    body += '<row><entry>Second</entry><entry spanname="gone">Ben</entry><entry>Ada</entry></row></tbody>'
    assert rows(parse, head + body, specification) == [
        "Level · Guard · Guard",
        "First · Guard: Sana",
        "Second · Guard: Ben · Guard: Ada",
    ]


def test_a_title_over_all_columns_is_written_once(parse: Parse) -> None:
    """Before the headers, and not in front of each cell."""
    columns = '<colspec colname="a"/><colspec colname="b"/>'
    head = '<thead><row><entry namest="a" nameend="b">Europe</entry></row><row><entry>City</entry><entry>Price</entry>'
    body = "</row></thead><tbody><row><entry>Rome</entry><entry>45</entry></row></tbody>"
    assert rows(parse, head + body, columns) == ["Europe", "City · Price", "Rome · Price: 45"]


def test_rows_that_are_all_marked_as_headers_stay_rows(parse: Parse) -> None:
    """Of one header no reader could tell which cells belong together, and equal cells would be one."""
    rows_of_head = "".join(f"<row><entry>{name}</entry><entry>{age}</entry></row>" for name, age in AGES)
    assert rows(parse, f"<thead>{rows_of_head}</thead>") == ["Name · Age", "Ann · Age: 3", "Bob · Age: 3"]


def test_long_headers_are_not_repeated_in_each_row(parse: Parse) -> None:
    """A file of a few kilobytes would become megabytes of text."""
    head = f"<thead><row><entry>{'long ' * 2000}</entry><entry>b</entry></row></thead>"
    found = rows(parse, f"{head}<tbody>{'<row><entry>1</entry><entry>2</entry></row>' * 1000}</tbody>")
    assert sum(map(len, found)) < 30_000
    assert found[-1] == "1 · 2"


@pytest.mark.parametrize("span", ["-1", "x", "", "1.5", "٣x", "99999999999999999999"])
def test_a_span_that_is_none_is_one(parse: Parse, span: str) -> None:
    """And one beyond all limits is no more."""
    body = f'<tbody><row><entry morerows="{span}">a</entry><entry>b</entry></row></tbody>'
    assert rows(parse, body) == ["a · b"]


def test_a_hostile_table_does_not_grow_without_bound(parse: Parse) -> None:
    """Cells that claim to span thousands of rows and columns have 20,000 copies together."""
    # Written without a header, a long row is several lines, each with the first cell again.
    cells = "<td rowspan='9999' colspan='1'>abc</td>" * 90
    table = f"<informaltable>{f'<tr>{cells}</tr>' * 30}{'<tr><td/></tr>' * 400}</informaltable>"
    text = document(parse, f"<article>{table}</article>").text
    assert 90 * 30 < text.count("abc") < 1.1 * (90 * 30 + MAX_COPIES)
    wide = "<tr><th colspan='99999'>abc</th><th>d</th></tr><tr><td>x</td><td>y</td></tr>"
    text = document(parse, f"<article><informaltable>{wide}</informaltable></article>").text
    assert 10 < text.count("abc") <= MAX_COLUMNS


def test_many_small_tables_do_not_grow_without_bound(parse: Parse) -> None:
    """Copies have 20 times the characters of their own table at most."""
    row = f"<row><entry morerows='99' namest='a' nameend='b'>{'abc ' * 40}</entry><entry/></row>"
    table = f"<thead>{row}{'<row><entry/></row>' * 99}</thead><tbody><row><entry>x</entry></row></tbody>"
    columns = "<colspec colname='a'/><colspec colname='b' colnum='100'/>"
    source = f"<informaltable><tgroup cols='1'>{columns}{table}</tgroup></informaltable>"
    assert len(document(parse, f"<article>{source * 20}</article>").text) < 22 * 20 * 160


def test_a_table_that_declares_thousands_of_columns_stays_data(parse: Parse) -> None:
    """A cell that spans all of them in each row would take more memory than a parser has."""
    columns = "".join(f'<colspec colname="c{number}"/>' for number in range(MAX_COLUMNS * 10))
    row = f'<row><entry namest="c0" nameend="c{MAX_COLUMNS * 10 - 1}">x</entry><entry>y</entry></row>'
    assert not any("x · x" in line for line in rows(parse, f"<thead>{row}</thead><tbody>{row}</tbody>", columns))


def test_data_that_is_called_a_table_stays_data(parse: Parse) -> None:
    """As programs export it: rows without cells of either model, or with text between them."""
    dump = "<table><row><name>Rome</name></row><row><name>Oslo</name></row></table>"
    assert "name: Rome\n\nname: Oslo" in document(parse, dump).text
    torn = "<table><tr>between <td>cell</td></tr></table>"
    assert sorted(document(parse, f"<article>{torn}</article>").text.replace("\n", " ").split()) == ["between", "cell"]


@pytest.mark.parametrize(
    "table",
    [
        "<informaltable/>",
        "<table><title/><tgroup cols='0'/></table>",
        "<informaltable><tgroup cols='x'><colspec/><tbody><row/><row><entry/></row></tbody></tgroup></informaltable>",
        "<table><tr><td/></tr></table>",
        "<informaltable><tgroup><thead><row><entry namest='z' nameend='y'/></row></thead></tgroup></informaltable>",
    ],
)
def test_an_empty_table_is_nothing(parse: Parse, table: str) -> None:
    """Whatever of it is there."""
    assert document(parse, f"<article><para>before</para>{table}<para>after</para></article>").text == "before\n\nafter"


CELL = st.tuples(st.text("ab é", min_size=1).filter(str.strip), st.integers(0, 3), st.booleans())


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=5), st.booleans())
def test_no_cell_is_lost(parse: Parse, table: list[list[tuple[str, int, bool]]], has_header: bool) -> None:
    """However cells span, the words of each are in the text at least as often as in the table."""

    def write(row: list[tuple[str, int, bool]]) -> str:
        cells = (
            f"<entry morerows='{more}'>{f'<para>{escape(words)}</para>' if is_block else escape(words)}</entry>"
            for words, more, is_block in row
        )
        return f"<row>{''.join(cells)}</row>"

    head = f"<thead>{write(table[0])}</thead>" if has_header else ""
    body = "".join(map(write, table[has_header:]))
    text = " ".join(rows(parse, f"{head}<tbody>{body}</tbody>"))
    for words, _, _ in (cell for row in table for cell in row):
        assert " ".join(words.split()) in text
