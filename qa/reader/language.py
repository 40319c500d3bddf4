"""The language of a question or a passage: whether it is one that the reader was trained on.

The only module that imports fasttext. The model is ``lid.176.ftz`` (Joulin et al. 2017, "Bag of Tricks for Efficient
Text Classification"), which tells 176 languages from character n-grams in 0.1 ms. It takes names, product codes and
typing errors for other languages, so that words which only the reader's languages have outweigh it. Rates of both
kinds of mistakes: ``docs/evaluation.md``.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from index.languages import LANGUAGES
from qa.types import LanguageBoundReader, Reader

if TYPE_CHECKING:
    from fasttext.FastText import _FastText

MODEL = Path(__file__).with_name("languages") / "lid.176.ftz"
# Longer texts are told by their beginning.
MAX_CHARACTERS = 2000
LABEL = "__label__"
LABELS = 176
# What a text is called if the best of all labels is less probable.
UNKNOWN, MIN_DETECTED = "unknown", 0.5
# Option, call, path, attribute, operator: what code has and prose seldom. Its names are of no language.
CODE_MARK = regex.compile(
    r"(?<=[\w\])])[(\[]|[)\]](?=[:;{.(\[])|[{}<>=$#\\/_;&@~^+]|(?<!\S)--?\p{L}|(?<=\p{L})\.(?=\p{L})"
)
# A line with more words to a mark is prose.
MAX_WORDS_PER_CODE_MARK = 2
WORD = regex.compile(r"\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)*")
LATIN = regex.compile(r"\p{Latin}")
# One or two words are a name or a keyword more often than a question.
MIN_WORDS = 3
# A text whose letters are mostly of another script quotes a name if a quarter of its words are stop words.
MIN_STOP_SHARE_AROUND_NAMES = 0.25
MIN_STOP_SHARE = 0.5
# Below this probability a text is in another language. The model is often wrong about fewer than five words.
MIN_PROBABILITY, MIN_PROBABILITY_SHORT, SHORT_WORDS = 0.3, 0.05, 5
# It is also wrong about keywords, so that less is asked if the reader's vocabulary has half of the longer words whole.
KNOWN_FACTOR, MIN_KNOWN_SHARE, MIN_KNOWN_LETTERS = 1 / 3, 0.5, 4


def can_read(reader: Reader, text: str) -> bool:
    """Return whether the reader reads the language of the text; one that declares no languages reads all."""
    return reader.reads(text) if isinstance(reader, LanguageBoundReader) else True


def detect_language(text: str) -> str:
    """Return the code of the language of a text's beginning (ISO 639), or "unknown"."""
    words = WORD.findall(text[:MAX_CHARACTERS])
    if len(words) < MIN_WORDS:
        return UNKNOWN
    (label,), (probability,) = _load_model().predict(" ".join(words).lower(), k=1)
    return str(label).removeprefix(LABEL) if probability >= MIN_DETECTED else UNKNOWN


class LanguageDetector:
    """Tells texts in some languages, all written in Latin script, from texts in any other."""

    def __init__(self, languages: Sequence[str], is_known_word: Callable[[str], bool]) -> None:
        """Load nothing yet; ``languages`` are codes of ``LANGUAGES``, ``is_known_word`` asks the reader's vocabulary.

        Raise KeyError for a language without word lists.
        """
        self._labels = {LABEL + code for code in languages}
        self._is_known_word = is_known_word
        self._stop_words = frozenset[str]().union(*(LANGUAGES[code].stop_words for code in languages))
        self._openers = frozenset[str]().union(*(LANGUAGES[code].distinctive_openers for code in languages))

    def recognizes(self, text: str) -> bool:
        """Return False if the prose is in another language; True if it may be in one of these, or in none."""
        words = [word for line in text[:MAX_CHARACTERS].splitlines() for word in _find_prose(line)]
        latin = [word for word in words if word.isascii() or LATIN.match(word)]
        # Together, because to fold each word by itself takes longer than all else here.
        stop_words = sum(map(self._stop_words.__contains__, _fold(" ".join(latin)).split(" ")))
        letters = sum(map(len, latin))
        if 2 * letters < sum(map(len, words)):
            return stop_words >= MIN_STOP_SHARE_AROUND_NAMES * len(words)
        if len(latin) < MIN_WORDS or _fold(latin[0]) in self._openers or stop_words >= MIN_STOP_SHARE * len(latin):
            return True
        return self._estimate_probability(latin) >= self._choose_threshold(latin)

    def _estimate_probability(self, words: Sequence[str]) -> float:
        """Return the probability of these languages, with or without names: the greater one."""
        # Names are capitalised, and so are nouns in German, which has enough other words. The first word tells most.
        prose = [word for place, word in enumerate(words) if place == 0 or word[0].islower()]
        candidates = {" ".join(words), " ".join(prose if len(prose) >= MIN_WORDS else words)}
        return max(map(self._ask_model, candidates))

    def _ask_model(self, text: str) -> float:
        labels, probabilities = _load_model().predict(text.lower(), k=LABELS)
        return float(sum(p for label, p in zip(labels, probabilities, strict=True) if label in self._labels))

    def _choose_threshold(self, words: Sequence[str]) -> float:
        threshold = MIN_PROBABILITY_SHORT if len(words) < SHORT_WORDS else MIN_PROBABILITY
        # The vocabulary has no accents, so that "élève" would be looked up as "eleve".
        long = [word.lower() for word in words if len(word) >= MIN_KNOWN_LETTERS and word.isascii()]
        known = len(long) > 1 and sum(map(self._is_known_word, long)) >= MIN_KNOWN_SHARE * len(long)
        return KNOWN_FACTOR * threshold if known else threshold


def _find_prose(line: str) -> list[str]:
    """Return the words of a line; none if it is code."""
    words: list[str] = WORD.findall(line)
    return words if len(words) > MAX_WORDS_PER_CODE_MARK * len(CODE_MARK.findall(line)) else []


def _fold(words: str) -> str:
    # Unlike ``fold_text`` this keeps accents: the French "à" is not the English "a".
    return words.lower().replace("’", "'")


@cache
def _load_model() -> "_FastText":
    """Load the model: 30 ms and 4 MB, at the first text that needs it."""
    import fasttext

    return fasttext.load_model(str(MODEL))
