"""Markdown: the source as it is, so that offsets are offsets into the user's own file.

The only module that imports markdown_it.
"""

from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.parsers.encoding import decode_bytes
from index.parsers.front_matter import parse_front_matter
from index.types import Document, Heading

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


def parse_markdown(path: Path, id: str) -> list[Document]:
    """Return one document, its title from the front matter or else the first level-1 heading.

    Headings are whole lines including their marks, ATX and setext; those inside quotations and lists
    begin no section and are left out. Raise LoadError for binary data.
    """
    text = decode_bytes(path.read_bytes())
    metadata, start = parse_front_matter(text)
    headings, title = find_headings(text, start)
    if isinstance(metadata.get("title"), str):
        title = metadata.pop("title")
    return [Document(id, text, title, metadata, headings)]


def find_headings(text: str, start: int = 0) -> tuple[tuple[Heading, ...], str]:
    """Return the headings from ``start`` on, and the words of the first one of level 1."""
    from markdown_it import MarkdownIt

    # Blocks are enough: parsing what is inside each paragraph takes most of the time.
    parser = MarkdownIt("commonmark").disable("inline")
    definitions: dict[str, Any] = {}
    lines = text[start:].split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=start))
    headings: list[Heading] = []
    title = ""
    for token, content in pairwise(parser.parse(text[start:], definitions)):
        if token.type == "heading_open" and token.level == 0 and token.map:
            level = int(token.tag.removeprefix("h"))
            words = _strip_inline_marks(content.content, definitions)
            headings.append(Heading(starts[token.map[0]], starts[token.map[1]] - 1, level, words))
            title = title or (words if level == 1 else "")
    return tuple(headings), title


def _strip_inline_marks(source: str, definitions: dict[str, Any]) -> str:
    """Return the words of inline Markdown without its marks and without HTML, those of a picture in their place."""
    parts = _load_inline_parser().parseInline(source, definitions)[0].children or []
    shown = (part for part in parts if part.type != "html_inline")
    return " ".join("".join(part.content or " " * part.type.endswith("break") for part in shown).split())


@cache
def _load_inline_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")
