"""Sentences and clauses, and the words at the ends of an answer that only join it to others."""

from itertools import pairwise

import regex

from index.text.sentences import strip_span
from index.types import Span
from qa.answer.borders.code import is_code
from qa.answer.borders.layout import find_cell, is_whole_cell, widen_to_whole
from qa.answer.borders.words import WORDS, is_abbreviation, list_words

SENTENCE_END = regex.compile(r"[.!?…]+[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_`]*[\p{Lu}\p{N}])")
CLAUSE_OPENERS = "|".join(WORDS.clause_openers)
CLAUSE_END = regex.compile(
    rf"[;:]\s+|\s[–—]\s|—|[()]|,\s+(?=(?:and\s+|but\s+|or\s+)?(?i:{CLAUSE_OPENERS})\b)|\s(?=(?i:because)\b)"
)
OPENER = regex.compile(rf"(?:(?:and|but|or|so)\s+)?(?:(?:{CLAUSE_OPENERS}|and|but|that)\s+)+", regex.IGNORECASE)
# With fewer words nothing is explained, unless the whole sentence has no more.
MIN_EXPLAINING_WORDS = 2
MIN_CLAUSE_WORDS = 3
# A clause of which this share of words was chosen is meant as a whole.
WHOLE_CLAUSE_SHARE = 0.75
FIRST_WORD = regex.compile(r"[\p{L}\p{M}]+(?=\s)\s+")
NEXT_WORD = regex.compile(r"\s[\"“‘(]?[\p{L}\p{N}]")
LAST_WORD = regex.compile(r"\s+[\p{L}\p{M}]+$")
DATE_WORDS = {*WORDS.months, *WORDS.weekdays}
YEAR = regex.compile(r"(?:1\d|20)\p{Nd}{2}s?\b")
# "from 3 to 5" and "between 3 and 5" keep their prepositions.
SECOND_HALF = regex.compile(r"\s(?:to|until|till|through|[-–—])\s", regex.IGNORECASE)


def find_sentences(text: str, block: Span) -> list[Span]:
    """Return the sentences of a block, as marks and capitals show them."""
    ends = [
        m.end() for m in SENTENCE_END.finditer(text, block.start, block.end) if not _is_abbreviated(text, m.start())
    ]
    cuts = [block.start, *ends, block.end]
    found = (strip_span(text, Span(start, end)) for start, end in pairwise(cuts))
    return [sentence for sentence in found if sentence.start < sentence.end]


def cut_to_sentence(text: str, span: Span) -> Span:
    """Return the span without a part of a sentence before or after the one that it has most of."""
    sentences = [s for s in find_sentences(text, _find_blocks(text, span)) if s.overlaps(span)]
    if len(sentences) < 2:
        return span
    parts = [_intersect(s, span) for s in sentences]
    lengths = [part.end - part.start for part in parts]
    most = [part for part, s, length in zip(parts, sentences, lengths, strict=True) if 2 * length > s.end - s.start]
    return Span(most[0].start, most[-1].end) if most else parts[lengths.index(max(lengths))]


def widen_to_clause(text: str, span: Span) -> Span:
    """Return the clause if the span has nearly all of it or too few words to explain; else the span.

    A clause that is too short itself gives way to its sentence.
    """
    sentences = [s for s in find_sentences(text, _find_blocks(text, span)) if s.overlaps(span)]
    if not sentences or is_code(text, span):
        return span
    sentence = Span(sentences[0].start, sentences[-1].end)
    clause = _find_clause(text, span, sentence)
    count, words = len(list_words(text, span)), len(list_words(text, clause))
    if count >= MIN_EXPLAINING_WORDS:
        return widen_to_whole(text, span, clause, WHOLE_CLAUSE_SHARE)
    if words < MIN_CLAUSE_WORDS:
        return sentence
    # A verb explains with what follows it; the last word of a clause with what precedes it.
    comma = text.find(", ", span.end, clause.end)
    for end in (comma, clause.end):
        if len(list_words(text, Span(span.start, max(end, span.end)))) >= MIN_CLAUSE_WORDS:
            return Span(span.start, end)
    return clause


def drop_leading_words(text: str, span: Span) -> Span:
    """Return the span without a conjunction or a preposition that says nothing before what follows."""
    if is_whole_cell(text, span):
        return span
    while found := FIRST_WORD.match(text, span.start, span.end):
        word = found.group().strip().lower()
        rest = Span(found.end(), span.end)
        if rest.start >= rest.end or not (word in WORDS.joining_words or _is_empty(text, word, span, rest)):
            break
        span = rest
    return span


def drop_dangling_words(text: str, span: Span) -> Span:
    """Return the span without last words that need another one after them, unless a mark ends the phrase there."""
    while found := LAST_WORD.search(text, span.start, span.end):
        if found.group().strip().lower() not in WORDS.dangling_words or not NEXT_WORD.match(text, span.end):
            break
        span = Span(span.start, found.start())
    return span


def _is_empty(text: str, word: str, span: Span, rest: Span) -> bool:
    """Return whether a preposition says nothing: before a date, a number, a name or a determiner."""
    if word not in WORDS.empty_openers:
        return False
    phrase = text[span.start : span.end].lower()
    if phrase.startswith(WORDS.fixed_phrases):
        return False
    following = text[rest.start : rest.end]
    first = following.split(maxsplit=1)[0]
    if word == "from" and SECOND_HALF.search(following):
        return False
    if word == "by":
        # "by 5 pm", "by 3 %" and "by the end" are limits or amounts.
        return first[0].isupper() and first.strip(".,") not in DATE_WORDS
    if word in ("in", "to") and first[0].isdigit():
        # "in 14 days" is later than "14 days", and "to 5" may end a range.
        return YEAR.match(first) is not None
    return first[0].isupper() or not first[0].isalpha() or first.lower() in WORDS.determiners


def _find_clause(text: str, span: Span, sentence: Span) -> Span:
    borders = list(CLAUSE_END.finditer(text, sentence.start, sentence.end))
    start = max((m.end() for m in borders if m.end() <= span.start), default=sentence.start)
    opener = OPENER.match(text, start, sentence.end)
    # "because they" → "they", but a condition before its main clause stays: "if that fails, they".
    if opener and (opener.end() == span.start or sentence.start < start < opener.end() <= span.start):
        start = opener.end()
    end = min((m.start() for m in borders if m.start() >= span.end), default=sentence.end)
    return strip_span(text, Span(min(start, span.start), max(end, span.end)))


def _find_blocks(text: str, span: Span) -> Span:
    first, last = find_cell(text, span.start), find_cell(text, span.end - 1)
    return Span(first.start, last.end)


def _is_abbreviated(text: str, place: int) -> bool:
    return text[place] == "." and is_abbreviation(text, place + 1)


def _intersect(a: Span, b: Span) -> Span:
    return Span(max(a.start, b.start), min(a.end, b.end))
