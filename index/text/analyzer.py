"""How text becomes words for the lexical leg; questions and passages go the same way.

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
# The same for most of what is written in English, four times as fast: it has nothing to fold but its case.
ASCII_TOKEN = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*")
# In these scripts a combining mark is an accent or a vowel point; elsewhere it is a letter's part.
ACCENTS = regex.compile(r"([\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}])\p{M}+")
# NFKD would make letters of them: "Netsphere™" is no "netspheretm".
NO_LETTERS = str.maketrans("™℠", "  ")
UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‐": "-", "‑": "-"}
)
MAX_CACHED_STEMS = 100_000
"""Words whose stems are kept, most of those that a collection has."""

STEMMERS = ("none", *Stemmer.algorithms())


def fold_text(text: str) -> str:
    """Case and diacritics folded: "Shōnen" and "SHONEN" both become "shonen" (NFKD, casefold)."""
    decomposed = unicodedata.normalize("NFKD", text.translate(NO_LETTERS)).casefold()
    return unicodedata.normalize("NFC", ACCENTS.sub(r"\1", decomposed)).translate(UNDECOMPOSED)


def split_into_words(text: str, joined: bool = True) -> Iterator[str]:
    """The folded words of a text before stemming, in order.

    Words by Unicode letters, marks and digits; a hyphenated word gives its parts and, where
    ``joined``, their join ("Blu-ray": blu, ray, bluray); a run of a script without spaces
    gives its overlapping pairs of characters.
    """
    for token in _tokens(text):
        yield from _parts(token, joined)


def _parts(token: str, joined: bool) -> tuple[str, ...]:
    if token.isalnum():
        return (token,)
    parts = token.removesuffix("'s").split("-")
    return (*parts, "".join(parts)) if joined and len(parts) > 1 else tuple(parts)


def _tokens(text: str) -> Iterable[str]:
    """The folded words of a text, hyphens and apostrophes inside."""
    return ASCII_TOKEN.findall(text.lower()) if text.isascii() else _folded_tokens(fold_text(text))


def _folded_tokens(folded: str) -> Iterator[str]:
    for match in WORD_PATTERN.finditer(folded):
        if run := match.group("run"):
            yield from (run[i : i + 2] for i in range(max(1, len(run) - 1)))
        else:
            yield match.group("word")


def count_words(texts: Iterable[str]) -> dict[str, int]:
    """How often each folded word of letters alone stands in the texts, in the order of the alphabet."""
    counts = Counter(word for text in texts for word in split_into_words(text, joined=False) if word.isalpha())
    return dict(sorted(counts.items()))


class Analyzer:
    """Text into stems. ``language`` names a Snowball stemmer, or "none" for whole words."""

    def __init__(self, language: str = "english") -> None:
        """Raises KeyError where Snowball has no such language."""
        self.language = language
        self._stem = (lambda word: word) if language == "none" else Stemmer.Stemmer(language).stemWord
        self._stems = lru_cache(maxsize=MAX_CACHED_STEMS)(self._stems_of)

    def __call__(self, text: str) -> list[str]:
        """The stems of the text's words, in order, repeats included."""
        return list(chain.from_iterable(map(self._stems, _tokens(text))))

    def content_terms(self, text: str) -> list[str]:
        """The stems of the words that carry matter, each once, in order."""
        carrying = (word for word in split_into_words(text, joined=False) if word not in ENGLISH.stop_words)
        return list(dict.fromkeys(filter(None, map(self._stem, carrying))))

    def _stems_of(self, token: str) -> tuple[str, ...]:
        """The stems of one token, as ``_tokens`` gives it."""
        return tuple(filter(None, map(self._stem, _parts(token, joined=True))))
