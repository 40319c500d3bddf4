"""Find a quotation in a text that may have changed since: exactly, normalized, or approximately.

A document may have millions of characters, and anybody may ask for a quotation. So a search makes a few passes over the
text in C and numpy, window by window, character by character only over its distinct characters, and caches nothing.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from index.types import Span

# Levenshtein similarity of 100: a sentence with an edited word is above, another sentence below.
MIN_SIMILARITY = 85.0
# Characters: a shorter quotation is similar to too much.
MIN_APPROXIMATE_LENGTH = 20
# Characters that are normalized at once, which takes about 40 bytes for each.
WINDOW_CHARS = 500_000
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
    sought = _NormalizedText.of(quote).text.rstrip(" ")
    before: Span | None = None
    for stretch in _normalize_windows(text, keep=len(sought) - 1) if sought else ():
        places = _find_around(sought, stretch.text, stretch.find_origin(span.start))
        for place in map(int, stretch.origins[places]):
            # One character may become several, so that two matches begin in it; the first one counts.
            first = stretch.text.find(sought, stretch.find_origin(place))
            found = Span(place, int(stretch.origins[first + len(sought) - 1]) + 1)
            if place >= span.start:
                is_nearer = before is None or place - span.start < span.start - before.start
                return found if is_nearer else before
            before = before if before and before.start == place else found
    return before


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
    before = _find_last(sought, text[: place - 1 + len(sought)]) if place else -1
    return [found for found in (before, text.find(sought, place)) if found >= 0]


def _find_last(sought: str, text: str) -> int:
    """Return where the last match begins, or -1; ``str.rfind`` may take the product of both lengths."""
    backwards = text[::-1].find(sought[::-1])
    return len(text) - backwards - len(sought) if backwards >= 0 else -1


@dataclass(frozen=True, slots=True)
class _NormalizedText:
    """A stretch of a text with white space collapsed, case folded, and characters in one form.

    ``origins[i]`` is the offset in the whole text of the character that character ``i`` of this one comes from.
    """

    text: str = ""
    origins: npt.NDArray[np.uint32] = field(default_factory=lambda: np.array([], dtype=np.uint32))

    @classmethod
    def of(cls, text: str, start: int = 0, end: int | None = None) -> "_NormalizedText":
        """Normalize ``text[start:end]``."""
        numbers, forms = _fold_distinct(text[start:end])
        letters = np.array(forms or [""]).view(np.uint32).reshape(max(1, len(forms)), -1)
        lengths = np.array([0 if form == " " else len(form) for form in forms], dtype=np.uint8)
        widths = lengths[numbers]
        # A run of white space becomes one blank, where it begins; none at the beginning of the text.
        space = widths == 0
        widths[1:][space[1:] & ~space[:-1]] = 1
        if start and space[:1].any() and not text[start - 1].isspace():
            widths[0] = 1
        ends = np.cumsum(widths, dtype=np.uint32)
        normalized = np.repeat(letters[numbers, 0], widths)
        for column in range(1, letters.shape[1]):
            longer = np.flatnonzero(widths > column)
            normalized[ends[longer] - widths[longer] + column] = letters[numbers[longer], column]
        origins = np.repeat(np.arange(start, start + len(widths), dtype=np.uint32), widths)
        return cls(str(normalized.data, "utf-32-le", "surrogatepass"), origins)

    def find_origin(self, place: int) -> int:
        """Return the first character that comes from ``place`` in the whole text or from a later character."""
        return int(np.searchsorted(self.origins, place))

    def join(self, following: "_NormalizedText") -> "_NormalizedText":
        """Return both stretches as one."""
        return _NormalizedText(self.text + following.text, np.concatenate([self.origins, following.origins]))

    def keep_last(self, count: int) -> "_NormalizedText":
        """Return the last ``count`` characters."""
        first = max(0, len(self.text) - count)
        return _NormalizedText(self.text[first:], self.origins[first:])


def _normalize_windows(text: str, keep: int) -> Iterator[_NormalizedText]:
    """Yield a text in windows, normalized, each with the last ``keep`` characters of what is before it."""
    before = _NormalizedText()
    for start in range(0, len(text), WINDOW_CHARS):
        stretch = before.join(_NormalizedText.of(text, start, start + WINDOW_CHARS))
        yield stretch
        before = stretch.keep_last(keep)


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
