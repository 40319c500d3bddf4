"""Markdown: the source as it is, so that offsets are offsets into the user's own file.

The only module that imports markdown_it.
"""

import re
from itertools import accumulate, pairwise
from pathlib import Path

from index.parsers.encoding import decode_bytes
from index.types import Document, Heading

# Ends with a line of its own, and no empty line follows the first one: otherwise that is a rule, not front matter.
FRONT_MATTER = re.compile(r"---[ \t]*\n(?=\S)(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
# Nested YAML is skipped: no parser for it is worth a dependency.
SIMPLE_LINE = re.compile(r"^([A-Za-z_][\w.-]*)[ \t]*:[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)


def parse_markdown(path: Path, id: str) -> list[Document]:
    """Return one document, its title from the front matter or else the first level-1 heading.

    Headings are whole lines including their marks, ATX and setext; those inside quotations and lists
    begin no section and are left out. Raise LoadError for binary data.
    """
    text = decode_bytes(path.read_bytes())
    metadata, start = parse_front_matter(text)
    headings, title = find_headings(text, start)
    title = metadata.pop("title", title)
    return [Document(id, text, title, metadata, headings)]


def parse_front_matter(text: str) -> tuple[dict[str, str], int]:
    """Return the simple ``key: value`` lines between two ``---`` at the very top, and where the text begins.

    A block without a simple line is ordinary Markdown: two rules and what is between them.
    """
    block = FRONT_MATTER.match(text)
    fields = {key: _unquote(value) for key, value in SIMPLE_LINE.findall(block[1])} if block else {}
    return (fields, block.end()) if block and fields else ({}, 0)


def _unquote(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def find_headings(text: str, start: int = 0) -> tuple[tuple[Heading, ...], str]:
    """Return the headings from ``start`` on, and the words of the first one of level 1."""
    from markdown_it import MarkdownIt

    # Blocks are enough: parsing what is inside each paragraph takes most of the time.
    parser = MarkdownIt("commonmark").disable("inline")
    lines = text[start:].split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=start))
    headings: list[Heading] = []
    title = ""
    for token, content in pairwise(parser.parse(text[start:])):
        if token.type == "heading_open" and token.level == 0 and token.map:
            level = int(token.tag.removeprefix("h"))
            headings.append(Heading(starts[token.map[0]], starts[token.map[1]] - 1, level))
            title = title or (strip_inline_marks(content.content) if level == 1 else "")
    return tuple(headings), title


def strip_inline_marks(source: str) -> str:
    """Return the words of inline Markdown without its marks."""
    from markdown_it import MarkdownIt

    parts = MarkdownIt("commonmark").parseInline(source)[0].children or []
    return " ".join("".join(part.content or " " * part.type.endswith("break") for part in parts).split())
