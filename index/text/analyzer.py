"""Text becomes terms for BM25; questions and passages are analyzed alike.

The only module that imports Stemmer.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

import regex
import Stemmer

from index.languages import ENGLISH

# Scripts written without spaces: their runs become overlapping pairs of characters.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
LETTERS = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED}]]"
WORD_PATTERN = regex.compile(rf"(?V1)(?P<run>[{UNSPACED}]+)|(?P<word>{LETTERS}+(?:[’']{LETTERS}+|[-‐‑]{LETTERS}+)*)")
# The same for ASCII text, which has nothing to fold but its case; four times as fast.
ASCII_WORD_PATTERN = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
# In these scripts a combining mark is an accent or a vowel point; in others it is part of a letter.
ACCENTS = regex.compile(r"([\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}])\p{M}+")
# NFKD would turn these into letters: "Netsphere™" is not "netspheretm".
NOT_LETTERS = str.maketrans("™℠", "  ")
# Letters and marks that NFKD leaves as they are, but that people type without a special keyboard as on the right.
UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‐": "-", "‑": "-"}
)
# Holds all frequent words of a collection. In a server that runs for long it is full of words that were asked once.
MAX_CACHED_STEMS = 20_000

STEMMERS = ("none", *Stemmer.algorithms())


def fold_text(text: str) -> str:
    """Fold case and diacritics: "Shōnen" and "SHONEN" both become "shonen" (NFKD, casefold)."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(NOT_LETTERS)).casefold()
    return unicodedata.normalize("NFC", ACCENTS.sub(r"\1", decomposed)).translate(UNDECOMPOSED)


def split_into_words(text: str, joined: bool = True) -> Iterator[str]:
    """Yield the folded words of a text before stemming, in order.

    Words consist of Unicode letters, marks and digits. A hyphenated word gives its parts and, if
    ``joined``, the parts joined ("Blu-ray": blu, ray, bluray). A run of a script without spaces
    gives its overlapping pairs of characters.
    """
    for token in _find_tokens(text):
        yield from _split_token(token, joined)


def _split_token(token: str, joined: bool) -> tuple[str, ...]:
    """Split a hyphenated word into its parts, without a possessive ``'s``."""
    if token.isalnum():
        return (token,)
    parts = token.removesuffix("'s").split("-")
    return (*parts, "".join(parts)) if joined and len(parts) > 1 else tuple(parts)


def _find_tokens(text: str) -> Iterable[str]:
    """Return the folded words of a text with the hyphens and apostrophes inside them."""
    folded = fold_text(text)
    return ASCII_WORD_PATTERN.findall(folded) if folded.isascii() else _find_folded_tokens(folded)


def _find_folded_tokens(folded: str) -> Iterator[str]:
    for run, word in WORD_PATTERN.findall(folded):
        if word:
            yield word
        else:
            yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))


def count_words(texts: Iterable[str]) -> dict[str, int]:
    """Count the folded words of letters only, in alphabetical order."""
    counts = Counter(word for text in texts for word in split_into_words(text, joined=False) if word.isalpha())
    return dict(sorted(counts.items()))


class Analyzer:
    """The terms of texts. ``language`` names a Snowball stemmer, or "none" for whole words."""

    def __init__(self, language: str = "english") -> None:
        """Raise KeyError if Snowball does not have the language."""
        self.language = language
        self._stem = (lambda word: word) if language == "none" else Stemmer.Stemmer(language).stemWord
        self._cached_stems = lru_cache(maxsize=MAX_CACHED_STEMS)(self._stem_token)
        self._cached_content_stems = lru_cache(maxsize=MAX_CACHED_STEMS)(self._stem_content_token)

    def __call__(self, text: str) -> list[str]:
        """Return the stems of the text's words, in order, with repetitions."""
        return list(chain.from_iterable(map(self._cached_stems, _find_tokens(text))))

    def content_terms(self, text: str) -> list[str]:
        """Return the stems of the words that are not stop words, each once, in order."""
        return list(dict.fromkeys(chain.from_iterable(map(self._cached_content_stems, _find_tokens(text)))))

    def _stem_token(self, token: str) -> tuple[str, ...]:
        """Return the stems of a token of ``_find_tokens``; a stemmer may leave nothing of a word."""
        return tuple(filter(None, map(self._stem, _split_token(token, joined=True))))

    def _stem_content_token(self, token: str) -> tuple[str, ...]:
        """Return the stems of the parts of a token that are not stop words."""
        words = (word for word in _split_token(token, joined=False) if word not in ENGLISH.stop_words)
        return tuple(filter(None, map(self._stem, words)))
