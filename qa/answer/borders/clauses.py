"""Sentences, and the words at the ends of an answer that only join it to others."""

from itertools import pairwise

import regex

from index.text.sentences import strip_span
from index.types import Span
from qa.answer.borders.layout import is_whole_cell
from qa.answer.borders.words import DATE_NAMES, WORDS, is_abbreviation

SENTENCE_END = regex.compile(r"[.!?…]+[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_`]*[\p{Lu}\p{N}])")
FIRST_WORD = regex.compile(r"[\p{L}\p{M}]+(?=\s)\s+")
NEXT_WORD = regex.compile(r"\s[\"“‘(]?[\p{L}\p{N}]")
LAST_WORD = regex.compile(r"\s+[\p{L}\p{M}]+$")
LIMITS = {name.lower() for name in DATE_NAMES}
YEAR = regex.compile(r"(?:1\d|20)\p{Nd}{2}s?\b")
# A name does not end with "Mrs", an initial or a particle: "Mrs Lund", "J. Lund", "Bank of England".
TITLES, PARTICLES = "|".join(WORDS.person_titles), "|".join(WORDS.name_particles)
UNFINISHED = regex.compile(rf"\b(?:(?i:{TITLES})\.?|\p{{Lu}}\.|(?<=\b\p{{Lu}}[\p{{L}}\p{{M}}]+[ ])(?:{PARTICLES}))$")
REST_OF_NAME = regex.compile(r"[ \u00a0\n]\p{Lu}[\p{L}\p{M}'’-]+")


def find_sentences(text: str, block: Span) -> list[Span]:
    """Return the sentences of a block, as marks and capitals show them."""
    ends = [
        m.end() for m in SENTENCE_END.finditer(text, block.start, block.end) if not _is_abbreviated(text, m.start())
    ]
    cuts = [block.start, *ends, block.end]
    found = (strip_span(text, Span(start, end)) for start, end in pairwise(cuts))
    return [sentence for sentence in found if sentence.start < sentence.end]


def _is_abbreviated(text: str, place: int) -> bool:
    return text[place] == "." and is_abbreviation(text, place + 1)


def complete_name(text: str, span: Span) -> Span:
    """Return the span with the next word of a name that cannot end where the span does."""
    unfinished = UNFINISHED.search(text, span.start, span.end)
    rest = REST_OF_NAME.match(text, span.end)
    if unfinished is None or rest is None:
        return span
    # "by gate A. Password": the letter ends a sentence.
    ended = unfinished.group().endswith(".") and not is_abbreviation(text, span.end)
    return span if ended else Span(span.start, rest.end())


def drop_leading_words(text: str, span: Span) -> Span:
    """Return the span without a conjunction, or a preposition that says nothing."""
    if is_whole_cell(text, span):
        return span
    while found := FIRST_WORD.match(text, span.start, span.end):
        word = found.group().strip().lower()
        if word not in WORDS.joining_words and not _is_empty(word, text[found.end() : span.end]):
            break
        span = Span(found.end(), span.end)
    return span


def _is_empty(word: str, following: str) -> bool:
    """Return whether a word says nothing before what follows.

    "by Monday" is a limit, and "in the oven" says more of a place than "the oven".
    """
    first = following.split(maxsplit=1)[0].strip(".,").lower()
    if word in WORDS.linking_words:
        is_amount = word != "by" and not following[:1].isalpha()
        return is_amount or first in WORDS.determiners or (following[:1].isupper() and first not in LIMITS)
    return word in WORDS.empty_openers and (following[:1].isupper() or YEAR.match(following) is not None)


def drop_dangling_words(text: str, span: Span) -> Span:
    """Return the span without last words that need another one after them, unless a mark ends the phrase there."""
    while found := LAST_WORD.search(text, span.start, span.end):
        # Upper case is a name: "vitamin A".
        if found.group().strip() not in WORDS.dangling_words or not NEXT_WORD.match(text, span.end):
            break
        span = Span(span.start, found.start())
    return span
