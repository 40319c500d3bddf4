"""reStructuredText: the source as it is, so that offsets are offsets into the user's own file.

Titles are found as docutils finds them, by the lines under and over them. Nothing is run or included: a directive is
text like any other.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from index.parsers.encoding import decode_bytes
from index.types import Document, Heading

# One character of punctuation again and again.
ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*[ \t]*")
# A shorter line under a longer title is a paragraph, as in docutils.
MIN_ADORNMENT = 4
FIELD = re.compile(r":((?:\\.|[^:\\\n])+):(?:[ \t]+(.*)|[ \t]*)")
# What may be before the fields: comments, targets and other directives without text of their own.
MARKUP = re.compile(r"\.\.(?:[ \t]|$)")
# "`text <target>`_", ":role:`text`", "**text**" and the like.
REFERENCE = re.compile(r"(?::[\w.:+-]+:)?`([^`<]+?)(?:\s*<[^>`]*>)?`_{0,2}")
# They are not looked for in a longer title: the time for that grows with the square of its length.
MAX_TITLE_CHARS = 1000
EMPHASIS = re.compile(r"(\*\*|\*|``|\|)(?=\S)(.+?)(?<=\S)\1")
# "$Date: 2024-01-31 $" of a version control system.
KEYWORD = re.compile(r"\$\w+:\s*(.*?)\s*\$")


def parse_rst(path: Path, id: str) -> list[Document]:
    """Return one document, its title the first one, its metadata the fields at the top.

    Raise LoadError for binary data. Headings are whole lines with the lines under and over them.
    """
    text = decode_bytes(path.read_bytes())
    lines = text.split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    headings: list[Heading] = []
    styles: list[tuple[str, bool]] = []
    title, end = "", 0
    for first, last, words in _find_titles(lines):
        style = (lines[last - 1][0], last - first == 3)
        if style not in styles:
            styles.append(style)
        headings.append(Heading(starts[first], starts[last] - 1, styles.index(style) + 1))
        title, end = (title, end) if title else (_strip_inline_marks(words), last)
    fields = _read_fields(lines, 0) or _read_fields(lines, end)
    return [Document(id, text, fields.pop("title", title), fields, tuple(headings))]


def _find_titles(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield the first line, the line after the last, and the words of each title."""
    number = 0
    while number < len(lines):
        length = _measure_title(lines, number)
        if length:
            yield number, number + length, lines[number + (length == 3)].strip()
        number += length or 1


def _measure_title(lines: Sequence[str], number: int) -> int:
    """Return the number of lines of the title that begins with a line, 3 with a line above it, 2 without, 0 if none."""
    if number and not _is_open(lines, number):
        return 0
    first, *below = [line.rstrip() for line in lines[number : number + 3]] + ["", ""]
    if not first:
        return 0
    if _is_adornment(first):
        is_title = below[0].strip() and below[1] == first and not _is_adornment(below[0])
        if is_title and _fits(below[0], first):
            return 3
        if len(first) >= MIN_ADORNMENT:
            return 0
    is_title = not first[0].isspace() and _is_adornment(below[0]) and not MARKUP.match(first)
    return 2 if is_title and _fits(first, below[0]) else 0


def _is_open(lines: Sequence[str], number: int) -> bool:
    """Return whether a title may begin: after an empty line, another title, or the end of what is indented."""
    above = lines[number - 1]
    return not above.strip() or _is_adornment(above.rstrip()) or above[0].isspace()


def _is_adornment(line: str) -> bool:
    return bool(ADORNMENT.fullmatch(line))


def _fits(title: str, adornment: str) -> bool:
    """Return whether the line is as long as the title, or long enough to be meant (docutils warns of it)."""
    return len(adornment) >= min(len(title.rstrip()), MIN_ADORNMENT)


def _read_fields(lines: Sequence[str], number: int) -> dict[str, str]:
    """Return the fields (``:Author: Sana``) from a line on, also below comments, their keys in lower case."""
    fields: dict[str, list[str]] = {}
    key = ""
    in_markup = False
    for line in lines[number:]:
        field = FIELD.fullmatch(line.rstrip())
        if field:
            key, in_markup = field[1].strip().lower(), False
            fields.setdefault(key, []).append(field[2] or "")
        elif line[:1].isspace() and line.strip() and (key or in_markup):
            if key:
                fields[key].append(line)
        elif MARKUP.match(line) and not key:
            in_markup = True
        elif line.strip():
            break
    values = {key: KEYWORD.sub(r"\1", " ".join(" ".join(words).split())) for key, words in fields.items()}
    return {key: value for key, value in values.items() if value}


def _strip_inline_marks(words: str) -> str:
    if len(words) > MAX_TITLE_CHARS:
        return words.strip()
    return REFERENCE.sub(r"\1", EMPHASIS.sub(r"\2", words)).replace("\\", "").strip()
