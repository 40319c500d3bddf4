"""Names and words of the elements of an XML file."""

from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element


def get_name(element: "_Element") -> str:
    """Return the name of an element without its namespace; empty for a reference."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def read_line(element: "_Element") -> str:
    """Return all words inside an element on one line."""
    return tidy("".join(read_pieces(element)))


def read_pieces(element: "_Element") -> Iterator[str]:
    """Yield all text inside an element, references to entities of other files by their names."""
    yield expand(element) or element.text or ""
    for child in element:
        yield from read_pieces(child)
        yield child.tail or ""


def has_own_text(element: "_Element") -> bool:
    """Return whether there are words in an element that are in none of those inside it."""
    return bool((element.text or "").strip() or any((child.tail or "").strip() for child in element))


def expand(element: "_Element") -> str:
    """Return the character for a reference such as ``&nbsp;``, or the reference; empty for an element."""
    name = getattr(element, "name", None)
    return html5.get(f"{name};", f"&{name};") if isinstance(name, str) else ""


def tidy(text: str) -> str:
    """Return the words of a text with one space between them."""
    return " ".join(text.split())
