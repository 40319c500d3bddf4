"""Amounts that are more than one number: compound ones ("4 h 40 min"), and limits ("at least 30 days")."""

import regex

from index.types import Span
from qa.answer.borders.words import NUMBER, WORDS

UNITS = [rf"(?:{'|'.join(map(regex.escape, family))})" for family in WORDS.unit_families]
NUMBERS = rf"\b(?i:{'|'.join(WORDS.number_words)})\b"
# "1980s" is a decade.
MEASURES = [rf"(?!\p{{Nd}}{{4}}s)(?:{NUMBER}|{NUMBERS})[ \u00a0]?{units}(?![\p{{L}}\p{{N}}])" for units in UNITS]
JOINER = rf"[ \u00a0](?:{'|'.join(WORDS.amount_joiners)})?"
# "4 h 40 min", "5 ft 3 in", "one year and six months".
COMPOUND = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}.,])(?:{'|'.join(rf'{measure}(?:{JOINER}{measure})+' for measure in MEASURES)})"
)
LIMIT = regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?i:{'|'.join(WORDS.limits)})[ \u00a0]$")
AMOUNT = regex.compile(rf"[-+−±]?\p{{Sc}}?\p{{Nd}}|{NUMBERS}")
# No limit and no compound amount reaches further.
MAX_REACH = 40


def complete_amount(text: str, span: Span) -> Span:
    """Return the span extended to the whole of a compound amount that it overlaps."""
    for match in COMPOUND.finditer(text, max(0, span.start - MAX_REACH), min(len(text), span.end + MAX_REACH)):
        whole = Span(*match.span())
        if whole.overlaps(span):
            span = Span(min(span.start, whole.start), max(span.end, whole.end))
    return span


def include_limit(text: str, span: Span) -> Span:
    """Return the span with the words before it that make its amount a limit, such as "up to"."""
    if not AMOUNT.match(text, span.start, span.end):
        return span
    found = LIMIT.search(text[max(0, span.start - MAX_REACH) : span.start])
    return Span(span.start - len(found.group()), span.end) if found else span
