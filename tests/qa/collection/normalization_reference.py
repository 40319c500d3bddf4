"""Reference implementation of the normalized search: one character after the other, and every match."""

import unicodedata
from collections.abc import Iterator

from index.types import Span
from qa.collection.quotes import PUNCTUATION


def find_exact(quote: str, span: Span, text: str) -> Span | None:
    """The nearest place, by comparing all of them."""
    return span if text[span.start : span.end] == quote else nearest(span, list(matches(quote, text)))


def find_normalized(quote: str, span: Span, text: str) -> Span | None:
    """The same, in the text that ``normalize`` returns."""
    sought, _ = normalize(quote)
    whole, origins = normalize(text)
    if not sought:
        return None
    found = [Span(origins[one.start], origins[one.end - 1] + 1) for one in matches(sought, whole)]
    return nearest(span, found)


def matches(quote: str, text: str) -> Iterator[Span]:
    start = text.find(quote)
    while start >= 0:
        yield Span(start, start + len(quote))
        start = text.find(quote, start + 1)


def nearest(span: Span, found: list[Span]) -> Span | None:
    return min(found, key=lambda one: abs(one.start - span.start), default=None)


def normalize(text: str) -> tuple[str, list[int]]:
    """The normalized text, and for each of its characters the offset of the one that it comes from."""
    characters: list[str] = []
    origins: list[int] = []
    for offset, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).casefold().translate(PUNCTUATION)
        if plain.isspace():
            plain = " " if characters and characters[-1] != " " else ""
        characters += plain
        origins += [offset] * len(plain)
    if characters and characters[-1] == " ":
        del characters[-1], origins[-1]
    return "".join(characters), origins
