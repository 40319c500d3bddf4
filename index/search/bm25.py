"""The lexical leg: BM25 over passages. The only module that imports bm25s.

Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework", in the Lucene variant
(Kamphuis et al. 2020), whose scores are never negative.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from math import log1p
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import open_mapped
from index.search.max_score import Posting, Weighted, contenders
from index.search.top_k import best
from index.types import Positions, SearchResult

K1, B = 0.9, 0.4
ARRAYS = ("data", "indices", "indptr")
POSTINGS = 100_000
"""Words whose place and most is remembered."""
NARROW, FEW = 10_000, 30_000
"""As many allowed passages, and as many of all, are all scored: quicker than to choose among them."""
AT_WORK = 16
"""Questions whose scores are kept for the next step."""
WORDS = "lexical.json"

Weights = Mapping[str, float]
"""A question's words and how much each counts; BM25 is linear in it."""


class LexicalIndex:
    """Positions and BM25 scores for the words of a question, higher is better.

    ``spellings``: how often each word stands in the texts as it is written there, folded.
    """

    def __init__(
        self,
        vocabulary: Mapping[str, int],
        arrays: Mapping[str, NDArray[Any]],
        length: int,
        spellings: Mapping[str, int],
    ) -> None:
        """Use ``build`` or ``load``.

        ``vocabulary``: the number of each word; ``arrays``: word by word the passages that have it (``indices``) and
        what it adds to the score of each (``data``), and where each word's begin (``indptr``).
        """
        self._vocabulary, self._arrays = vocabulary, arrays
        self._length = length
        self.spellings = spellings
        self._posting = lru_cache(maxsize=POSTINGS)(self._read_posting)
        self._scores = lru_cache(maxsize=AT_WORK)(self._all_scores)
        self.idf = lru_cache(maxsize=POSTINGS)(self._idf)

    @classmethod
    def build(cls, passages: Sequence[Sequence[str]], spellings: Mapping[str, int] | None = None) -> "LexicalIndex":
        """From the words of each passage, as ``index.text.analyzer`` gives them."""
        import bm25s  # with scipy, which answering needs as little

        if not any(passages):
            return cls({}, {}, len(passages), spellings or {})
        model = bm25s.BM25(k1=K1, b=B, method="lucene")
        model.index([list(words) for words in passages], show_progress=False)
        vocabulary = {word: number for word, number in model.vocab_dict.items() if word}
        return cls(
            vocabulary, {name: np.asarray(model.scores[name]) for name in ARRAYS}, len(passages), spellings or {}
        )

    def __len__(self) -> int:
        """The number of passages."""
        return self._length

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word that some passage has."""
        return frozenset(self._vocabulary)

    def frequency(self, word: str) -> int:
        """In how many passages the word stands."""
        token = self._vocabulary.get(word)
        if token is None:
            return 0
        pointers = self._arrays["indptr"]
        return int(pointers[token + 1] - pointers[token])

    def _idf(self, word: str) -> float:
        """How much a word tells: ln(1 + (N - n + 0.5) / (n + 0.5)), most for a word nobody has."""
        holding = self.frequency(word)
        return log1p((self._length - holding + 0.5) / (holding + 0.5))

    def has(self, word: str, positions: Positions) -> NDArray[np.bool_]:
        """Which of these passages have a word, shape (len(positions),)."""
        if word not in self._vocabulary:
            return np.zeros(len(positions), dtype=np.bool_)
        return self._posting(word).at(positions) > 0

    def scores(self, weights: Weights) -> NDArray[np.float32]:
        """The BM25 score of every passage, shape (len(self),); 0 where it has none of the words. Not to be changed."""
        return self._scores(tuple(weights.items()))

    def _all_scores(self, weights: tuple[tuple[str, float], ...]) -> NDArray[np.float32]:
        def add(group: NDArray[np.float32], posting: Posting) -> None:
            group[posting.passages] += posting.scores

        return self._summed(dict(weights), self._length, add)

    def at(self, weights: Weights, positions: Positions) -> NDArray[np.float32]:
        """The same of some passages only, shape (len(positions),)."""
        if self._length <= FEW:
            return self.scores(weights)[positions]

        def add(group: NDArray[np.float32], posting: Posting) -> None:
            group += posting.at(positions)

        return self._summed(weights, len(positions), add)

    def search(self, weights: Weights, k: int, allowed: Positions | None = None) -> SearchResult:
        """The ``k`` best passages that have at least one of the words, ties by position."""
        if allowed is None and self._length <= FEW:
            allowed = np.arange(self._length, dtype=np.int64)
        elif allowed is None or len(allowed) > NARROW:
            allowed = contenders(self._weighted(weights), k, self._length, allowed)
        scores = self.at(weights, allowed)
        return best(allowed[scores > 0], scores[scores > 0], k)

    def _summed(
        self, weights: Weights, size: int, add: Callable[[NDArray[np.float32], Posting], None]
    ) -> NDArray[np.float32]:
        """Words of one weight are added up before they are weighed, in one order, so that sums are rounded alike."""
        total = np.zeros(size, dtype=np.float32)
        for weight, words in groupby(self._weighted(weights), key=lambda word: word.weight):
            group = np.zeros(size, dtype=np.float32)
            for word in words:
                add(group, word.posting)
            total += weight * group
        return total

    def _weighted(self, weights: Weights) -> list[Weighted]:
        """The words that some passage has, by weight and then as they were asked."""
        known = [(word, weight) for word, weight in weights.items() if word in self._vocabulary]
        return [Weighted(self._posting(word), np.float32(weight)) for word, weight in sorted(known, key=itemgetter(1))]

    def _read_posting(self, word: str) -> Posting:
        token = self._vocabulary[word]
        rows = slice(*self._arrays["indptr"][token : token + 2].tolist())
        scores = self._arrays["data"][rows]
        return Posting(self._arrays["indices"][rows], scores, float(scores.max()))

    def save(self, folder: Path) -> None:
        """Writes arrays and JSON, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        about = {"length": self._length, "vocabulary": self._vocabulary, "spellings": self.spellings}
        (folder / WORDS).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
        for name, array in self._arrays.items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """What ``save`` wrote, its arrays mapped rather than read."""
        about = json.loads((folder / WORDS).read_text(encoding="utf-8"))
        arrays = {name: open_mapped(folder / f"{name}.npy") for name in ARRAYS} if about["vocabulary"] else {}
        return cls(about["vocabulary"], arrays, about["length"], about["spellings"])
