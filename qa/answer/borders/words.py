"""Whole words and numbers: what is one word, and which words carry meaning."""

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
# "don't", "we'll", "O'Brien" and "AT&T", but not the "'s" of "Anna's".
JOINT = r"(?<=\p{L})['’](?=\p{Ll}{1,2}\b(?<!['’]s))|(?<=\b\p{Lu})['’](?=\p{Lu}\p{Ll})|(?<=\p{Lu})&(?=\p{Lu})"
# "C++", "C#", ".NET", "p.m."
WORD = regex.compile(
    rf"(?V1)\b(?:\p{{L}}\.){{2,4}}(?!\p{{L}})|(?:(?<=^|\s)\.(?=\p{{Lu}}{{2}}))?{LETTER}+(?:(?:{HYPHEN}|{JOINT}){LETTER}+)*(?:(?<=\b\p{{Lu}})(?:\+\+|\#))?"
)
# Marks between two digits belong to the number, but commas only before three of them: 1,000.5, 14:45, 7/8, 3.4.1, 1:20;
# then dates and numbers with two hyphens, and what may follow: 1.5e-3, 10^24, 2.3.1-rc1.
NUMBER = (
    r"(?:\p{Nd}++(?:-\p{Nd}++){2,4}+|\p{Nd}++(?:(?:[.:/'’·\u00a0\u202f\u2009]|,(?=\p{Nd}{3}(?!\p{Nd})))\p{Nd}++){0,6}+"
    r"(?:[eE][-+]?\p{Nd}+|\^[-−]?\p{Nd}+|(?<=\.\p{Nd}+)-\p{Ll}+[\p{Ll}\p{Nd}.]*(?<!\.))?)(?![.:/-]?\p{Nd})"
)
QUANTITY = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])[-+−±]?(?P<currency>\p{{Sc}}?)[-−]?(?<!\p{{Nd}}[.:/-])(?P<number>{NUMBER})"
)
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
    |\p{Nd}+/(?:tcp|udp)\b                               # port
    )""",
    regex.VERBOSE,
)
TRAILING_MARKS = ".,;:!?)]}'\"”’»*"
INITIALS = regex.compile(r"(?:\p{L}\.){2,}|\p{Lu}\.")
# Longer ones are no writing.
MAX_GRAPHEME = 16
DATE_NAMES = (*WORDS.months, *WORDS.weekdays)
# "dr.", "nov.", "sat."
SHORT_NAMES = {
    name.lower()
    for name in (*WORDS.person_titles, *(a for a in DATE_NAMES if any(b != a and b.startswith(a) for b in DATE_NAMES)))
}
# "the Yahoo! portal", "Blame!, a film": the sentence goes on after a name's own mark.
NAME_MARK = regex.compile(r"(?<=\p{Lu}[\p{L}\p{N}'’-]*)[!?](?=[\"”’)*_]*(?:[ \u00a0]\p{Ll}|[,;:)]|['’]s\b))")
GRAPHEME = regex.compile(r"\X")
TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}]+)?")
NOT_SPACE = regex.compile(r"\S*")
QUOTES = ('"', "“", "”", "«", "»", "`")


def find_line(text: str, position: int) -> Span:
    """Return the line at a position, without its line break."""
    end = text.find("\n", position)
    return Span(text.rfind("\n", 0, position) + 1, end if end >= 0 else len(text))


def intersect(a: Span, b: Span) -> Span:
    """Return what both spans have; an empty span if that is nothing."""
    start = max(a.start, b.start)
    return Span(start, max(start, min(a.end, b.end)))


def trim_space(text: str, span: Span) -> Span:
    """Return the span without white space at its ends."""
    return strip_span(text, span)


def widen_to_words(text: str, span: Span) -> Span:
    """Return the span with the words, numbers, graphemes and technical terms whole that it tears.

    None of these has white space in it, so that the span grows at most to the white space around it.
    """
    near = Span(_find_space_before(text, span.start), NOT_SPACE.match(text, span.end).end())  # type: ignore[union-attr]
    terms = [Span(*match.span()) for match in WORD.finditer(text, near.start, near.end)]
    terms += [*_find_numbers(text, span, near), *_find_technical_terms(text, near), *_find_graphemes(text, span)]
    start, end = span.start, span.end
    for term in sorted(terms, key=lambda term: -term.end):
        start = term.start if term.start < start < term.end else start
    for term in sorted(terms, key=lambda term: term.start):
        end = term.end if term.start < end < term.end else end
    return Span(start, end)


def _find_space_before(text: str, position: int) -> int:
    while position and not text[position - 1].isspace():
        position -= 1
    return position


def _find_numbers(text: str, span: Span, near: Span) -> Iterator[Span]:
    """Yield the numbers with their signs and currencies; "20" is whole in "£20" too."""
    for match in QUANTITY.finditer(text, near.start, near.end):
        bare = match["currency"] and match.start("number") == span.start
        yield Span(*match.span("number" if bare else 0))


def _find_graphemes(text: str, span: Span) -> Iterator[Span]:
    """Yield the graphemes at the ends of the span, such as a letter and its accent."""
    for place in (span.start, span.end):
        if not text[max(0, place - 1) : place + 1].isascii():
            for match in GRAPHEME.finditer(text, max(0, place - MAX_GRAPHEME), min(len(text), place + MAX_GRAPHEME)):
                yield Span(*match.span())


def _find_technical_terms(text: str, near: Span) -> Iterator[Span]:
    """Yield the addresses, paths, options and names of code, without a mark after them."""
    for match in TECHNICAL.finditer(text, near.start, near.end):
        start, end = match.span()
        while text[end - 1] in TRAILING_MARKS and not text[start:end].endswith("()"):
            end -= 1
        yield Span(start, end)


def list_words(text: str, span: Span) -> list[str]:
    """Return the words of the span, case as written."""
    return TOKEN.findall(text, span.start, span.end)


def has_content(text: str, span: Span) -> bool:
    """Return whether the span has a word that can answer: neither a mark nor a small function word alone.

    Capitals, quotation marks and code make a word a name: "The Who", "Help!", "-a".
    """
    words = list_words(text, span)
    if any(_is_content(word) for word in words) or (len(words) > 1 and all(word[0].isupper() for word in words)):
        return True
    quoted = text[max(0, span.start - 1) : span.start] in QUOTES and text[span.end : span.end + 1] in QUOTES
    return bool(words) and (quoted or any(term == span for term in _find_technical_terms(text, span)))


def _is_content(word: str) -> bool:
    if word[0].isupper():
        return word != "I" and (word.isupper() or word.lower() not in WORDS.determiners)
    return word in WORDS.answering_words or word.replace("’", "'") not in ENGLISH.stop_words


def is_abbreviation(text: str, end: int) -> bool:
    """Return whether the full stop before ``end`` belongs to an abbreviation such as "U.S." or "etc."."""
    start = _find_space_before(text, end)
    word = text[start:end].lstrip("([{\"'“‘*")
    if word.lower() in WORDS.abbreviations or word[:-1].lower() in SHORT_NAMES:
        return True
    # "J. Lund" after a word in capitals or a mark is a name; "by gate A." ends a sentence.
    return INITIALS.fullmatch(word) is not None and (len(word) > 2 or _follows_name(text, start))


def _follows_name(text: str, start: int) -> bool:
    """Return whether a name may begin at ``start``: after a capital, a function word, or nothing."""
    before = text[:start].rstrip()
    word = before[_find_space_before(before, len(before)) :].lstrip("([{\"'“‘*")
    return not word[:1].islower() or word in ENGLISH.stop_words
