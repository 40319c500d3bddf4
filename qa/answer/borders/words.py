"""Whole words: what is one word, and which words carry meaning."""

from collections.abc import Iterator

import regex

from index.languages import ENGLISH
from index.text.sentences import strip_span
from index.types import Span

WORDS = ENGLISH.span_words
# Scripts without spaces have no words that could be seen; a grapheme is kept whole instead.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
LETTER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--[{UNSPACED}]]"
# "e-mail", "Adeyemi-Lund", "X-ray", "K-2304" are one word; "London-based" is a name and a participle.
HYPHEN = (
    rf"(?:(?<=\b\p{{Ll}}[\p{{Ll}}\p{{M}}]*)[-‐‑](?=\p{{Ll}})|(?<=\p{{Lu}}\p{{Ll}}+)[-‐‑](?=\p{{Lu}})"
    rf"|(?<=\b\p{{L}})[-‐‑](?={LETTER})|(?<=\p{{Lu}})[-‐‑](?=[\p{{Lu}}\p{{N}}]))"
)
# "don't", "we'll", but not the "'s" of "Anna's".
APOSTROPHE = r"(?<=\p{L})['’](?=\p{Ll}{1,2}\b(?<!['’]s))"
WORD = regex.compile(rf"(?V1){LETTER}+(?:(?:{HYPHEN}|{APOSTROPHE}){LETTER}+)*")
# Addresses, paths, options, versions and names of code: everything up to white space belongs to them.
TECHNICAL = regex.compile(
    r"""(?<![^\s"'“”‘’`(\[<|*,;=])
    (?:\p{L}[\p{L}\p{N}+.-]*://[^\s|`"<>]+              # address
    |[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+   # e-mail
    |(?:~|\.{1,2})?/[\p{L}\p{N}_.@%+~:-]+(?:/[\p{L}\p{N}_.@%+~:-]*)*   # path
    |\p{L}:\\[^\s|`"<>]+                                 # path of Windows
    |--?\p{L}[\p{L}\p{N}_-]*(?:=[^\s|`]+)?               # option
    # host, file or attribute
    |[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.\p{Ll}[\p{Ll}\p{N}_]+(?:\(\)|(?:/[\p{L}\p{N}_.%+~-]+)*)
    |[\p{L}\p{N}]*_[\p{L}\p{N}_]+(?:\(\))?               # snake_case
    )""",
    regex.VERBOSE,
)
# Names, numbers and terms are shorter; looking further would cost time in long passages.
REACH = 100
NOT_SPACE = regex.compile(r"\S*")
TRAILING_MARKS = ".,;:!?)]}'\"”’»*"
INITIALS = regex.compile(r"(?:\p{L}\.){2,}|\p{Lu}\.")
# Longer ones are no writing.
MAX_GRAPHEME = 16
DATE_NAMES = (*WORDS.months, *WORDS.weekdays)
# "Dr.", "Nov.", "Sat."
SHORT_NAMES = {*WORDS.person_titles, *(a for a in DATE_NAMES if any(b != a and b.startswith(a) for b in DATE_NAMES))}
# "the Yahoo! portal", "Blame!, a film": the sentence goes on after a name's own mark.
NAME_MARK = regex.compile(r"(?<=\p{Lu}[\p{L}\p{N}'’-]*)[!?](?=[\"”’)*_]*(?:[ \u00a0]\p{Ll}|[,;:)]|['’]s\b))")
GRAPHEME = regex.compile(r"\X")
TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}]+)?")


def iterate_near(pattern: regex.Pattern[str], text: str, span: Span) -> Iterator[regex.Match[str]]:
    """Yield the matches of the pattern that share a character with the span, in their order."""
    first = max(0, span.start - REACH)
    space = NOT_SPACE.match(text, first, span.start) if first else None
    # Not from within a word, which would look whole.
    start = space.end() if space and space.end() < span.start else first
    for match in pattern.finditer(text, start, min(len(text), span.end + REACH)):
        if match.start() < span.end and span.start < match.end():
            yield match


def find_matches(pattern: regex.Pattern[str], text: str, span: Span) -> list[Span]:
    """Return the matches of the pattern that share a character with the span."""
    return [Span(*match.span()) for match in iterate_near(pattern, text, span)]


def widen_to(span: Span, others: list[Span]) -> Span:
    """Return the shortest span that holds all of them."""
    return Span(min([span.start, *(o.start for o in others)]), max([span.end, *(o.end for o in others)]))


def trim_space(text: str, span: Span) -> Span:
    """Return the span without white space at its ends."""
    return strip_span(text, span)


def widen_to_words(text: str, span: Span) -> Span:
    """Return the span with the words, graphemes and technical terms whole that it tears."""
    span = widen_to(span, find_matches(WORD, text, _widen_to_graphemes(text, span)))
    return widen_to(span, find_technical_terms(text, span))


def _widen_to_graphemes(text: str, span: Span) -> Span:
    """Return the span with the graphemes whole that it tears, such as a letter and its accent."""
    for place in (span.start, span.end):
        if not text[max(0, place - 1) : place + 1].isascii():
            near = GRAPHEME.finditer(text, max(0, place - MAX_GRAPHEME), min(len(text), place + MAX_GRAPHEME))
            span = widen_to(span, [Span(*g.span()) for g in near if g.start() < place < g.end()])
    return span


def find_technical_terms(text: str, span: Span) -> list[Span]:
    """Return the addresses, paths, options and names of code that the span touches, without a mark after them."""
    terms = []
    for term in find_matches(TECHNICAL, text, span):
        end = term.end
        while text[end - 1] in TRAILING_MARKS and not text[term.start : end].endswith("()"):
            end -= 1
        terms.append(Span(term.start, end))
    return [term for term in terms if term.overlaps(span)]


def list_words(text: str, span: Span) -> list[str]:
    """Return the words of the span, case as written."""
    return TOKEN.findall(text, span.start, span.end)


def has_content(text: str, span: Span) -> bool:
    """Return whether the span has a word that can answer: neither a function word nor a mark alone."""
    return any(_is_content(text, match) for match in TOKEN.finditer(text, span.start, span.end))


def _is_content(text: str, match: regex.Match[str]) -> bool:
    word = match.group()
    # Capitals make a name: "US", "WHO", and the letter in "gate A".
    if word.isupper() and (len(word) > 1 or (word != "I" and text[: match.start()].rstrip()[-1:].isalnum())):
        return True
    return word.lower() in WORDS.answering_words or word.lower().replace("’", "'") not in ENGLISH.stop_words


def is_abbreviation(text: str, end: int) -> bool:
    """Return whether the full stop before ``end`` belongs to an abbreviation such as "U.S." or "etc."."""
    start = end
    while start and not text[start - 1].isspace():
        start -= 1
    word = text[start:end].lstrip("([{\"'“‘*")
    if word.lower() in WORDS.abbreviations or word[:-1] in SHORT_NAMES:
        return True
    # "J. Lund" after a word in capitals or a mark is a name; "by gate A." ends a sentence.
    return INITIALS.fullmatch(word) is not None and (len(word) > 2 or _follows_name(text, start))


def _follows_name(text: str, start: int) -> bool:
    """Return whether a name may begin at ``start``: after a capital, a function word, or nothing."""
    before = text[max(0, start - REACH) : start].split()[-1:]
    word = before[0].lstrip("([{\"'“‘*") if before else ""
    return not word[:1].islower() or word in ENGLISH.stop_words
