"""XML: documents and data, and what must not be expanded or fetched."""

from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Parse

DOCBOOK = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE article PUBLIC "-//OASIS//DTD DocBook XML V4.5//EN" "http://www.oasis-open.org/docbook/xml/4.5/docbookx.dtd">
<article><articleinfo><title>Preise &amp; Orte</title><author>Jürgen</author><date>2024</date></articleinfo>
<section><title>Allowance</title><para>The price is <emphasis>58 EUR</emphasis>&nbsp;per day.</para>
<itemizedlist><listitem><para>One</para></listitem><listitem><para>Two</para></listitem></itemizedlist>
<programlisting>def f():
    return 1</programlisting><!-- a note to self --></section></article>
"""
TEI = """<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><fileDesc><titleStmt><title>Letters</title></titleStmt>
</fileDesc></teiHeader><text><body><div><head>1819</head><p>Dear <name>Ada</name>, it rains.</p></div></body></text></TEI>
"""
FEED = """<rss version="2.0"><channel><title>News of the Archive</title>
<item><title>Open on Sunday</title><link>https://example.org/1</link></item>
<item><title>Closed on Monday</title><link>https://example.org/2</link></item></channel></rss>
"""
DATA = """<countries><country code="FR"><name>France</name><allowance currency="EUR">58.00</allowance></country>
<country code="IT"><name>Italy</name><allowance currency="EUR">45.00</allowance></country></countries>
"""
BOMB = "<!DOCTYPE a [<!ENTITY x0 'lol'>{}]><a>&x9;</a>".format(
    "".join(f"<!ENTITY x{i + 1} '{f'&x{i};' * 10}'>" for i in range(9))
)


def document(parse: Parse, source: str, encoding: str = "utf-8") -> Document:
    """The one document of a file."""
    (item,) = parse("a.xml", source.encode(encoding))
    assert isinstance(item, Document)
    return item


def test_a_document_becomes_headings_and_paragraphs(parse: Parse) -> None:
    """As DocBook has them; elements of a paragraph have no names, references of its DTD are known, comments go."""
    article = document(parse, DOCBOOK, "iso-8859-1")
    assert article.text == (
        "articleinfo · title: Preise & Orte · author: Jürgen · date: 2024\n\n"
        "Allowance\n\nThe price is 58 EUR per day.\n\nOne\n\nTwo\n\ndef f():\n    return 1"
    )
    assert article.title == "Preise & Orte"
    assert [article.text[one.start : one.end] for one in article.headings] == ["Allowance"]


def test_another_vocabulary_is_read_in_the_same_way(parse: Parse) -> None:
    """TEI, with a namespace."""
    text = document(parse, TEI).text
    assert text.endswith("1819\n\nDear Ada, it rains.")
    assert "Letters" in text


def test_data_becomes_records(parse: Parse) -> None:
    """A line for each element of a list: attributes and elements by their names."""
    assert document(parse, DATA).text == (
        "country\n\n"
        "code: FR · name: France · allowance: 58.00 · allowance.currency: EUR\n\n"
        "code: IT · name: Italy · allowance: 45.00 · allowance.currency: EUR"
    )
    feed = document(parse, FEED)
    assert feed.title == "News of the Archive"
    assert "title: Open on Sunday · link: https://example.org/1\n\ntitle: Closed on Monday" in feed.text


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.recursive(st.text("ab cd", min_size=1), lambda inner: st.lists(inner, min_size=1, max_size=4)), st.data())
def test_no_word_is_lost(parse: Parse, tree: str | list[object], data: st.DataObject) -> None:
    """Whatever the elements are called, all text is in the document as often as in the file."""

    def write(node: object) -> str:
        name = data.draw(st.sampled_from(["p", "title", "section", "price", "code", "li"]))
        inside = "".join(map(write, node)) if isinstance(node, list) else f" {escape(str(node))} "
        tail = data.draw(st.sampled_from(["", " tail "]))
        return f"<{name}>{inside}</{name}>{tail}"

    source = f"<root>{write(tree)}</root>"
    words = " ".join(part.rpartition(">")[2] for part in source.split("<")).split()
    if words:
        shown = document(parse, source).text.replace(",", " ").split()
        assert sorted(set(words)) == sorted({word for word in words if shown.count(word) >= words.count(word)})


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (BOMB, "is not well-formed XML|declares entities"),
        ("<!DOCTYPE a [<!ENTITY x SYSTEM 'SECRET'>]><a>&x;</a>", "declares entities of its own"),
        ("<!DOCTYPE a [<!ENTITY % x SYSTEM 'SECRET'> %x;]><a>b</a>", "declares entities of its own"),
        (f"{'<a>' * 150}deep{'</a>' * 150}", "is nested more than 100 levels deep"),
        (f"{'<a>' * 100_000}", "is not well-formed XML"),
        ("<a><b>cut", "is not well-formed XML"),
        ("not XML", "is not well-formed XML"),
        ("", "is not well-formed XML"),
        ("<a><b/></a>", "has no text"),
    ],
    ids=["bomb", "file", "parameter", "deep", "deeper", "cut", "text", "empty", "blank"],
)
def test_hostile_and_damaged_files_are_refused(parse: Parse, tmp_path: Path, source: str, reason: str) -> None:
    """Nothing is expanded or loaded, and the message says why."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    with pytest.raises(LoadError, match=reason):
        document(parse, source.replace("SECRET", secret.as_uri()))


def test_nothing_is_included(parse: Parse, tmp_path: Path) -> None:
    """XInclude is an element like any other, and its address is all there is of it."""
    (tmp_path / "secret.txt").write_text("hidden words", encoding="utf-8")
    source = '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="secret.txt" parse="text"/><b>c</b></a>'
    assert "hidden" not in document(parse, source).text


def test_an_undeclared_prefix_is_no_damage(parse: Parse) -> None:
    """The text can be read all the same."""
    assert document(parse, "<a><x:b>word</x:b></a>").text.endswith("word")
