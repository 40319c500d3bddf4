"""HTML of which everything is text: blocks, lists, tables of data and tables that only arrange, notes, places."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.parsers.markup.blocks import add_markup
from index.parsers.markup.tree import parse_markup
from index.parsers.text_builder import TextBuilder
from index.types import Document


def convert(source: str, places: dict[str, str] | None = None) -> Document:
    """The document of a page, with the places by the ids of elements."""
    builder = TextBuilder()
    root = parse_markup(source)
    if root is not None:
        add_markup(builder, root, lambda element: (places or {}).get(element.get("id") or ""))
    return builder.build("a")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One\ntwo<br>three<p>four", "One two\nthree\n\nfour"),
        ("<div>One<span> two</span><!-- no --> three<div>four</div>five</div>", "One two three\n\nfour\n\nfive"),
        ("<ul><li>One<li>two</ul>three", "One\ntwo\n\nthree"),
        ("<ol start=3><li><p>One</p></li><li>two<ol><li>in</ol><li></ol>", "3. One\n\n4. two\n\n1. in"),
        ("<script>x</script><style>x</style><p style='display: none'>x</p><title>x</title>One", "One"),
        ("<pre>a\n  b<br>c</pre>", "a\n  b\nc"),
        ("Word<a href='#n'><sup>1</sup></a>, m<sup>2</sup>, <a href='x#p'>12</a>", "Word[1], m2, 12"),
        ("<p><a href='#r'>^</a> Note <a href='#r'>↩︎</a></p>", "Note"),
        ("<p>a &amp; b &nbsp; &euro; &bogus; &#65;</p>", "a & b € &bogus; A"),
        ("<?xml version='1.0' encoding='utf-16'?><p>Größe 😀</p>", "Größe 😀"),
        ("<blockquote><p>One</p></blockquote>", "One"),
        ("", ""),
        ("<!-- -->", ""),
    ],
)
def test_blocks(source: str, text: str) -> None:
    """What a browser would show, a block to a paragraph."""
    assert convert(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<tr><th>A<th>B<tr><td>x<td>1<tr><td>y<td>2", "A · B\n\nx · B: 1\n\ny · B: 2"),
        ("<caption>All<tr><td>A<td>B<tr><td><p>x</p><p>z</p><td>1", "All\n\nA · B\n\nx z · B: 1"),
        ("<tr><th>A<th colspan=2>B<tr><td>x<td>1<td>2", "A · B · B\n\nx · B: 1 · B: 2"),
        ("<tr><th>A<th>B<tr><td rowspan=2>x<td>1<tr><td>2", "A · B\n\nx · B: 1\n\nx · B: 2"),
        (
            "<thead><tr><td>A<th>B<tr><td>C<tr><td>D<tbody><tr><td>x<td>1<tr><td>y<td>2",
            "A C D · B\n\nx · B: 1\n\ny · B: 2",
        ),
        ("<thead><tr><th colspan=2>All<tr><th>A<th>B<tbody><tr><td>x<td>1", "All\n\nA · B\n\nx · B: 1"),
        ("<thead><tr><th>A<th>B<tr><td>x<td>1<tr><td>y<td>1", "A · B\n\nx · B: 1\n\ny · B: 1"),
        ("<tr><td>One<tr><td>two", "One\n\ntwo"),
        ("<tr><td>Menu<td><table><tr><td>Text</table>", "Menu\n\nText"),
        ("<tr><td>a<td>" + "long " * 100 + "<tr><td>b<td>c", "a\n\n" + "long " * 99 + "long\n\nb\n\nc"),
        ("<tr><th colspan=999999>A<th rowspan=x>B<tr><td>x<td>1", "A" + " · A" * 80 + " · B\n\nx · A: 1"),
    ],
)
def test_tables(source: str, text: str) -> None:
    """A line for each row with the names of its columns, if it is a table of data."""
    assert convert(f"<table>{source}</table>").text == text


def test_a_hostile_table_does_not_grow_without_bound() -> None:
    """Its copies have 20 times its own characters at most, which a table of a book is far from."""
    cells = f"<th rowspan=100 colspan=100>{'abc ' * 40}" * 3
    source = f"<table><tr>{cells}<th>d{'<tr><td>' * 500}<tr><td>x<td>y</table>"
    assert 3 * 40 < convert(source).text.count("abc") < 25 * 3 * 40
    column = "".join(f"<tr><td>{number}" for number in range(2, 60))
    assert convert(f"<table><tr><th>A<th>B<tr><td rowspan=60>name<td>1{column}</table>").text.count("name") == 59


def test_headings_and_places() -> None:
    """Both begin where their words do, also if the mark is inside a heading."""
    document = convert("<h1>One</h1>x<h2>A <a id=b></a><br>two</h2><p id=c>y", {"b": "B", "c": "C"})
    assert document.text == "One\n\nx\n\nA two\n\ny"
    assert [(document.text[h.start : h.end], h.level) for h in document.headings] == [("One", 1), ("A two", 2)]
    assert [(document.text[place.start :], place.name) for place in document.places] == [
        ("A two\n\ny", "B"),
        ("y", "C"),
    ]


WORDS = st.text(st.sampled_from("abcé 😀"), max_size=5)
TREES = st.recursive(
    WORDS,
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from("p div span b ul li ol h2 table tr td th pre a sup blockquote".split()),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_no_letter_is_lost(source: str) -> None:
    """Whatever is nested in what, every letter of the page is in the text, and headings slice exactly."""
    document = convert(f"<body>{source}</body>")
    root = parse_markup(f"<body>{source}</body>")
    assert root is not None
    letters = Counter("".join("".join(root.itertext()).split()))
    # The names of columns are repeated in each row.
    assert letters <= Counter(document.text)
    assert all(document.text[h.start : h.end].strip() == document.text[h.start : h.end] for h in document.headings)


def test_deep_nesting_is_no_problem() -> None:
    """There is no recursion over the depth of a page."""
    assert "deep" in convert("<div>" * 200 + "deep" + "</div>" * 200).text
    convert("<div>" * 100_000)
