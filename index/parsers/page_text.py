"""The lines of pages become the text of a document: paragraphs joined, hyphenated words too, headings found.

A line that is as long as the next word allows was wrapped, so it continues; any other line ends where its author ended
it, as the rows of a table, the items of a list and the lines of a poem do.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import regex

from index.parsers.page_layout import EDGE, TextBox
from index.types import Heading

LINE, PARAGRAPH = "\n", "\n\n"

# In heights of a line: a larger distance to the line before begins a paragraph.
MAX_LINE_GAP = 0.35
# The distance from line to line, compared with that of the column, which begins one in text with wide lines.
MAX_PITCH = 1.3
# Lines further apart are no column; one that begins further to the right is indented.
MAX_COLUMN_GAP, MIN_INDENT = 2.5, 0.8
# Another size of the font begins a paragraph; a larger one than that of most of the text is a heading.
MAX_SIZE_CHANGE, MIN_HEADING_SIZE = 1.08, 1.15
MAX_HEADING_CHARS, MAX_HEADING_LINES, MAX_LEVELS = 120, 3, 6

BULLET = regex.compile(r"(?:[-*•‣–▪◦●■□o]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+\S")
HYPHENATED = regex.compile(r"(\p{L}+)[-‐\u00ad\u0002]$")
CONTINUES = regex.compile(r"[\"'“‘(\[]*\p{Ll}")
CONTINUATION = regex.compile(r"(\p{Ll}\p{L}*)")
# "Haupt- und Nebensatz", "pre- and postwar": the hyphen stands for a word.
CONJUNCTION = regex.compile(r"(?:and|or|to|und|oder|bis|et|ou|e|o|y|en|of)\b")
WORD = regex.compile(r"\p{L}+(?:-\p{L}+)*")
ENDS_SENTENCE = regex.compile(r"[.!?:;][\"'”’»)\]]*$")
LETTER = regex.compile(r"\p{L}")
# What leads to the number of a page in a table of contents.
LEADER = regex.compile(r"(?:\. ?){3}|…")


@dataclass(slots=True)
class PageTexts:
    """The text of all pages, where each begins, and the headings."""

    text: str = ""
    starts: list[int] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Style:
    """What a document has in common: its words, the size and the height of most of its text, larger sizes in order."""

    words: frozenset[str]
    size: float
    height: float
    larger: tuple[float, ...]


def compose_pages(pages: Sequence[Sequence[TextBox]]) -> PageTexts:
    """Return the text of the lines of all pages; an empty line separates paragraphs and pages."""
    lines = [line for page in pages for line in page]
    style = _find_style(lines)
    moved = _complete_last_words([list(page) for page in pages], style)
    result = PageTexts()
    pieces: list[str] = []
    length = 0
    for number, page in enumerate(moved):
        start = length + len(PARAGRAPH) * bool(number)
        text, headings = _compose_page(page, style)
        result.starts.append(start)
        result.headings += [Heading(start + one.start, start + one.end, one.level) for one in headings]
        pieces.append(text)
        length = start + len(text)
    result.text = PARAGRAPH.join(pieces)
    return result


def _find_style(lines: Sequence[TextBox]) -> _Style:
    counted = Counter(word.casefold() for line in lines for word in WORD.findall(line.text))
    sizes, heights = Counter[float](), Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
        heights[round(line.height, 1)] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    height = heights.most_common(1)[0][0] if heights else 0.0
    larger = sorted((one for one in sizes if size and one >= MIN_HEADING_SIZE * size), reverse=True)
    return _Style(frozenset(counted), size, height, tuple(larger))


def _complete_last_words(pages: list[list[TextBox]], style: _Style) -> list[list[TextBox]]:
    """Move the rest of a word that is hyphenated at the end of a page to that page."""
    for page, following in pairwise(pages):
        if not page or not following:
            continue
        word, _, rest = following[0].text.partition(" ")
        joined = _join_hyphenated(page[-1].text, word, style.words)
        if joined is not None:
            page[-1] = replace(page[-1], text=joined)
            following[:1] = [replace(following[0], text=rest)] if rest else []
    return pages


def _join_hyphenated(before: str, after: str, words: frozenset[str]) -> str | None:
    """Return two lines as one if a word is divided between them, or None.

    The hyphen stays if the document has the word with it elsewhere, and not without it.
    """
    first, second = HYPHENATED.search(before), CONTINUATION.match(after)
    if not first or not second:
        return None
    whole, compound = (f"{first[1]}{hyphen}{second[1]}".casefold() for hyphen in ("", "-"))
    keeps_hyphen = any(word.startswith(compound) for word in words if "-" in word) and whole not in words
    if CONJUNCTION.match(after):
        return f"{before[:-1]}- {after}"
    return f"{before[:-1]}{'-' if keeps_hyphen else ''}{after}"


def _compose_page(lines: Sequence[TextBox], style: _Style) -> tuple[str, list[Heading]]:
    """Return the text of a page and its headings, with offsets in that text."""
    blocks: list[list[TextBox]] = []
    texts: list[str] = []
    separators = list(_find_separators(lines))
    for i, line in enumerate(lines):
        separator = separators[i - 1] if i else PARAGRAPH
        joined = _join_hyphenated(texts[-1], line.text, style.words) if texts and separator != PARAGRAPH else None
        if separator == PARAGRAPH:
            blocks.append([line])
            texts.append(line.text)
        else:
            blocks[-1].append(line)
            texts[-1] = texts[-1] + separator + line.text if joined is None else joined
    cleaned = [_restore_hyphens(text) for text in texts]
    headings: list[Heading] = []
    start = 0
    for block, text in zip(blocks, cleaned, strict=True):
        level = _find_level(block, text, style)
        if level:
            headings.append(Heading(start, start + len(text), level))
        start += len(text) + len(PARAGRAPH)
    return PARAGRAPH.join(cleaned), headings


def _restore_hyphens(text: str) -> str:
    """Return the text with a hyphen for each mark of one at the end of a line that nothing continued."""
    return text.replace("\x02", "-").replace("\u00ad", "")


def _find_level(block: Sequence[TextBox], text: str, style: _Style) -> int | None:
    """Return the level of a heading, 1 for the largest font, or None if the block is none."""
    size = round(min(line.size for line in block), 1)
    is_larger = size in style.larger and min(line.height for line in block) >= MIN_HEADING_SIZE * style.height
    is_short = len(text) <= MAX_HEADING_CHARS and len(block) <= MAX_HEADING_LINES
    is_words = LETTER.search(text) and not LEADER.search(text) and not any(line.cells for line in block)
    if not is_larger or not is_short or not is_words:
        return None
    return min(style.larger.index(size) + 1, MAX_LEVELS)


def _find_separators(lines: Sequence[TextBox]) -> Iterator[str]:
    """Yield what belongs between each line and the next: a space, a line break or an empty line."""
    for column in _split_columns(lines):
        margin = max(line.right for line in column)
        pitches = sorted(after.top - before.top for before, after in pairwise(column))
        # Of lines inside of paragraphs, even if these are short.
        pitch = pitches[len(pitches) // 4] if pitches else 0.0
        pairs = list(pairwise(column))
        wrapped = [_is_wrapped(before, after, margin) for before, after in pairs]
        # One line is always the longest; if no other is as long, it may be a line of a list as well.
        if sum(wrapped) == 1:
            wrapped = [one and bool(CONTINUES.match(pair[1].text)) for one, pair in zip(wrapped, pairs, strict=True)]
        continued = False
        for (before, after), is_wrapped in zip(pairs, wrapped, strict=True):
            separator = _separate(before, after, pitch)
            if separator == " " and not is_wrapped:
                # The last line of a paragraph that was wrapped.
                separator = PARAGRAPH if continued and not BULLET.match(after.text) else LINE
            continued = separator == " "
            yield separator
        yield PARAGRAPH


def _split_columns(lines: Sequence[TextBox]) -> Iterator[list[TextBox]]:
    """Yield lines that follow each other downwards at small distances, and overlap."""
    column: list[TextBox] = []
    for line in lines:
        if column and not _continues_column(column[-1], line):
            yield column
            column = []
        column.append(line)
    if column:
        yield column


def _continues_column(before: TextBox, after: TextBox) -> bool:
    gap = after.top - before.bottom
    overlaps = after.left < before.right and before.left < after.right
    return overlaps and after.top > before.top and gap <= MAX_COLUMN_GAP * before.height


def _separate(before: TextBox, after: TextBox, pitch: float) -> str:
    """Return a separator by what two lines look like, a space if nothing speaks against it."""
    height = max(before.height, after.height)
    is_apart = after.top - before.bottom > MAX_LINE_GAP * height and after.top - before.top > MAX_PITCH * pitch
    sizes = sorted((max(before.size, 0.1), max(after.size, 0.1)))
    is_indented = after.left > before.left + MIN_INDENT * height and bool(ENDS_SENTENCE.search(before.text))
    if is_apart or sizes[1] > MAX_SIZE_CHANGE * sizes[0] or (is_indented and not BULLET.match(before.text)):
        return PARAGRAPH
    return LINE if before.cells or after.cells or BULLET.match(after.text) else " "


def _is_wrapped(before: TextBox, after: TextBox, margin: float) -> bool:
    """Return whether the next word had no room in the line."""
    word = after.text.partition(" ")[0]
    width = (after.right - after.left) / max(len(after.text), 1)
    return before.right + (len(word) + 1) * width > margin - EDGE or bool(HYPHENATED.search(before.text))
