"""Markdown: offsets into the source, headings, front matter."""

import pytest

from index.parsers.front_matter import parse_front_matter
from index.types import Document
from tests.index.parsers.conftest import Parse


def document(parse: Parse, source: str) -> Document:
    """The one document of a Markdown file."""
    (item,) = parse("a.md", source.encode())
    assert isinstance(item, Document)
    return item


def headings(parse: Parse, source: str) -> list[tuple[str, int]]:
    """The source of each heading and its level."""
    read_document = document(parse, source)
    return [(read_document.text[h.start : h.end], h.level) for h in read_document.headings]


def test_text_is_the_source(parse: Parse) -> None:
    """Marks stay in the text: offsets are offsets into the user's own file."""
    source = "---\ntitle: x\n---\n# *a* [b](c)\n\n```\ncode\n```\n"
    assert document(parse, source).text == source


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("# One\ntext\n### Three ###\n", [("# One", 1), ("### Three ###", 3)]),
        ("One\n===\n\nTwo\nlines\n---\n", [("One\n===", 1), ("Two\nlines\n---", 2)]),
        ("```\n# no\n```\n\n    # no\n\n~~~~\nno\n==\n~~~~\n", []),
        ("> # quoted\n\n- # listed\n", []),
        ("#no\n\n####### no\n\n\\# no\n", []),
        ("text\n# Last", [("# Last", 1)]),
        ("😀\n\n# ネット", [("# ネット", 1)]),
        ("a\u2028b\x0cc\x85d\n\n# After odd line ends", [("# After odd line ends", 1)]),
        ("---\ntitle: x\n---\n\n# After\n", [("# After", 1)]),
    ],
)
def test_headings(parse: Parse, source: str, found: list[tuple[str, int]]) -> None:
    """ATX and setext headings are whole lines; code, quotations and lists have none."""
    assert headings(parse, source) == found


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("## Paid leave ##", "Paid leave"),
        ("## **Paid** leave", "Paid leave"),
        ("# Run `make test` [first](a.md) *now*", "Run make test first now"),
        ("Paid\nleave\n=====", "Paid leave"),
        ("# __init__ and 2\\*3", "init and 2*3"),
        ("# a_b_c * d", "a_b_c * d"),
        ("# C#", "C#"),
        ("# The `<script>` tag", "The <script> tag"),
        ("# <a id='x'></a>Title<br>", "Title"),
        ("# See [the guide][g]\n\n[g]: https://example.org", "See the guide"),
        ("# ![The logo](logo.png)", "The logo"),
        ("# ![](logo.png)", ""),
    ],
)
def test_a_heading_has_its_words(parse: Parse, source: str, words: str) -> None:
    """They are what a reader sees of it, and what a passage is said to be under."""
    (heading,) = document(parse, source).headings
    assert heading.words == words


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("---\ntitle: 'From above'\n---\n# From below\n", "From above"),
        ("## Second\n\n# The *Blame!* `film` & [more](x)\n\n# Other\n", "The Blame! film & more"),
        ("Two\nlines\n===\n", "Two lines"),
        ("## Only second\n", ""),
        ("plain\n", ""),
    ],
)
def test_title(parse: Parse, source: str, title: str) -> None:
    """The title is that of the front matter, else the words of the first level-1 heading, else empty."""
    assert document(parse, source).title == title


def test_front_matter_becomes_metadata(parse: Parse) -> None:
    """Also beside a line that is not valid YAML; comments and fields without a value are left out."""
    source = "---\n# note\ntitle: T\nlanguage: en\nurl: https://x.org/a: b\ntags:\n  - one\nempty:\n---\ntext\n"
    assert document(parse, source).metadata == {
        "language": "en",
        "url": "https://x.org/a: b",
        "tags": ["one"],
    }


@pytest.mark.parametrize(
    "source",
    [
        "---\n\nAbc\n\n---\n",
        "---\n\nnote: this\n---\n",
        "---\nAbc\n---\n",
        "---\na: b\n",
        "text\n---\na: b\n---\n",
        "",
        "---",
    ],
)
def test_rules_are_not_front_matter(source: str) -> None:
    """Two rules with ordinary text between them, an open block and a late one are Markdown."""
    assert parse_front_matter(source) == ({}, 0)
