"""Nodes as HTML."""

import re

from index.types import Span
from qa.rendering.html import Anchors, write_html
from qa.rendering.markdown import MarkdownText

SOURCE = "# A & **b**\n\n- one\n- [two](https://x.y/?a=1&b=2)\n\n3. three\n4. <i>four</i>\n"


def show(part: Span | None = None, anchors: Anchors | None = None, level: int = 2) -> str:
    return write_html(MarkdownText(SOURCE).render(part or Span(0, len(SOURCE))), anchors or Anchors(), level)


def test_every_part_has_its_element() -> None:
    """A link has a protected address, and an item its number."""
    assert show() == (
        '<h2 dir="auto">A &amp; <strong>b</strong></h2>'
        '<ul><li>one</li><li><a href="https://x.y/?a=1&amp;b=2" rel="noopener noreferrer nofollow">two</a></li></ul>'
        '<ol><li value="3">three</li><li value="4">four</li></ol>'
    )


def test_a_part_of_a_list_keeps_its_number() -> None:
    """A passage may begin with the fourth item."""
    assert show(Span(SOURCE.index("4."), len(SOURCE))) == '<ol><li value="4">four</li></ol>'


def test_headings_are_below_those_of_the_page() -> None:
    """Without skipping a level, and never below the sixth."""
    assert show(Span(0, 5), level=5) == '<h5 dir="auto">A &amp;</h5>'
    source = "### x\n# y\n## z\n### z"
    html = write_html(MarkdownText(source).render(Span(0, len(source))), Anchors(), 5)
    assert re.findall(r"<h\d", html) == ["<h5", "<h5", "<h6", "<h6"]


def test_an_anchor_is_written_once_where_its_span_begins() -> None:
    """A mark is cut wherever an element begins or ends; a passage has its anchor at its first character."""
    mark, passage = Span(4, SOURCE.index("one") + 1), Span(2, 20)
    html = show(anchors=Anchors([("4-9", mark)], [("p2-20", passage)]))
    assert html.startswith(
        '<h2 dir="auto"><span id="p2-20" class="segment">A </span><mark id="4-9" tabindex="-1">&amp; </mark>'
        "<strong><mark>b</mark></strong></h2><ul><li><mark>o</mark>ne</li>"
    )
