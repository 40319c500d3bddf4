"""A quotation found again in a text that may have changed since: in its place, elsewhere, or only find_approximate."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.types import Span

NEARLY = 85.0
"""Of 100 (Levenshtein similarity): an edited word in a sentence passes, another sentence does not."""
LEAST_TO_GUESS = 20
"""Characters. A shorter quote is find_approximate like too much."""
SAME = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—―", "''''" + '""""""' + "------")


def find_exact(quote: str, span: Span, text: str) -> Span | None:
    """At ``span``, else the nearest place that reads the same to the letter; None where there is none."""
    if text[span.start : span.end] == quote:
        return span
    return _nearest(span, _all(quote, text))


def find_normalized(quote: str, span: Span, text: str) -> Span | None:
    """Without regard to white space, case, and the forms of quotation marks, dashes and characters."""
    sought = _normal(quote)
    if not sought.text:
        return None
    whole = _normal(text)
    return _nearest(span, (Span(*whole.original(found)) for found in _all(sought.text, whole.text)))


def find_approximate(quote: str, span: Span, text: str) -> Span | None:
    """The stretch that differs least, where it differs little."""
    from rapidfuzz import fuzz

    if len(quote) < LEAST_TO_GUESS:
        return None
    found = fuzz.partial_ratio_alignment(quote, text, score_cutoff=NEARLY)
    # A text shorter than the quote would be found within the quote instead.
    if found is None or len(text) < NEARLY / 100 * len(quote):
        return None
    return Span(found.dest_start, found.dest_end)


def _all(quote: str, text: str) -> Iterator[Span]:
    start = text.find(quote)
    while start >= 0:
        yield Span(start, start + len(quote))
        start = text.find(quote, start + 1)


def _nearest(span: Span, spans: Iterator[Span]) -> Span | None:
    """Of the places that read alike the one nearest to where it was quoted."""
    return min(spans, key=lambda one: abs(one.start - span.start), default=None)


@dataclass(frozen=True, slots=True)
class _Normal:
    """A find_normalized text and, for each of its characters, the place of the original that it came from."""

    text: str
    origin: Sequence[int]

    def original(self, span: Span) -> tuple[int, int]:
        return self.origin[span.start], self.origin[span.end - 1] + 1


@lru_cache(maxsize=8)
def _normal(text: str) -> _Normal:
    characters: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).casefold().translate(SAME)
        if plain.isspace():
            plain = " " if characters and characters[-1] != " " else ""
        characters += plain
        origin += [place] * len(plain)
    if characters and characters[-1] == " ":
        del characters[-1], origin[-1]
    return _Normal("".join(characters), origin)
