"""Blocks of a text: paragraphs, list items, table rows and their cells."""

from itertools import pairwise

import regex

from index.text.sentences import strip_span
from index.types import Span
from qa.answer.borders.words import find_line, has_content, intersect, list_words

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
# A cell or a block of which less than this share of words was chosen was not meant, if another one was.
FRAGMENT_SHARE = 0.5
# Longer lines with double spaces are prose.
MAX_ROW_CHARS = 160


def is_whole_cell(text: str, span: Span) -> bool:
    """Return whether the span is a cell of a table."""
    cells = find_cells(text, find_line(text, span.start))
    return len(cells) > 1 and span in cells


def cut_to_blocks(text: str, span: Span) -> Span:
    """Return the span without fragments of blocks, headings and empty parts at its ends, if something is left."""
    breaks = [m.span() for m in BREAK.finditer(text)]
    cut = [place for start, end in breaks if span.start <= start and end <= span.end for place in (start, end)]
    if not cut:
        return span
    edges = [0, *(place for pair in breaks for place in pair), len(text)]
    blocks = [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    parts = [(intersect(span, block), block) for block in blocks if block.overlaps(span)]
    body = [(p, b) for p, b in parts if has_content(text, p) and not _is_in_heading(text, p)]
    whole = [part for part, block in body if _measure_share(text, part, block) >= FRAGMENT_SHARE]
    kept = whole or [part for part, _ in body][:1]
    return Span(kept[0].start, kept[-1].end) if kept else span


def strip_bullet(text: str, span: Span) -> Span:
    """Return the span without the bullet that it begins with or in; never nothing."""
    line = find_line(text, span.start)
    bullet = ITEM.match(text, line.start, line.end)
    if bullet is None or not span.start < bullet.end() < span.end or _goes_on(text, line, bullet.group()):
        return span
    return Span(bullet.end(), span.end)


def _goes_on(text: str, line: Span, bullet: str) -> bool:
    """Return whether a number goes on with the sentence of the line before: "born on | 12. May"."""
    before = find_line(text, max(0, line.start - 1))
    ending = text[before.start : before.end].rstrip()[-1:]
    numbered = any(mark.isdigit() for mark in bullet)
    return numbered and (ending.islower() or ending == ",") and not ITEM.match(text, before.start, before.end)


def cut_to_cells(text: str, span: Span) -> Span:
    """Return the span without fragments of table cells, marks between cells and the first cell, which names the row."""
    line = find_line(text, span.start)
    cells = find_cells(text, line)
    if len(cells) < 2 or any(cell.start <= span.start and span.end <= cell.end for cell in cells):
        return span
    touched = [cell for cell in cells if cell.overlaps(span)]
    if len(touched) > 1 and touched[0] == cells[0]:
        touched = touched[1:]
    covered = [cell for cell in touched if _measure_share(text, span, cell) >= FRAGMENT_SHARE]
    if covered:
        return Span(covered[0].start, span.end if span.end > line.end else covered[-1].end)
    if not touched:
        return span
    return intersect(max(touched, key=lambda cell: len(list_words(text, intersect(cell, span)))), span)


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


def _is_in_heading(text: str, part: Span) -> bool:
    """Return whether a part that ends with its block is the end of a heading."""
    line = text[find_line(text, part.start).start : find_line(text, part.end).end]
    return HEADING.fullmatch(line) is not None and "|" not in line


def _measure_share(text: str, span: Span, whole: Span) -> float:
    return len(list_words(text, intersect(span, whole))) / max(1, len(list_words(text, whole)))
