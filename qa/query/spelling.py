"""Correcting typos in a question against the words of the collection itself.

A word is corrected if the collection lacks it in every form, the model does not know it as a word
either, and one spelling of the collection with the same first letter is nearest within one edit (two in
a long word): a letter added, dropped or changed, or two neighbours swapped (optimal string alignment,
Damerau 1964). In a word of four letters only a swap is corrected, in "cRCT" and "NATO" nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.languages import ENGLISH
from index.text.analyzer import WORD_PATTERN, fold_text

MIN_LETTERS = 4
# In a word this short any edit but a swap makes another word.
MAX_SWAP_ONLY_LETTERS = 4
# From this many letters on, two edits are corrected; in a shorter word two make another word.
MIN_TWO_EDIT_LETTERS = 8
MAX_CACHED_WORDS = 10_000


class Speller:
    """The spellings of one collection and how often each occurs in it."""

    def __init__(self, spellings: Mapping[str, int], is_word: Callable[[str], bool]) -> None:
        """Take the collection's spellings; ``is_word`` tells whether a folded word is one that they lack."""
        self._is_word = is_word
        self._counts = {word: count for word, count in spellings.items() if len(word) >= MIN_LETTERS}
        # A collection may lack the question words; other stop words are no likely meaning of a typo.
        self._counts |= dict.fromkeys(ENGLISH.question_words, sum(self._counts.values()))
        self._by_length: dict[int, list[str]] = {}
        for word in self._counts:
            self._by_length.setdefault(len(word), []).append(word)
        self._correct_word = lru_cache(maxsize=MAX_CACHED_WORDS)(self._correct_word_uncached)

    def correct_typos(self, question: str) -> str:
        """Return the question with each misspelt word replaced; all else stays as typed."""
        out, end = [], 0
        all_caps = question.isupper()
        for start, stop in _find_words(question):
            typed = question[start:stop]
            # Capitals inside a word ("cRCT", "NATO") say that it is spelt on purpose, unless all of it is in capitals.
            deliberate = not all_caps and any(map(str.isupper, typed[1:]))
            corrected = None if deliberate else self._correct_word(fold_text(typed))
            if corrected:
                out += [question[end:start], _copy_case(corrected, typed)]
                end = stop
        return "".join([*out, question[end:]])

    def _correct_word_uncached(self, word: str) -> str | None:
        """Return the spelling meant, or None if the word is one, or if nothing or too much is as near."""
        if len(word) < MIN_LETTERS or word in ENGLISH.stop_words or word in self._counts or self._is_word(word):
            return None
        for edits in (1, 2) if len(word) >= MIN_TWO_EDIT_LETTERS else (1,):
            near = self._find_near_words(word, edits)
            if near:
                return _select_most_frequent(near, self._counts)
        return None

    def _find_near_words(self, word: str, edits: int) -> list[str]:
        lengths = range(len(word) - edits, len(word) + edits + 1)
        choices = [other for length in lengths for other in self._by_length.get(length, ())]
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=edits, limit=None)
        return [other for other, *_ in found if _is_likely_typo(word, other)]


def _find_words(question: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each word of letters only, without hyphens and apostrophes."""
    for match in WORD_PATTERN.finditer(question):
        word = match.group("word")
        if word and word.isalpha():
            yield match.span("word")


def _is_likely_typo(word: str, meant: str) -> bool:
    """Return whether one may be typed for the other: typos seldom change the first letter, but may swap it."""
    swapped = sorted(word) == sorted(meant)
    return swapped or (word[0] == meant[0] and len(word) > MAX_SWAP_ONLY_LETTERS)


def _select_most_frequent(near: list[str], counts: Mapping[str, int]) -> str | None:
    """Return the word that is written most often, or None for a draw."""
    ordered = sorted(near, key=lambda other: (-counts[other], other))
    return None if len(ordered) > 1 and counts[ordered[0]] == counts[ordered[1]] else ordered[0]


def _copy_case(corrected: str, typed: str) -> str:
    return corrected.upper() if typed.isupper() else corrected.capitalize() if typed[0].isupper() else corrected
