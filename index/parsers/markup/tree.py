"""The tree of elements of a page.

Nothing is fetched, and entities that a file defines itself are left out.
"""

import html
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

# lxml ships no types.
Element: TypeAlias = Any
Walk: TypeAlias = Any
HIDDEN_TAGS = frozenset("audio canvas head iframe noscript script select style svg template title video".split())
BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hr main nav ol p section summary table tbody td tfoot th thead tr ul".split()
)
# "&nbsp;", which XML does not know.
NAMED_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")
# HTML has no entities of its own in it, and would show them.
DOCTYPE = re.compile(r"\s*<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)


def parse_markup(source: str) -> Element | None:
    """Return the root element of XHTML, or of HTML if it is not well-formed; None for a page without elements."""
    from lxml import etree
    from lxml import html as lxml_html

    # The encoding that it declares is no longer the one that it has.
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source, count=1)
    try:
        named = NAMED_ENTITY.sub(lambda match: html.unescape(match[0]), source)
        root = etree.fromstring(named, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        doctype = DOCTYPE.match(source)
        source = source[doctype.end() :] if doctype else source
        try:
            root = lxml_html.document_fromstring(source.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            return None
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, etree.Entity, with_tail=False)
    return root


def walk_elements(root: Element) -> Walk:
    """Return an iterator over the "start" and "end" of each element; its ``skip_subtree`` leaves out what is inside."""
    from lxml import etree

    return etree.iterwalk(root, events=("start", "end"))


def get_tag(element: Element) -> str:
    """Return the name of an element without its namespace, in lower case."""
    return str(element.tag).rpartition("}")[2].lower()


def get_type(element: Element) -> str:
    """Return what an element is in a book: its ``epub:type``, such as "toc", "footnote" and "noteref"."""
    return element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or ""


def read_line(element: Element) -> str:
    """Return all words inside an element on one line."""
    return " ".join("".join(iterate_pieces(element)).split())


def iterate_pieces(element: Element) -> Iterator[str]:
    """Yield the text inside an element, with a line break for each of its own and after each block."""
    walk = walk_elements(element)
    for event, inner in walk:
        tag = get_tag(inner)
        if event == "start" and tag in HIDDEN_TAGS and inner is not element:
            walk.skip_subtree()
        elif event == "start":
            yield "\n" if tag == "br" else ""
            yield inner.text or ""
        else:
            yield "\n" if tag in BLOCK_TAGS else ""
            yield (inner.tail or "") if inner is not element else ""
