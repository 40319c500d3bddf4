"""AsciiDoc: the source as it is, so that offsets are offsets into the user's own file; nothing is included."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from index.parsers.encoding import decode_bytes
from index.types import Document, Heading

# "== Title" or "== Title ==", and "## Title" as in Markdown.
TITLE = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*)")
# Around code, comments, examples, quotations, tables and the like, in which nothing is a title.
DELIMITER = re.compile(r"(-{4,}|\.{4,}|/{4,}|\+{4,}|={4,}|\*{4,}|_{4,}|--|```[\w+-]*|[|,:!]={3,})[ \t]*")
# The line under a title, by level.
UNDERLINES = "=-~^+"
MAX_UNDERLINE_DIFFERENCE = 1
WORD = re.compile(r"\w")
ATTRIBUTE = re.compile(r":([\w][\w-]*):(?:[ \t]+(.*?))?[ \t]*")
# "Sana Ali <sana@example.org>; Ben Okoro", of one to four words each.
PERSON = r"\w[^\s:;<>]*(?: [^\s:;<>]+){0,3}(?: <[^<>]+>)?"
AUTHOR = re.compile(rf"{PERSON}(?:; ?{PERSON})*[ \t]*")
REVISION = re.compile(r"v?(\d[\w.]*)?,?[ \t]*(\d{4}-\d{2}-\d{2}|[^:,]*\d{4})?(?::[ \t]*.*)?[ \t]*")
# Attributes that describe the document; most others are settings of the processor.
DESCRIBING = frozenset(
    "author authors copyright date description keywords language license status tags title version".split()
)
NAMES = {"revdate": "date", "revnumber": "version", "lang": "language", "page-tags": "tags"}
# Marks are not looked for in a longer title: the time for that grows with the square of its length.
MAX_TITLE_CHARS = 1000
MARKS = re.compile(r"(\*\*|__|``|##|[*_`#])(?=\S)(.+?)(?<=\S)\1|https?://\S+\[([^\]]*)\]")


def parse_asciidoc(path: Path, id: str) -> list[Document]:
    """Return one document, its title and metadata those of its header. Raise LoadError for binary data.

    Headings are whole lines with their marks.
    """
    text = decode_bytes(path.read_bytes())
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    titles = list(_find_titles(lines))
    headings = [Heading(starts[first], starts[last] - 1, level) for first, last, level, _ in titles]
    own = next(((last, words) for _, last, level, words in titles[:1] if level == 1), (0, ""))
    metadata = _read_header(lines, own[0])
    title = metadata.pop("title", "") or _strip_marks(own[1] or (titles[0][3] if titles else ""))
    return [Document(id, text, title, metadata, tuple(headings))]


def _find_titles(lines: Sequence[str]) -> Iterator[tuple[int, int, int, str]]:
    """Yield the first line, the line after the last, the level from 1 and the words of each title."""
    number, opened = 0, ""
    while number < len(lines):
        line = lines[number].rstrip()
        title = None if opened else _match_title(lines, number)
        if title:
            yield number, number + title[0], title[1], title[2]
            number += title[0]
            continue
        if opened:
            opened = "" if line == opened else opened
        elif DELIMITER.fullmatch(line):
            opened = "```" if line.startswith("```") else line
        number += 1


def _match_title(lines: Sequence[str], number: int) -> tuple[int, int, str] | None:
    """Return the number of lines, the level and the words of the title that begins with a line, or None."""
    line = lines[number].rstrip()
    title = TITLE.fullmatch(line)
    if title:
        words = title[2].removesuffix(title[1])
        return 1, len(title[1]), words.rstrip() if words[-1:].isspace() else title[2]
    below = lines[number + 1].rstrip() if number + 1 < len(lines) else ""
    is_underlined = (
        len(below) > 1
        and below[0] in UNDERLINES
        and below == below[0] * len(below)
        and abs(len(below) - len(line)) <= MAX_UNDERLINE_DIFFERENCE
        and WORD.match(line)
        and not (number and lines[number - 1].strip())
    )
    return (2, UNDERLINES.index(below[0]) + 1, line) if is_underlined else None


def _read_header(lines: Sequence[str], number: int) -> dict[str, str]:
    """Return the author, revision and attributes up to the first empty line; ``number``: the line below the title."""
    metadata: dict[str, str] = {}
    may_be_author = number > 0
    for line in lines[number:]:
        attribute = ATTRIBUTE.fullmatch(line)
        if attribute:
            key = NAMES.get(attribute[1].lower(), attribute[1].lower())
            # A value with a reference to another attribute is left out.
            is_plain = key in DESCRIBING and attribute[2] and "{" not in attribute[2]
            metadata |= {key: attribute[2]} if is_plain else {}
        elif may_be_author and AUTHOR.fullmatch(line):
            may_be_author = False
            metadata["author"] = re.sub(r"[ \t]*<[^>]+>", "", line).strip()
        elif revision := REVISION.fullmatch(line) if line.strip() and "author" in metadata else None:
            found = {"version": revision[1], "date": revision[2]}
            metadata |= {key: value.strip() for key, value in found.items() if value}
        elif not line.startswith("//"):
            break
    return metadata


def _strip_marks(words: str) -> str:
    if len(words) > MAX_TITLE_CHARS:
        return words.strip()
    return MARKS.sub(lambda match: match[2] or match[3] or "", words).strip()
