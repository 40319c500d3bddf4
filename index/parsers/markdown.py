"""Markdown: the source as it is, so that offsets are offsets into the user's own file.

The only module that imports markdown_it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path

from index.parsers.encoding import decode_bytes
from index.types import Document, Heading

# Closed by a line of its own and not followed by an empty line: that is a rule, not front matter.
FRONT_MATTER = re.compile(r"---[ \t]*\n(?=\S)(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
SIMPLE_LINE = re.compile(r"^([A-Za-z_][\w.-]*)[ \t]*:[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The simple ``key: value`` lines above the text, which begins at ``end``."""

    end: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)


def parse_markdown(path: Path, id: str) -> list[Document]:
    """One document, its title from the front matter or else the first level-1 heading.

    Headings are whole lines, marks included, ATX and setext; those inside quotations and
    lists begin no section and are left out. Raises LoadError for binary data.
    """
    text = decode_bytes(path.read_bytes())
    matter = parse_front_matter(text)
    headings, first = _headings(text, matter.end)
    metadata = {key: value for key, value in matter.fields.items() if key != "title"}
    return [Document(id, text, matter.fields.get("title", first), metadata, headings)]


def parse_front_matter(text: str) -> FrontMatter:
    """The block between two ``---`` at the very top; nested YAML in it is passed over.

    A block without one simple line is ordinary Markdown: two rules and what is between them.
    """
    block = FRONT_MATTER.match(text)
    fields = {key: _unquoted(value) for key, value in SIMPLE_LINE.findall(block[1])} if block else {}
    return FrontMatter(block.end(), fields) if block and fields else FrontMatter()


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _headings(text: str, start: int) -> tuple[tuple[Heading, ...], str]:
    """The headings from ``start`` on, and the words of the first one of level 1."""
    from markdown_it import MarkdownIt

    # Lines are enough: parsing what stands inside each paragraph takes most of the time.
    parser = MarkdownIt("commonmark").disable("inline")
    lines = text[start:].split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=start))
    tokens = parser.parse(text[start:])
    found: list[Heading] = []
    title = ""
    for token, words in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            level = int(token.tag.removeprefix("h"))
            found.append(Heading(starts[token.map[0]], starts[token.map[1]] - 1, level))
            title = title or (_words(words.content) if level == 1 else "")
    return tuple(found), title


def _words(source: str) -> str:
    """Inline Markdown without its marks."""
    from markdown_it import MarkdownIt

    parts = MarkdownIt("commonmark").parseInline(source)[0].children or []
    return " ".join("".join(part.content or " " * part.type.endswith("break") for part in parts).split())
