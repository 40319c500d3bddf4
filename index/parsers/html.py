"""HTML: the main text of the page, without menus, footers and scripts.

The only module that imports trafilatura and webencodings.
"""

import re
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from index.errors import LoadError
from index.parsers.encoding import decode_bytes, repair_surrogates
from index.parsers.html_blocks import HeadedText, flatten_blocks
from index.parsers.html_chrome import Tree, remove_chrome
from index.parsers.html_metadata import read_page_metadata
from index.parsers.html_spans import Cell, repeat_spanning_cells
from index.parsers.quiet import silence_logger
from index.types import Document

# A page must declare its encoding in the first 1,024 bytes; many pages need more.
MAX_DECLARATION_BYTES = 4096
DECLARATION = re.compile(rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)

# UTF-16 would have hidden the declaration, and the others are placeholders of the standard without a codec.
UNUSABLE_ENCODINGS = frozenset({"utf-16le", "utf-16be", "replacement", "x-user-defined"})

# Trafilatura compares its text with that of justext, which takes time that grows with the square of the number of
# short paragraphs: a minute for 20,000 of them. A longer page has text enough without.
MAX_COMPARED_ELEMENTS = 10_000


def parse_html(path: Path, id: str) -> list[Document]:
    """Return one document: the main text by blocks, or everything that the page shows if no main text is found.

    Raise LoadError for binary data and for a page without text.
    """
    data = path.read_bytes()
    source = decode_bytes(data, _find_declared_codec(data))
    # trafilatura logs pages in which it finds nothing; the LoadError below says so.
    with silence_logger("trafilatura"):
        content, title, metadata = _extract_content(source)
    if not content.text.strip():
        raise LoadError("shows no text; save the page after its scripts have run or leave it out")
    return [Document(id, content.text, title, metadata, content.headings)]


def _find_declared_codec(data: bytes) -> str | None:
    """Return the Python codec that browsers use for the declared encoding, or None (WHATWG Encoding Standard)."""
    import webencodings

    declaration = DECLARATION.search(data[:MAX_DECLARATION_BYTES])
    encoding = webencodings.lookup(declaration[1].decode("ascii", "replace")) if declaration else None
    if encoding is None or encoding.name in UNUSABLE_ENCODINGS:
        return None
    # The standard decodes both alike; Python's gbk knows fewer characters.
    return "gb18030" if encoding.name == "gbk" else str(encoding.codec_info.name)


def _extract_content(source: str) -> tuple[HeadedText, str, dict[str, Any]]:
    """Return the text, the title and the metadata of the page."""
    from trafilatura import bare_extraction, html2txt
    from trafilatura.metadata import extract_title

    tree = _parse_tree(source)
    if tree is None:
        return HeadedText(), "", {}
    remove_chrome(tree)
    repeat_spanning_cells(tree)
    # Before the extraction, which takes the tree apart.
    title, metadata = repair_surrogates(extract_title(tree) or ""), read_page_metadata(tree)
    is_long = any(True for _ in islice(tree.iter(), MAX_COMPARED_ELEMENTS, None))
    page = bare_extraction(tree, include_comments=False, fast=is_long)
    # Its signature allows a dict, which it returns only on request.
    content = HeadedText() if page is None or isinstance(page, dict) else flatten_blocks(page.body)
    return (content if content.text else HeadedText(repair_surrogates(html2txt(tree)))), title, metadata


class Page(Tree, Cell, Protocol):
    """A parsed page, as the modules that change it see it."""


def _parse_tree(source: str) -> Page | None:
    """Return the parsed page; trafilatura does not accept a fragment as HTML, so a fragment gets a body."""
    from trafilatura import load_html

    tree = load_html(source)
    return load_html(f"<html><body>{source}</body></html>") if tree is None else tree
