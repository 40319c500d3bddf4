"""Typing errors of a question mended against the words of the collection itself.

A word is mended when the collection lacks it in every form, the model does not know it as a word
either, and one spelling of the collection with the same first letter is nearest within one slip (two in a
long word): a letter added, dropped or changed, or two neighbours swapped (optimal string alignment,
Damerau 1964). In a word of four letters only a swap is mended, in "cRCT" and "NATO" nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.languages import ENGLISH
from index.text.analyzer import WORD_PATTERN, fold_text

LEAST_LETTERS = 4
ONLY_SWAPPED = 4
"""In so short a word any other slip makes another word."""
LONG = 8
"""From this many letters on, two slips are mended; in a shorter word two make another word."""
Known = Callable[[str], bool]


class Speller:
    """The spellings of one collection and how often each stands in it."""

    def __init__(self, spellings: Mapping[str, int], known: Known) -> None:
        """``known`` tells of a folded word whether it is one, whatever the collection holds."""
        self._known = known
        self._counts = {word: count for word, count in spellings.items() if len(word) >= LEAST_LETTERS - 1}
        self._counts |= dict.fromkeys(ENGLISH.question_words, sum(self._counts.values()))
        self._by_length: dict[int, list[str]] = {}
        for word in self._counts:
            self._by_length.setdefault(len(word), []).append(word)
        self._mended = lru_cache(maxsize=10_000)(self._nearest)

    def mend(self, question: str) -> str:
        """The question with each misspelt word replaced; all else stays as it was typed."""
        out, end = [], 0
        shouted = question.isupper()
        for start, stop in _words(question):
            typed = question[start:stop]
            mended = None if _is_code(typed, shouted) else self._mended(fold_text(typed))
            if mended:
                out += [question[end:start], _cased(mended, typed)]
                end = stop
        return "".join([*out, question[end:]])

    def _nearest(self, word: str) -> str | None:
        """The spelling meant; None where the word is one, or nothing or too much is as near."""
        if len(word) < LEAST_LETTERS or word in ENGLISH.stop_words or word in self._counts or self._known(word):
            return None
        slips = 2 if len(word) >= LONG else 1
        for allowed in range(1, slips + 1):
            near = self._within(word, allowed)
            if near:
                return _plainest(near, self._counts)
        return None

    def _within(self, word: str, slips: int) -> list[str]:
        lengths = range(len(word) - slips, len(word) + slips + 1)
        choices = [other for length in lengths for other in self._by_length.get(length, ())]
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return [other for other, *_ in found if _likely(word, other)]


def _words(question: str) -> Iterator[tuple[int, int]]:
    """Where the words stand that are letters only, hyphens and apostrophes apart."""
    for match in WORD_PATTERN.finditer(question):
        word = match.group("word")
        if word and word.isalpha():
            yield match.span("word")


def _is_code(typed: str, shouted: bool) -> bool:
    """Whether its capitals say that it is spelt on purpose."""
    return not shouted and any(letter.isupper() for letter in typed[1:])


def _likely(word: str, other: str) -> bool:
    """Slips seldom hit the first letter, unless it changes places with the second."""
    swapped = sorted(word) == sorted(other)
    return swapped or (word[0] == other[0] and len(word) > ONLY_SWAPPED)


def _plainest(near: list[str], counts: Mapping[str, int]) -> str | None:
    """The word that is written most; None for a draw."""
    ordered = sorted(near, key=lambda other: (-counts[other], other))
    return None if len(ordered) > 1 and counts[ordered[0]] == counts[ordered[1]] else ordered[0]


def _cased(mended: str, typed: str) -> str:
    return mended.upper() if typed.isupper() else mended.capitalize() if typed[0].isupper() else mended
