"""Markdown is shown as what it is, and every visible character knows which one of the source it shows."""

import re
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.types import Span
from qa.rendering.html import Anchors, write_html
from qa.rendering.markdown import MarkdownText
from qa.rendering.plain_text import write_lines, write_text
from qa.rendering.source_map import Element, Node, Text, get_visible_text, iterate_texts
from tests.qa.rendering.generate import PLACES, SOURCES
from tests.qa.rendering.page import Page, words

TAGS = frozenset(
    "p ul ol li blockquote table thead tbody tr th td em strong s code pre div span a br hr mark h2 h3 h4 h5 h6".split()
)
ATTRIBUTES = {
    "a": {"href", "rel"}, "li": {"value"}, "mark": {"id", "tabindex"}, "pre": {"tabindex"},
    "span": {"class", "id"}, "div": {"class"}, "p": {"class"},
    **{f"h{level}": {"dir"} for level in range(2, 7)},
}  # fmt: skip


def render(source: str, *marks: Span) -> tuple[Node, ...]:
    return MarkdownText(source).render(Span(0, len(source)), marks)


@given(SOURCES)
@settings(max_examples=150)
def test_every_visible_character_is_that_of_its_place(source: str) -> None:
    """In order, each once; one that shows several of the source, as an entity does, begins where they do."""
    done = 0
    for text in iterate_texts(render(source)):
        assert done <= text.start < text.end <= len(source)
        if text.verbatim:
            shown = source[text.start : text.end].replace("\0", "\N{REPLACEMENT CHARACTER}")
            # A line break in code is shown as a space.
            assert re.sub(r"\s", " ", text.text) == re.sub(r"\s", " ", shown)
        else:
            assert source[text.start] in "\\&"
        done = text.end


def clip(place: tuple[int, int], source: str) -> Span:
    """Return a span within the source."""
    start = place[0] % max(1, len(source))
    return Span(start, min(start + place[1], len(source)))


def find_marked(texts: Iterable[Text], marks: Sequence[Span]) -> str:
    """Return the visible text of the marks, character by character."""
    found = ""
    for text in texts:
        places = range(text.start, text.end)
        covered = [any(mark.start <= place < mark.end for mark in marks) for place in places]
        if text.verbatim:
            found += "".join(character for character, inside in zip(text.text, covered, strict=True) if inside)
        else:
            found += text.text if any(covered) else ""
    return found


@given(SOURCES, st.lists(PLACES, max_size=4), PLACES)
@settings(max_examples=150)
def test_marks_cover_exactly_the_evidence(source: str, places: list[tuple[int, int]], part: tuple[int, int]) -> None:
    """The visible text of all marks is that of the spans, in a passage that may begin anywhere."""
    shown = clip(part, source)
    marks: list[Span] = []
    for mark in sorted((clip(place, source) for place in places), key=lambda span: span.start):
        marks += [mark] if not marks or marks[-1].end <= mark.start else []
    nodes = MarkdownText(source).render(shown, marks)
    page = Page(write_html(nodes, Anchors([(None, mark) for mark in marks]), 2))
    assert words(page.text) == words(get_visible_text(nodes))
    assert words(page.marked) == words(find_marked(iterate_texts(nodes), marks))
    lines = write_lines(nodes, marks)
    assert words("".join(p.text for line in lines for p in line.pieces if p.marked)) == words(page.marked)


@given(SOURCES, PLACES)
@settings(max_examples=100)
def test_evidence_is_never_invisible(source: str, place: tuple[int, int]) -> None:
    """Marked markup, as the address of a link, is shown."""
    mark = clip(place, source)
    assert words(get_visible_text(render(source, mark), mark)) or not words(source[mark.start : mark.end])


@given(SOURCES)
@settings(max_examples=150)
def test_nothing_executes(source: str) -> None:
    """Only known tags with known attributes are written, and links lead to the web or to mail."""
    for tag, attributes in Page(write_html(render(source), Anchors(), 2)).tags:
        assert tag in TAGS
        assert attributes.keys() <= ATTRIBUTES.get(tag, set())
        if tag == "a":
            assert re.match(r"(?:https?|mailto):", attributes["href"] or "")
            assert attributes["rel"] == "noopener noreferrer nofollow"


@given(SOURCES.filter(lambda source: "<" not in source and not source.startswith("---")))
@settings(max_examples=150)
def test_what_is_visible_is_what_other_renderers_show(source: str) -> None:
    """Nothing is lost: without HTML, the text is that of markdown-it's own HTML."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    expected = words(Page(re.sub(r"<(img|br|hr)([^>]*) />", r"<\1\2>", parser.render(source))).text)
    assert words(get_visible_text(render(source))) == (
        expected or words(source.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    )


@given(SOURCES, PLACES)
@settings(max_examples=100)
def test_a_part_shows_what_the_whole_shows_there(source: str, part: tuple[int, int]) -> None:
    """A passage that begins in a table, a list or a block of code is rendered as in its document."""
    span = clip(part, source)
    whole, cut = MarkdownText(source), get_visible_text(MarkdownText(source).render(span))
    visible = find_marked(iterate_texts(whole.render(Span(0, len(source)))), [span])
    assert words(cut) == words(visible) or not visible.strip()


def outline(nodes: tuple[Node, ...]) -> list[object]:
    """Return the tags and the texts of the nodes."""
    return [
        [node.tag, *outline(node.children)] if isinstance(node, Element) else getattr(node, "text", "br")
        for node in nodes
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("## A *b* `c` ##", [["h", "A ", ["em", "b"], " ", ["code", "c"]]]),
        ("A\nb\n---", [["h", "A\nb"]]),
        ("[a **b**](https://x.y)", [["p", ["a", "a ", ["strong", "b"]]]]),
        ("![a logo](x.png)", [["p", ["image", "a logo"]]]),
        ("- a\n- b", [["ul", ["li", ["line", "a"]], ["li", ["line", "b"]]]]),
        ("> - a\n>   b", [["blockquote", ["ul", ["li", ["line", "a\n", "b"]]]]]),
        ("```sh\nrun  it\n```", [["pre", "run  it\n"]]),
        ("|a|b|\n|-|-|\n|`1`|\\||", [["table", ["thead", ["tr", ["th", "a"], ["th", "b"]]], ["tbody", ["tr", ["td", ["code", "1"]], ["td", "|"]]]]]),
        ("<p align=center>a<br>b <token></p>", [["p", "a", "br", "b <token>"]]),
        ("---\ntitle: x\n---\na", [["pre", "title: x\n"], ["p", "a"]]),
        ("a  \nb", [["p", "a", "br", "b"]]),
    ],
)  # fmt: skip
def test_it_is_shown_as_what_it_is(source: str, expected: list[object]) -> None:
    """Headings, emphasis, links, images, lists, quotations, code, tables, HTML and front matter."""
    assert outline(render(source)) == expected


def test_the_address_of_a_link_that_answers_is_shown() -> None:
    """Evidence is never invisible: the block is shown as it was written, and the address is marked."""
    source = "See [the site](https://example.org/a).\n\nAnd *more*."
    mark = Span(source.index("https"), source.index(")"))
    assert outline(render(source, mark)) == [
        ["source", "See [the site](https://example.org/a).\n"],
        ["p", "And ", ["em", "more"], "."],
    ]


def test_text_that_would_take_long_is_shown_as_it_was_written() -> None:
    """Many brackets in one paragraph take time that grows with their number times its length."""
    source = "[" * 5000 + "a\n\n*b*"
    assert outline(render(source)) == [["source", "[" * 5000 + "a\n"], ["p", ["em", "b"]]]
    assert write_text(render(source)).endswith("b")
