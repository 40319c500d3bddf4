"""Splitting an answer that names several things into its parts."""

from collections.abc import Iterator
from functools import partial

import regex

from index.languages import ENGLISH
from index.text.sentences import strip_span
from index.types import Span
from qa.answer.borders.clauses import find_sentences
from qa.answer.borders.code import is_code, is_code_line
from qa.answer.borders.layout import BREAK, ITEM, find_cells
from qa.answer.borders.marks import balance_marks, strip_marks
from qa.answer.borders.words import QUANTITY, WORD, WORDS, find_line, has_content, list_words

PATTERNS = ENGLISH.question_patterns
MONTHS = "|".join(WORDS.months)
ENUMERATORS = "|".join(regex.escape(word) for word in sorted(WORDS.enumerators, key=len, reverse=True))
OPEN_ENDS = "|".join(WORDS.open_ends)
# Brackets, quotations, emphasis and inline code are passed over as a whole.
CLOSED = r"\([^()\n]*\)|\[[^\[\]\n]*\]|\"[^\"\n]*\"|“[^”\n]*”|`[^`\n]*`|\*[^*\n]+\*"
SEPARATOR = regex.compile(
    rf"(?:{CLOSED})(*SKIP)(*FAIL)|[;,]\s+(?:(?:{ENUMERATORS})\s+(?!(?:{OPEN_ENDS})\b))?"
    rf"|\s(?:{ENUMERATORS})\s+(?!(?:{OPEN_ENDS})\b)|\s[·•/]\s",
    regex.IGNORECASE,
)
# What follows belongs to the part before: "Smith, Jr.", "Acme, Inc.", "Washington, D.C.", "May 27, 2004".
SUFFIX = regex.compile(rf"(?:{'|'.join(WORDS.name_suffixes)})\b|(?<=\p{{L}},\s+)(?:\p{{Lu}}\.){{2,}}")
YEAR = regex.compile(r"\p{Nd}{4}(?!\p{Nd})")
DATE_BEFORE = regex.compile(rf"\b(?:{MONTHS})\.?(?:\s\p{{Nd}}{{1,2}})?$")
LIST_ENDING = regex.compile(rf",?\s(?:{'|'.join(map(regex.escape, WORDS.list_endings))})\s*$", regex.IGNORECASE)
# In "3, 4 and 5 May" the month belongs to each.
BARE_NUMBER = regex.compile(rf"[\p{{N}}.,:]+|{'|'.join(WORDS.number_words)}", regex.IGNORECASE)
# A plural in lower case: one in capitals is rather part of a name.
PLURAL = regex.compile(r"\b\p{Ll}{3,}s\b(?<!ss|us|is)")
CLAUSE_OPENING = regex.compile(rf"(?:{'|'.join(WORDS.clause_openers)})\b", regex.IGNORECASE)
# A longer part is rather a clause of its own.
MAX_PART_WORDS = 14
MIN_SEPARATORS = 2


def split_enumeration(text: str, span: Span, question: str) -> tuple[Span, ...]:
    """Return the parts of "A, B and C", or the items or cells that the span holds; the span itself if it is one thing.

    The parts are in order and do not overlap; marks and words between them belong to none. "X and Y" may be one name
    ("Marks and Spencer"): it is split only if the question asks for several. In doubt nothing is split.
    """
    if is_code(text, span) or is_code_line(text, span):
        return (span,)
    min_separators = 1 if _asks_for_several(question) else MIN_SEPARATORS
    split_phrase = partial(_split_phrase, min_separators=min_separators)
    for find_parts in (_split_blocks, _split_cells, split_phrase):
        parts = [strip_marks(text, part) for part in find_parts(text, span)]
        if len(parts) > 1 and all(part.start < part.end and _is_part(text, part) for part in parts):
            return tuple(parts)
    return (span,)


def _split_blocks(text: str, span: Span) -> Iterator[Span]:
    """Yield the list items and lines of a span of several, without their bullets."""
    breaks = [m.span() for m in BREAK.finditer(text) if span.start < m.start() and m.end() < span.end]
    starts, ends = [span.start, *(end for _, end in breaks)], [*(start for start, _ in breaks), span.end]
    for start, end in zip(starts, ends, strict=True):
        bullet = ITEM.match(text, start, end)
        yield strip_span(text, Span(bullet.end() if bullet else start, end))


def _split_cells(text: str, span: Span) -> Iterator[Span]:
    """Yield the table cells of a span within one row."""
    line = Span(find_line(text, span.start).start, find_line(text, span.end).end)
    for cell in find_cells(text, line):
        if cell.overlaps(span):
            yield Span(max(cell.start, span.start), min(cell.end, span.end))


def _asks_for_several(question: str) -> bool:
    """Return whether a question has a numeral or a plural: "Which two shops …"."""
    words = WORD.findall(question)
    if any(word in PATTERNS.numerals | PATTERNS.irregular_plurals for word in words):
        return True
    return any(word not in PATTERNS.false_plurals for word in PLURAL.findall(question))


def _split_phrase(text: str, span: Span, min_separators: int) -> Iterator[Span]:
    """Yield the parts between commas or semicolons and the last "and" or "or"."""
    if len(find_sentences(text, span)) > 1:
        return
    ending = LIST_ENDING.search(text, span.start, span.end)
    if ending:
        span = Span(span.start, ending.start())
    separators = [s for s in SEPARATOR.finditer(text, span.start, span.end) if not _belongs_together(text, span, s)]
    if any(";" in s.group() for s in separators):
        separators = [s for s in separators if ";" in s.group()]
    # "fish and chips, bacon and eggs, and tea": an "and" before the last separator joins the words of one part.
    joins = [s for s in separators[:-1] if s.group()[:1].isspace() and s.group().strip()[0].isalpha()]
    if joins and separators[-1].group()[:1].isspace():
        return
    separators = [s for s in separators if s not in joins]
    cuts = [span.start, *(place for s in separators for place in s.span()), span.end]
    parts = [strip_span(text, Span(cuts[i], cuts[i + 1])) for i in range(0, len(cuts), 2)]
    if len({BARE_NUMBER.fullmatch(text, part.start, part.end) is None for part in parts}) > 1:
        return
    is_long = len(separators) + bool(ending) >= MIN_SEPARATORS
    if is_long or (len(separators) >= min_separators and _are_alike(text, parts, separators[0].group().strip())):
        yield from parts


def _belongs_together(text: str, span: Span, separator: regex.Match[str]) -> bool:
    """Return whether a comma is part of a date or a name."""
    if separator.group().strip() != ",":
        return False
    if SUFFIX.match(text, separator.end(), span.end):
        return True
    before = text[span.start : separator.start()]
    return YEAR.match(text, separator.end(), span.end) is not None and DATE_BEFORE.search(before) is not None


def _is_part(text: str, part: Span) -> bool:
    """Return whether a piece can be a part of an enumeration: it has content and is no clause."""
    if CLAUSE_OPENING.match(text, part.start, part.end):
        return False
    if balance_marks(text, part) != part:
        return False
    return (has_content(text, part) or is_code(text, part)) and len(list_words(text, part)) <= MAX_PART_WORDS


def _are_alike(text: str, parts: list[Span], separator: str) -> bool:
    """Return whether two things are of one kind: names, amounts or words; "London, England" is one place."""
    kinds = [_classify_part(text, part) for part in parts]
    if kinds[0] != kinds[1] or (separator == "," and kinds[0] != "amount"):
        return False
    lengths = [len(list_words(text, part)) for part in parts]
    return kinds[0] != "words" or max(lengths) == 1


def _classify_part(text: str, part: Span) -> str:
    if QUANTITY.match(text, part.start, part.end):
        return "amount"
    first = text[part.start : part.end].split(maxsplit=1)[0] if part.start < part.end else ""
    if first.lower() in WORDS.determiners:
        return "determiner"
    return "name" if first[:1].isupper() else "words"
