"""Blocks of a text: paragraphs, list items, table rows and their cells."""

from itertools import pairwise

import regex

from index.text.sentences import strip_span
from index.types import Span
from qa.answer.borders.words import has_content, list_words

BULLET = r"(?:[-*+•‣–·▪◦]|\(?\p{Nd}{1,3}[.)]|\p{Nd}{1,2}(?:\.\p{Nd}{1,2}){1,3}\.?(?=[ \t]+[\p{Lu}*\"“(`])|\(?[a-z][.)])"
# A paragraph, a list item, a table row, a heading, a line "Label: value" and a rule begin on a line of their own.
LINE_LABEL = r"\p{Lu}[^\s:]{0,20}(?:[ ][^\s:]{1,20}){0,3}:(?:\s|$)"
BREAK = regex.compile(
    rf"\n[ \t]*\n\s*"
    rf"|\n(?=[ \t]*(?:{BULLET}[ \t]+\S|\||#{{1,6}}[ \t]+[^\p{{Ll}}\s]|>|```|{LINE_LABEL}|[-=_*]{{3,}}\s*$))",
    regex.MULTILINE,
)
ITEM = regex.compile(rf"\s*(?:>[ \t]*)?{BULLET}(?:[ \t]+\[[ xX]\])?[ \t]+(?=\S)")
PIPE_ROW = regex.compile(r"^[ \t]*\|.*\|[ \t]*$|^.*\S \| \S.*$", regex.MULTILINE)
LINE = regex.compile(r"[^\n]+")
RULE = regex.compile(r"[\s|:=+-]+")
# Columns are set with spaces, tabs or dots; two spaces after a mark are between sentences.
GAP = regex.compile(
    r"(?<=[^\s.:;!?\p{Sc}])[ ]{2,}(?=\S)|(?<=\S)[ ]{3,}(?=\S)|(?<=\S)\t+(?=\S)|[ ]?\.{4,}[ ]?|[ ]\.{3}[ ]"
)
MAYBE_COLUMNS = regex.compile(r"\S  |\t| \.\.\. |\.{4}")
HEADING = regex.compile(r"[ \t]*#{1,6}[ \t].*|[^\p{Ll}\n]*\p{Lu}[^\p{Ll}\n]*|.*\n[=-]{3,}[ \t]*")
# A cell or an item of which this share of words was chosen is meant as a whole.
WHOLE_CELL_SHARE, WHOLE_ITEM_SHARE = 0.5, 0.7
# What is left of the chosen words is often another part of the sentence, so that only so many are added there.
MAX_MISSING_WORDS = 1
# After the chosen words, no more than their sentence and its part is added.
STOP = regex.compile(r"[.!?…](?=[\s\"'”’)*_`]|$)|[;:](?=\s)|[()]|\s[–—]\s")
MARK = regex.compile(r"[,;:.!?*_`()–—]")
PART_MARKS = ",;:-–—("
# "*Manufacturer:* …", "**Stash** – …", "Pumping station: …".
LABEL = regex.compile(r"(?:(?P<mark>[*_`]{1,3})[^*_`\n]{1,60}(?P=mark)[:.]?|[^\n:|]{1,50}:)[ \t]+(?:[–—-][ \t]+)?")
# Longer lines with double spaces are prose.
MAX_ROW_CHARS = 160
# Short cells are one value.
MAX_VALUE_WORDS = 3


def find_block(text: str, position: int) -> Span:
    """Return the paragraph, list item or line of a table at a position."""
    start, end = 0, len(text)
    for found in BREAK.finditer(text):
        if found.end() <= position:
            start = found.end()
        elif found.start() > position:
            end = found.start()
            break
    return Span(start, end)


def find_cell(text: str, position: int) -> Span:
    """Return the table cell at a position, or the block if it is no table's."""
    for cell in _find_row(text, position):
        if cell.start <= position < cell.end:
            return cell
    return find_block(text, position)


def is_whole_cell(text: str, span: Span) -> bool:
    """Return whether the span is a cell of a table."""
    return span in _find_row(text, span.start)


def _find_row(text: str, position: int) -> list[Span]:
    """Return the cells of the table row at a position; none if it is no row."""
    end = text.find("\n", position)
    cells = find_cells(text, Span(text.rfind("\n", 0, position) + 1, end if end >= 0 else len(text)))
    return cells if len(cells) > 1 else []


def cut_to_block(text: str, span: Span) -> Span:
    """Return the first part of the span that is in one block, has content and is no heading."""
    parts = _split_at_breaks(text, span)
    if len(parts) == 1:
        return parts[0]
    body = [part for part in parts if has_content(text, part) and not _is_in_heading(text, part)]
    return (body or parts)[0]


def cut_to_blocks(text: str, span: Span) -> Span:
    """Return the span without the headings at its ends; the answer to a question for several may cross blocks."""
    parts = [p for p in _split_at_breaks(text, span) if has_content(text, p) and not _is_in_heading(text, p)]
    return Span(parts[0].start, parts[-1].end) if parts else span


def widen_to_item(text: str, span: Span) -> Span:
    """Return the whole list item without bullet and label if the span has nearly all of it; never a bullet alone."""
    block = find_block(text, span.start)
    bullet = ITEM.match(text, block.start, block.end)
    if bullet is None:
        return span
    if span.start < bullet.end():
        span = Span(min(bullet.end(), span.end), span.end)
    label = LABEL.match(text, bullet.end(), block.end)
    start = label.end() if label and span.start >= label.end() else bullet.end()
    item = strip_span(text, Span(start, block.end))
    if span.start < span.end <= item.end:
        return widen_to_whole(text, span, item, WHOLE_ITEM_SHARE)
    return span


def widen_to_cells(text: str, span: Span) -> Span:
    """Return the whole cell that the span tears, or the cells of one row that it covers, without the marks between."""
    lines = _find_lines(text, span)
    rows = [cells for line in lines if len(cells := find_cells(text, line)) > 1]
    if not rows:
        return span
    if len(rows) < len(lines):
        inside = [s for line in lines if not find_cells(text, line)[1:] for s in [_intersect(line, span)]]
        if not any(cell.overlaps(span) for row in rows for cell in row):
            return inside[0] if inside else span
    chosen = max((_choose_cells(text, span, row) for row in rows), key=lambda cells: _count_shared(text, span, cells))
    return Span(chosen[0].start, chosen[-1].end) if chosen else Span(span.start, span.start)


def find_cells(text: str, line: Span) -> list[Span]:
    """Return the cells of a line; a line of text is one cell."""
    row = text[line.start : line.end]
    if "|" in row and PIPE_ROW.fullmatch(row):
        edges = [-1, *(i for i, mark in enumerate(row) if mark == "|" and row[i - 1 : i] != "\\"), len(row)]
        gaps = [(a + 1, b) for a, b in pairwise(edges)]
    elif not MAYBE_COLUMNS.search(row):
        return [strip_span(text, line)]
    else:
        found = [m.span() for m in GAP.finditer(row) if row[: m.start()].strip()]
        wide = [gap for gap in found if gap[1] - gap[0] > 2 or "\t" in row[slice(*gap)]]
        cuts = found if wide or (len(found) > 1 and len(row) <= MAX_ROW_CHARS) else []
        gaps = list(zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(row)], strict=True))
    cells = [strip_span(text, Span(line.start + start, line.start + end)) for start, end in gaps]
    return [cell for cell in cells if cell.start < cell.end and not RULE.fullmatch(text, cell.start, cell.end)]


def _find_lines(text: str, span: Span) -> list[Span]:
    """Return the lines that the span touches."""
    start, end = text.rfind("\n", 0, span.start) + 1, text.find("\n", span.end)
    return [Span(*m.span()) for m in LINE.finditer(text, start, end if end >= 0 else len(text))]


def _choose_cells(text: str, span: Span, row: list[Span]) -> list[Span]:
    """Return the cells that the span covers, or the one that it touches, whole if it is short or nearly whole."""
    touched = [cell for cell in row if cell.overlaps(span)]
    if len(touched) > 1 and touched[0] == row[0]:
        # The first cell names the row.
        touched = touched[1:]
    covered = [cell for cell in touched if _measure_share(text, span, cell) > WHOLE_CELL_SHARE]
    if len(covered) == 1 and _is_whole_part(text, _intersect(covered[0], span), covered[0]):
        return [_intersect(covered[0], span)]
    if covered:
        first, last = row.index(covered[0]), row.index(covered[-1])
        return row[first : last + 1]
    if not touched:
        return []
    most = max(touched, key=lambda cell: len(list_words(text, _intersect(cell, span))))
    part = _intersect(most, span)
    return [part if len(list_words(text, most)) > MAX_VALUE_WORDS or _is_whole_part(text, part, most) else most]


def _is_whole_part(text: str, part: Span, whole: Span) -> bool:
    """Return whether marks separate a part from the rest of its cell: "18%, at least $9", "09.00 - 18.00"."""
    before, after = text[whole.start : part.start].rstrip(), text[part.end : whole.end].lstrip()
    return (not before or before[-1] in PART_MARKS) and (not after or after[0] in PART_MARKS + ")]")


def widen_to_whole(text: str, span: Span, whole: Span, share: float) -> Span:
    """Return the whole if the span has this share of its words, and all but two of those before it."""
    if _measure_share(text, span, whole) < share:
        return span
    missing = text[whole.start : span.start]
    few = len(list_words(text, Span(whole.start, span.start))) <= MAX_MISSING_WORDS
    mark = STOP.search(text, span.end, whole.end)
    return Span(whole.start if few and not MARK.search(missing) else span.start, mark.start() if mark else whole.end)


def _count_shared(text: str, span: Span, cells: list[Span]) -> int:
    return sum(len(list_words(text, _intersect(cell, span))) for cell in cells)


def _split_at_breaks(text: str, span: Span) -> list[Span]:
    breaks = [m.span() for m in BREAK.finditer(text) if span.start <= m.start() and m.end() <= span.end]
    starts, ends = [span.start, *(end for _, end in breaks)], [*(start for start, _ in breaks), span.end]
    parts = [strip_span(text, Span(start, end)) for start, end in zip(starts, ends, strict=True) if start < end]
    return [part for part in parts if part.start < part.end] or [span]


def _is_in_heading(text: str, part: Span) -> bool:
    """Return whether a part that ends with its block is the end of a heading."""
    start, end = text.rfind("\n", 0, part.start) + 1, text.find("\n", part.end)
    line = text[start : end if end >= 0 else len(text)]
    return HEADING.fullmatch(line) is not None and "|" not in line


def _measure_share(text: str, span: Span, whole: Span) -> float:
    return len(list_words(text, _intersect(span, whole))) / max(1, len(list_words(text, whole)))


def _intersect(a: Span, b: Span) -> Span:
    start, end = max(a.start, b.start), min(a.end, b.end)
    return Span(start, max(start, end))
