"""Marks at the ends of an answer: pairs are kept together, single ones removed."""

import regex

from index.types import Span
from qa.answer.borders.words import NAME_MARK, is_abbreviation

OPENERS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»", "„": "“"}
CLOSERS = {closer: opener for opener, closer in OPENERS.items() if opener != "„"}
# Marks that open and close alike; longer ones first.
TWINS = ("***", "**", "__", "``", "`", '"', "*")
TWIN_PATTERNS = {
    mark: regex.compile(rf"(?<!{regex.escape(mark[0])}){regex.escape(mark)}(?!{regex.escape(mark[0])})")
    for mark in TWINS
}
LEADING = regex.compile(r"[\s.,;:!?)\]}»”|·•–—=…/\\-]+|\.{2,}")
TRAILING = regex.compile(r"[\s,;:(\[{«“|·•–—=…/\\-]+")
# The first marks of "-3", ".env", "/etc", "--all".
ATTACHED_MARKS = "-/.\\"
# "1) first and 2) second": these open nothing.
ENUMERATOR = regex.compile(r"(?<![^\s(,;])[\p{L}\p{N}]{1,2}\)$")
# A pair is completed if its other half is this close.
MAX_REACH = 30
FINAL = ".!?"


def balance_marks(text: str, span: Span) -> Span:
    """Return the span with both halves of each pair of brackets, quotation or emphasis marks, or with neither."""
    return _balance_twins(text, _balance_brackets(text, span))


def strip_marks(text: str, span: Span) -> Span:
    """Return the span without marks that are no part of the answer at its ends, and without a pair around all of it."""
    while True:
        stripped = _strip_pair(text, _strip_trailing(text, _strip_leading(text, span)))
        if stripped == span or stripped.start >= stripped.end:
            return stripped
        span = stripped


def _balance_brackets(text: str, span: Span) -> Span:
    openers, closers = _find_lone_brackets(text, span)
    for place in closers:
        if span.start <= place < span.end:
            before = text.rfind(CLOSERS[text[place]], max(0, span.start - MAX_REACH), span.start)
            span = _complete_left(text, span, Span(place, place + 1), before)
    for place in openers:
        if span.start <= place < span.end:
            after = text.find(OPENERS[text[place]], span.end, span.end + MAX_REACH)
            span = _complete_right(text, span, Span(place, place + 1), after)
    return span


def _find_lone_brackets(text: str, span: Span) -> tuple[list[int], list[int]]:
    """Return where the span has an opening and a closing bracket whose other half it does not have."""
    openers: list[int] = []
    closers: list[int] = []
    for place in range(span.start, span.end):
        mark = text[place]
        if mark in OPENERS:
            openers.append(place)
        elif mark in CLOSERS and openers and OPENERS[text[openers[-1]]] == mark:
            openers.pop()
        elif mark in CLOSERS and (place == span.end - 1 or not ENUMERATOR.search(text, max(0, place - 3), place + 1)):
            closers.append(place)
    return openers, closers


def _balance_twins(text: str, span: Span) -> Span:
    """Complete or remove a mark that opens and closes alike and is in the span an odd number of times."""
    for mark in TWINS:
        places = _find_twins(text, mark, span)
        if len(places) % 2 == 0:
            continue
        line_start = text.rfind("\n", 0, span.start) + 1
        if len(_find_twins(text, mark, Span(line_start, span.start))) % 2:
            # The first one closes what begins before the span.
            before = text.rfind(mark, max(line_start, span.start - MAX_REACH), span.start)
            span = _complete_left(text, span, Span(places[0], places[0] + len(mark)), before)
        else:
            after = text.find(mark, span.end, span.end + MAX_REACH)
            after += len(mark) - 1 if after >= 0 else 0
            span = _complete_right(text, span, Span(places[-1], places[-1] + len(mark)), after)
    return span


def _find_twins(text: str, mark: str, span: Span) -> list[int]:
    """Return where the mark is in the span, not as a part of a longer one, a bullet or a measure of inches."""
    if mark not in text[span.start : span.end]:
        return []
    found = (match.span() for match in TWIN_PATTERNS[mark].finditer(text, span.start, span.end))
    return [start for start, end in found if not _is_single(text, mark, text[start - 1 : start], text[end : end + 1])]


def _is_single(text: str, mark: str, before: str, after: str) -> bool:
    """Return whether a mark has no other half: a bullet, an asterisk between spaces, or inches after a figure."""
    if mark == "*":
        return not before.strip() and not after.strip()
    return mark == '"' and before.isdigit() and text.count('"') % 2 == 1


def _complete_left(text: str, span: Span, mark: Span, other: int) -> Span:
    """Return the span from the other half of a closing mark on, or without the mark if it is at an end."""
    if other < 0 or mark.end == span.end or "\n" in text[other : span.start]:
        return _drop_at_end(span, mark)
    return Span(other, span.end)


def _complete_right(text: str, span: Span, mark: Span, other: int) -> Span:
    """Return the span up to the other half of an opening mark, or without the mark if it is at an end."""
    if other < 0 or mark.start == span.start or "\n\n" in text[span.end : other]:
        return _drop_at_end(span, mark)
    return Span(span.start, other + 1)


def _drop_at_end(span: Span, mark: Span) -> Span:
    if mark.start == span.start:
        return Span(mark.end, span.end)
    return Span(span.start, mark.start) if mark.end == span.end else span


def _strip_leading(text: str, span: Span) -> Span:
    """Remove leading marks; a file name, a path, an option or a negative number keeps its own."""
    found = LEADING.match(text, span.start, span.end)
    if found is None:
        return span
    end = found.end()
    if end < span.end and not text[end].isspace():
        while end > span.start and text[end - 1] in ATTACHED_MARKS:
            end -= 1
    return Span(end, span.end)


def _strip_trailing(text: str, span: Span) -> Span:
    """Remove trailing marks, but not those of an abbreviation, a whole sentence or a path."""
    end = span.end
    while end > span.start:
        mark, before = text[end - 1], text[span.start : end - 1]
        removable = not _ends_whole(text, span.start, end) if mark in FINAL else TRAILING.fullmatch(mark) is not None
        if not removable or (mark == "/" and "/" in before.rpartition(" ")[2]):
            break
        end -= 1
    return Span(span.start, end)


def _ends_whole(text: str, start: int, end: int) -> bool:
    """Return whether a final mark belongs to an abbreviation, a name or a whole sentence."""
    if (text[end - 1] == "." and is_abbreviation(text, end)) or NAME_MARK.match(text, end - 1):
        return True
    before = text[:start].rstrip(" \t\"'“‘*_(")
    begins = not before or (before[-1] in ".!?\n" and not is_abbreviation(text, len(before)))
    return begins and text[start : start + 1].isupper()


def _strip_pair(text: str, span: Span) -> Span:
    """Remove quotation and emphasis marks, and brackets, that are around all of the span."""
    inside = text[span.start : span.end]
    for opener, closer in (*((twin, twin) for twin in (*TWINS, "_", "'")), *OPENERS.items()):
        size = len(opener)
        content = inside[size:-size]
        if content and inside == opener + content + closer and opener not in content and closer not in content:
            return Span(span.start + size, span.end - size)
    return span
