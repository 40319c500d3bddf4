"""AsciiDoc: titles, the header as metadata, nothing included."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.text.structure import strip_heading_marks
from index.types import Document
from tests.index.parsers.conftest import Parse

# As Asciidoctor's own documents begin.
ASCIIDOCTOR = """// the manual
= {project}: The *Walker* Manual
Sana Ali <sana@example.org>; Ben Okoro
v1.2, 2024-01-31: with a map
:description: How to walk
:page-tags: walks, maps
:toc: left
:url-docs: https://example.org
:keywords: {all}
:project: x

include::/etc/passwd[]

== Start
=== On foot ===
[source,sh]
----
== no title
----
|===
| A | B
|===
====
== inside an example
====
## By train
"""
# As AsciiDoc.py and books of its time have titles.
TWO_LINES = """The Manual
==========
:author: Sana Ali

Start
-----
A paragraph
of two lines
------------
not a title: code
------------

On foot
~~~~~~~
Text
"""
LINES = st.lists(
    st.sampled_from(["", "= A", "== B", "text", "----", "====", "....", "|===", ":a: b", "=", "-----"]), max_size=12
)


def document(parse: Parse, source: str) -> Document:
    """The one document of a file."""
    (item,) = parse("a.adoc", source.encode())
    assert isinstance(item, Document)
    return item


def list_headings(found: Document) -> list[tuple[str, int]]:
    return [(strip_heading_marks(found.text, one), one.level) for one in found.headings]


def test_titles_and_header(parse: Parse) -> None:
    """Nothing inside a block is a title; attributes that describe the document are metadata, settings are not."""
    found = document(parse, ASCIIDOCTOR)
    assert found.text == ASCIIDOCTOR
    assert found.title == "{project}: The Walker Manual"
    assert found.metadata == {
        "author": "Sana Ali; Ben Okoro",
        "version": "1.2",
        "date": "2024-01-31",
        "description": "How to walk",
        "tags": "walks, maps",
    }
    assert list_headings(found)[1:] == [("Start", 2), ("On foot", 3), ("By train", 2)]


def test_titles_of_two_lines(parse: Parse) -> None:
    """A line as long as the title under it; code begins after a paragraph of two lines."""
    found = document(parse, TWO_LINES)
    assert list_headings(found) == [("The Manual", 1), ("Start", 2), ("On foot", 3)]
    assert (found.title, found.metadata) == ("The Manual", {"author": "Sana Ali"})


def test_a_document_without_a_title_has_that_of_its_first_section(parse: Parse) -> None:
    """And the first paragraph is no author."""
    found = document(parse, "== Start\nWords only\n\nText")
    assert (found.title, found.metadata) == ("Start", {})


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_headings_are_whole_lines_in_order(parse: Parse, lines: list[str]) -> None:
    """Whatever the lines are, the text is the source."""
    source = "\n".join(lines)
    found = document(parse, source)
    spans = [(one.start, one.end) for one in found.headings]
    assert found.text == source
    assert spans == sorted(spans)
    assert all(f"\n{source[start:end]}\n" in f"\n{source}\n" for start, end in spans)


def test_a_long_line_takes_linear_time(parse: Parse) -> None:
    """Of authors that never end, of marks that are never closed."""
    for line in ("a " * 100_000 + ":", "*a " * 50_000, "= " + "=" * 100_000 + "x", "a; " * 50_000 + "<"):
        assert document(parse, f"= T\n{line}\n").text


def test_binary_data_is_refused(parse: Parse) -> None:
    """It is not text, whatever its name says."""
    with pytest.raises(LoadError, match="binary data"):
        parse("a.adoc", b"\x00\x01\x02" * 100)
