"""Find a quotation in a text that may have changed since: exactly, normalized, or approximately.

A document may have millions of characters, and anybody may ask for a quotation. So a search makes a few passes over the
text in C and numpy, character by character only over its distinct characters, and caches nothing.
"""

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index.types import Span

# Levenshtein similarity of 100: a sentence with an edited word is above, another sentence below.
MIN_SIMILARITY = 85.0
# Characters: a shorter quotation is similar to too much.
MIN_APPROXIMATE_LENGTH = 20
# Forms of the same punctuation mark that NFKC keeps apart.
PUNCTUATION = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—―", "''''" + '""""""' + "------")


def find_exact(quote: str, span: Span, text: str) -> Span | None:
    """Return ``span`` if the quotation is there, else the nearest place with the same characters, else None."""
    if text[span.start : span.end] == quote:
        return span
    places = _find_around(quote, text, span.start)
    if not places:
        return None
    nearest = min(places, key=lambda place: abs(place - span.start))
    return Span(nearest, nearest + len(quote))


def find_normalized(quote: str, span: Span, text: str) -> Span | None:
    """Return the nearest place that differs only in white space, case, or forms of characters and punctuation."""
    sought, whole = _NormalizedText.of(quote).text, _NormalizedText.of(text)
    if not sought:
        return None
    found = _find_around(sought, whole.text, whole.to_normalized(span.start))
    starts = [whole.to_original(place) for place in found]
    if not starts:
        return None
    start = min(starts, key=lambda place: abs(place - span.start))
    # One character may become several, so that two matches begin in it; the first one counts.
    first = whole.text.find(sought, whole.to_normalized(start))
    return Span(start, whole.to_original(first + len(sought) - 1) + 1)


def find_approximate(quote: str, span: Span, text: str) -> Span | None:
    """Return the most similar stretch of the text if it is similar enough."""
    from rapidfuzz import fuzz

    if len(quote) < MIN_APPROXIMATE_LENGTH:
        return None
    found = fuzz.partial_ratio_alignment(quote, text, score_cutoff=MIN_SIMILARITY)
    # In a text shorter than the quotation the roles would be swapped: the text is looked for in the quotation.
    if found is None or len(text) < MIN_SIMILARITY / 100 * len(quote):
        return None
    return Span(found.dest_start, found.dest_end)


def _find_around(sought: str, text: str, place: int) -> list[int]:
    """Return where the last match before a place and the first match from there on begin, as far as there are any."""
    before = text.rfind(sought, 0, place - 1 + len(sought)) if place else -1
    return [found for found in (before, text.find(sought, place)) if found >= 0]


@dataclass(frozen=True, slots=True)
class _NormalizedText:
    """A text with white space collapsed, case folded, and characters in one form.

    ``ends[i]`` is the offset at which the form of character ``i`` of the original ends.
    """

    text: str
    ends: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, text: str) -> "_NormalizedText":
        numbers, forms = _fold_distinct(text)
        letters = np.array(forms or [""]).view(np.uint32).reshape(max(1, len(forms)), -1)
        lengths = np.array([0 if form == " " else len(form) for form in forms], dtype=np.uint8)
        widths = lengths[numbers]
        # A run of white space becomes one blank, where it begins; none at the beginning of the text.
        space = widths == 0
        widths[1:][space[1:] & ~space[:-1]] = 1
        ends = np.cumsum(widths, dtype=np.uint32)
        normalized = np.repeat(letters[numbers, 0], widths)
        for column in range(1, letters.shape[1]):
            longer = np.flatnonzero(widths > column)
            normalized[ends[longer] - widths[longer] + column] = letters[numbers[longer], column]
        whole = str(normalized.data, "utf-32-le", "surrogatepass")
        return cls(whole.removesuffix(" ") if text[-1:].isspace() else whole, ends)

    def to_original(self, place: int) -> int:
        """Return the character of the original that the character at ``place`` comes from."""
        return int(np.searchsorted(self.ends, place, side="right"))

    def to_normalized(self, place: int) -> int:
        """Return where the characters of the original from ``place`` on begin."""
        return int(self.ends[min(place, len(self.ends)) - 1]) if place and len(self.ends) else 0


def _fold_distinct(text: str) -> tuple[npt.NDArray[np.unsignedinteger[Any]], list[str]]:
    """Return the forms of the distinct characters, and for each character of the text the number of its form."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    seen = np.zeros(int(codes.max(initial=0)) + 1, dtype=bool)
    seen[codes] = True
    distinct = np.flatnonzero(seen)
    numbers = np.zeros(len(seen), dtype=np.min_scalar_type(len(distinct)))
    numbers[distinct] = np.arange(len(distinct))
    return numbers[codes], [_fold_character(chr(code)) for code in distinct.tolist()]


def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    return unicodedata.normalize("NFKC", character).casefold().translate(PUNCTUATION)
