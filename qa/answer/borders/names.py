"""Whole names: first names, initials, titles before and particles in them, and titles of works."""

from collections.abc import Iterator

import regex

from index.languages import ENGLISH
from index.types import Span
from qa.answer.borders.quantities import CODES
from qa.answer.borders.words import DATE_NAMES, NAME_MARK, WORDS, is_abbreviation, iterate_near, widen_to

PARTICLES = "|".join(WORDS.name_particles)
TITLES = "|".join(WORDS.person_titles)
INITIAL = r"\p{Lu}\.(?:[- ]?\p{Lu}\.)*"
CAPITALISED = r"\p{Lu}[\p{L}\p{M}\p{N}]*(?:(?:[-&]|['’](?!s\b))[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*"
# Capitalised, but no part of a name: days and months, "I", "K-2304", "EUR".
NO_PART = rf"(?:{'|'.join(DATE_NAMES)})\b|I['’]|I[ ]\p{{Ll}}|\p{{Lu}}+-?\p{{N}}|(?:{CODES})\b"
PART = rf"(?!{NO_PART})(?:(?:{TITLES})\b\.?|{INITIAL}(?=\s)|{CAPITALISED})"
NAME = regex.compile(
    rf"(?<![^\s\"“'‘(\[*_/—–]){PART}(?:[ \u00a0](?:(?:{PARTICLES})[ \u00a0]){{0,2}}{PART})+",
)
# "the one-shot NSE: NetSphere Engineer": within a sentence, and the second part has several words.
TITLE_WITH_COLON = regex.compile(
    rf"(?<=[\p{{Ll}},][ \u00a0]|[\"“‘*_(])(?P<first>(?:{CAPITALISED}[ \u00a0])*{CAPITALISED}): "
    rf"{CAPITALISED}(?:[ \u00a0](?:(?:{PARTICLES}|the|a|and|in)[ \u00a0]){{0,2}}{CAPITALISED})+"
)
QUOTED = regex.compile(
    r"\"([^\"\n]{2,80})\"|“([^”\n]{2,80})”|«([^»\n]{2,80})»|(?<![\p{L}\p{N}])[*_]([^*_\n]{2,80})[*_](?![\p{L}\p{N}*_])"
)
INITIAL_END = regex.compile(r"\p{Lu}\.")
# A longer quotation is a sentence.
MAX_TITLE_WORDS = 9
# A longer run in capitals is a heading.
MAX_CAPITALS = 12


def widen_to_names(text: str, span: Span) -> Span:
    """Return the span with the names whole that it tears."""
    names = [name for name in _find_names(text, span) if not _is_initial_only(text, span, name)]
    # The second part alone is an answer: "Visa Section: Mrs Adoma".
    titles = [Span(*m.span()) for m in iterate_near(TITLE_WITH_COLON, text, span) if m.start("first") >= span.start]
    names = [name for name in names if not _is_at_acronym(text, span, name)]
    if NAME_MARK.match(text, span.end):
        span = Span(span.start, span.end + 1)
    return widen_to(span, [one for one in (*names, *titles, *_find_quoted_titles(text, span)) if _tears(span, one)])


def _is_at_acronym(text: str, span: Span, name: Span) -> bool:
    """Return whether the span ends after or begins after an acronym in the run: "USC | Trojans"."""
    before = text[name.start : span.start].split() if span.start > name.start else []
    after = text[span.start : span.end].split() if span.end < name.end else []
    return all(_is_acronym(words[-1]) for words in (before, after) if words) and bool(before or after)


def _is_acronym(word: str) -> bool:
    letters = [mark for mark in word if mark.isalpha()]
    return len(letters) > 1 and all(mark.isupper() for mark in letters)


def _is_initial_only(text: str, span: Span, name: Span) -> bool:
    """Return whether the span ends with a letter, or begins after one, that rather ends a sentence: "gate A. Words"."""
    initial = INITIAL_END.match(text, name.start, name.end)
    if initial and span.end <= initial.end() and not is_abbreviation(text, initial.end()):
        return True
    return span.start > name.start and span.end > name.end and text[: span.start].rstrip().endswith(".")


def _tears(span: Span, name: Span) -> bool:
    """Return whether the span has a part of the name, and not all of it."""
    return span.overlaps(name) and not (span.start <= name.start and name.end <= span.end)


def _find_names(text: str, span: Span) -> Iterator[Span]:
    """Yield runs of capitalised words; one that opens a sentence with a function word begins after it."""
    for match in iterate_near(NAME, text, span):
        start, end = match.span()
        first, _, _ = match.group().partition(" ")
        while first.lower() in ENGLISH.sentence_openers | ENGLISH.stop_words and start + len(first) < end:
            start += len(first) + 1
            first, _, _ = text[start:end].partition(" ")
        name = text[start:end]
        if " " in name and not (name.isupper() and len(name) > MAX_CAPITALS):
            yield Span(start, end)


def _find_quoted_titles(text: str, span: Span) -> Iterator[Span]:
    """Yield what is between quotation or emphasis marks and written like a title."""
    for match in iterate_near(QUOTED, text, span):
        group = match.lastindex or 0
        words = match[group].split()
        content = [word for word in words if word.lower() not in ENGLISH.small_title_words and word[0].isalpha()]
        if 1 < len(words) <= MAX_TITLE_WORDS and content and all(word[0].isupper() for word in content):
            yield Span(*match.span(group))
