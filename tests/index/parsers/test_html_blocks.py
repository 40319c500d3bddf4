"""A tree of blocks becomes text."""

import pytest
from lxml.etree import fromstring

from index.parsers.html_blocks import flatten_blocks


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ("<p>a <hi>b</hi> c</p>", "a b c"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<lb/>b  \t c</p>", "a\nb c"),
        ("<list><item>a <list><item>b</item></list></item><item>c</item></list><p>d</p>", "a\nb\nc\n\nd"),
        (
            "<table><row><cell>a</cell><cell><p>b</p><p>c</p></cell></row><row><cell>d</cell></row></table>",
            "a | b c\nd",
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
