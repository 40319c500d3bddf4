"""HTML inside of Markdown: its text is shown, its tags are not, and nothing of it is ever HTML again.

A tag is left out only if HTML has an element of that name: "<your-token>" in a sentence is text that a reader needs.
"""

import re
from collections.abc import Iterator
from html import unescape

from qa.rendering.alignment import Content
from qa.rendering.source_map import Element, Node, Text, Void, join_texts

# Tags, comments, processing instructions and declarations (CommonMark 0.31, 6.6). Possessive, to be linear.
TAG = re.compile(
    r"</?([A-Za-z][A-Za-z0-9-]*)(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>|<!--.*?-->|<[?].*?[?]>|<!\[CDATA\[|<![A-Za-z][^>]*+>",
    re.DOTALL,
)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ALTERNATIVE = re.compile(r"\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
NAMES = frozenset(
    "a abbr acronym address applet area article aside audio b base bdi bdo big blockquote body br button canvas "
    "caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset "
    "figcaption figure font footer form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img "
    "input ins kbd label legend li link main map mark math menu meta meter nav nobr noscript object ol optgroup "
    "option output p param path picture pre progress q rp rt ruby s samp script search section select slot small "
    "source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title "
    "tr track tt u ul var video wbr".split()
)
# Elements that begin a paragraph of their own, and the cells of a row.
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr li main menu nav ol p pre script search section style summary table "
    "tbody tfoot thead title tr ul".split()
)
CELLS = frozenset({"td", "th"})
PREFORMATTED = re.compile(r"\s*<(?:pre|script|style|textarea)\b", re.IGNORECASE)


def render_tag(content: Content, start: int, end: int) -> Iterator[Node]:
    """Yield what is shown of ``content.text[start:end]``, one tag or comment."""
    tag = TAG.fullmatch(content.text, start, end)
    name = (tag[1] or "").lower() if tag else ""
    if tag is None or (name and name not in NAMES):
        yield from content.make_texts(start, end)
    elif name == "br":
        yield Void("br", content.places[start])
    elif name in CELLS:
        yield Void("gap", content.places[start])
    elif name == "img" and (alternative := ALTERNATIVE.search(content.text, start, end)):
        yield Element("image", tuple(_render_alternative(content, *alternative.span(1 if alternative[1] else 2))))


def _render_alternative(content: Content, start: int, end: int) -> list[Text]:
    source = content.text[max(start, 0) : max(end, 0)]
    if unescape(source) == source:
        return content.make_texts(start, end) if source else []
    return [content.make_whole(start, end, unescape(source))]


def render_html(content: Content) -> Iterator[Element]:
    """Yield the paragraphs of a block of HTML, or what is preformatted in one piece."""
    nodes: list[Node] = []
    kept = PREFORMATTED.match(content.text) is not None
    here = 0
    while here < len(content.text):
        tag = TAG.match(content.text, here)
        if tag:
            if not kept and (tag[1] or "").lower() in BLOCKS:
                yield from _make_paragraph(nodes)
                nodes = []
            nodes += render_tag(content, here, tag.end())
            here = tag.end()
        elif entity := ENTITY.match(content.text, here):
            shown = unescape(entity[0])
            whole = shown != entity[0] and shown
            nodes += (
                [content.make_whole(here, entity.end(), shown)] if whole else content.make_texts(here, entity.end())
            )
            here = entity.end()
        else:
            after = _find_special(content.text, here + 1)
            nodes += content.make_texts(here, after)
            here = after
    yield from _make_paragraph(nodes, "pre" if kept else "p")


def _find_special(text: str, start: int) -> int:
    """Return the place of the next character that may begin a tag or an entity."""
    places = (text.find(character, start) for character in "<&")
    return min((place for place in places if place >= 0), default=len(text))


def _make_paragraph(nodes: list[Node], tag: str = "p") -> Iterator[Element]:
    if any(not isinstance(node, Void) and _has_words(node) for node in nodes):
        yield Element(tag, join_texts(nodes))


def _has_words(node: Node) -> bool:
    if isinstance(node, Element):
        return any(map(_has_words, node.children))
    return not isinstance(node, Void) and not node.text.isspace()
