"""HTML: the main text of the page, without menus, footers and scripts.

The only module that imports trafilatura.
"""

import codecs
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import LoadError
from index.parsers.encoding import decode_bytes, repair_surrogates
from index.parsers.html_blocks import Element, HeadedText, flatten_blocks
from index.types import Document

HEAD = 4096
"""Bytes in which a page must declare its encoding; the standard says 1024, pages say otherwise."""

DECLARED = re.compile(rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)

# What browsers read in place of the name that is declared (WHATWG Encoding Standard).
SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
}
# Python has codecs that are no encodings of text, or not of web pages (utf-7, unicode_escape).
ON_THE_WEB = re.compile(
    r"utf-8|cp125\d|cp866|cp874|cp932|cp949|iso8859-\d+|koi8-[ru]|mac-\w+|big5|gb18030|euc_jp|iso2022_jp"
)


def parse_html(path: Path, id: str) -> list[Document]:
    """One document: the main text by blocks, or all that the page shows where none stands out.

    Raises LoadError for binary data and for a page without text.
    """
    data = path.read_bytes()
    source = decode_bytes(data, _declared(data))
    with _quiet():
        blocks, title = _content(source)
    if not blocks.text.strip():
        raise LoadError("shows no text; save the page after its scripts have run, or leave it out")
    return [Document(id, blocks.text, title, headings=blocks.headings)]


def _declared(data: bytes) -> str | None:
    """The codec of the encoding that the page says it has, if it is one of the web's."""
    found = DECLARED.search(data[:HEAD])
    try:
        name = codecs.lookup(found[1].decode("ascii")).name if found else ""
    except (LookupError, UnicodeDecodeError):
        return None
    name = SUPERSETS.get(name, name)
    return name if ON_THE_WEB.fullmatch(name) else None


@contextmanager
def _quiet() -> Iterator[None]:
    """No word from trafilatura about pages it finds nothing in: that is told by our own error."""
    logger = logging.getLogger("trafilatura")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


def _content(source: str) -> tuple[HeadedText, str]:
    """The text and title of the page."""
    from trafilatura import bare_extraction, html2txt
    from trafilatura.metadata import extract_title

    tree = _tree(source)
    if tree is None:
        return HeadedText(), ""
    title = repair_surrogates(extract_title(tree) or "")
    page = bare_extraction(tree, include_comments=False)
    # A dict is what it gives where it is asked for one.
    blocks = HeadedText() if page is None or isinstance(page, dict) else flatten_blocks(page.body)
    return (blocks if blocks.text else HeadedText(repair_surrogates(html2txt(tree)))), title


def _tree(source: str) -> Element | None:
    """The page as parsed; trafilatura takes a lone fragment for no HTML, so it gets a body."""
    from trafilatura import load_html

    tree = load_html(source)
    return load_html(f"<html><body>{source}</body></html>") if tree is None else tree
