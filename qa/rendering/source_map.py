"""The map from source to rendered characters: a tree whose texts know which characters of the source they show.

Whoever writes the tree, as HTML or as lines, decides by the place of each character in the source whether it is marked.
So a mark covers neither more nor less than the evidence, whatever markup is around it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.types import Span


@dataclass(frozen=True, slots=True)
class Text:
    """Visible characters that show ``source[start:end]``.

    If there are as many as in the source, each shows the one at its place. Otherwise they belong together, like the
    "&" of "&amp;", and are shown and marked as a whole.
    """

    text: str
    start: int
    end: int

    @property
    def verbatim(self) -> bool:
        """Whether each character shows the one at its place."""
        return len(self.text) == self.end - self.start


@dataclass(frozen=True, slots=True)
class Void:
    """What is shown without a character of the source: a line break ``br``, a rule ``hr``, a ``gap`` between cells."""

    tag: str
    start: int


@dataclass(frozen=True, slots=True)
class Element:
    """A part with a meaning. ``tag`` is that of HTML, with these exceptions.

    ``h`` is a heading of ``level``; ``line`` the text of an item in a list without empty lines; ``lines`` a paragraph
    whose line breaks count; ``source`` a part that is shown as it was written. ``href`` is the address of a link if it
    is safe to follow, or empty; ``number`` that of an item in an ordered list.
    """

    tag: str
    children: "tuple[Node, ...]"
    level: int = 0
    href: str = ""
    number: int | None = None


Node = Text | Void | Element

# The tags of elements that are not part of a line.
BLOCKS = frozenset("h p line lines source pre ul ol li blockquote table thead tbody tr th td".split())

CELLS = frozenset({"th", "td"})


def show_source(text: str, start: int) -> Element:
    """Return a part of a document, which begins at ``start`` of it, as it was written."""
    return Element("source", (Text(text, start, start + len(text)),))


def iterate_texts(nodes: Sequence[Node]) -> Iterator[Text]:
    """Yield the texts, in order."""
    for node in nodes:
        if isinstance(node, Text):
            yield node
        elif isinstance(node, Element):
            yield from iterate_texts(node.children)


def get_visible_text(nodes: Sequence[Node], span: Span | None = None) -> str:
    """Return the visible characters, or those of them that show a part of the source."""
    return "".join(text.text for text in iterate_texts(cut_nodes(nodes, span) if span else nodes))


def cut_nodes(nodes: Sequence[Node], span: Span) -> tuple[Node, ...]:
    """Return what shows ``source[span.start:span.end]``, in the elements in which it is."""
    cut = (_cut_node(node, span) for node in nodes)
    return tuple(node for node in cut if node is not None)


def _cut_node(node: Node, span: Span) -> Node | None:
    if isinstance(node, Text):
        return _cut_text(node, span)
    if isinstance(node, Void):
        return node if span.start <= node.start < span.end else None
    children = cut_nodes(node.children, span)
    if node.tag == "tr" and any(children):
        # Cells keep their columns.
        children = tuple(_cut_node(cell, span) or _empty(cell) for cell in node.children)
    return replace(node, children=children) if children else None


def _empty(node: Node) -> Node:
    return replace(node, children=()) if isinstance(node, Element) else node


def _cut_text(text: Text, span: Span) -> Text | None:
    start, end = max(text.start, span.start), min(text.end, span.end)
    if start >= end:
        return None
    return Text(text.text[start - text.start : end - text.start], start, end) if text.verbatim else text


def join_texts(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return the nodes with neighbouring texts joined if they are neighbours in the source, too."""
    joined: list[Node] = []
    for node in nodes:
        last = joined[-1] if joined else None
        if isinstance(node, Text) and isinstance(last, Text) and _follows(last, node):
            joined[-1] = Text(last.text + node.text, last.start, node.end)
        else:
            joined.append(node)
    return tuple(joined)


def _follows(last: Text, text: Text) -> bool:
    return last.verbatim and text.verbatim and last.end == text.start


def unwrap_words(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Return what is inside of the only block of a quotation: words from a list or a cell are shown as words.

    A table with more than one cell stays a table: outside of one, HTML has no rows and cells, and they would run
    into each other.
    """
    shown = [node for node in nodes if not isinstance(node, Element) or node.children]
    if len(shown) != 1 or not isinstance(only := shown[0], Element) or only.tag not in BLOCKS:
        return tuple(shown)
    if only.tag == "table" and sum(1 for _ in _iterate_cells(only)) > 1:
        return (only,)
    if only.tag != "pre":
        return unwrap_words(only.children)
    one_line = "\n" not in get_visible_text(only.children).strip("\n")
    return (Element("code", only.children),) if one_line else (only,)


def _iterate_cells(element: Element) -> Iterator[Element]:
    """Yield the cells that are not empty."""
    for child in element.children:
        if isinstance(child, Element) and child.tag in CELLS:
            yield from (child,) if child.children else ()
        elif isinstance(child, Element):
            yield from _iterate_cells(child)
