"""What several tests of answers use."""

import regex

from index.types import Span
from qa.answer.span_borders import tidy_span


def tidy(marked: str) -> str | None:
    """The tidied words of a text in which ⟦ and ⟧ are around the reader's words."""
    before, words, after = regex.fullmatch(r"(.*)⟦(.*)⟧(.*)", marked, regex.DOTALL).groups()  # type: ignore[union-attr]
    text = before + words + after
    found = tidy_span(text, Span(len(before), len(before) + len(words)))
    return text[found.start : found.end] if found else None
