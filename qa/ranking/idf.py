"""How much a word tells: rare words much, common words little, unknown words most."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from index.search.bm25 import BM25Index
from index.types import Positions


class Rarity:
    """Weights of words in one collection."""

    def __init__(self, lexical: BM25Index) -> None:
        """Counts passages."""
        self._lexical = lexical
        self._weight = lexical.idf

    def coverage(self, asked: Collection[str], present: Collection[str]) -> float:
        """The share of the asked words' weight that is present, 0 to 1; 0 where nothing is asked."""
        total = sum(self._weight(word) for word in asked)
        return sum(self._weight(word) for word in asked if word in present) / total if total else 0.0

    def coverages(self, asked: Collection[str], passages: Positions) -> NDArray[np.float64]:
        """The same of passages with what stands above them, shape (len(passages),)."""
        weights = {word: self._weight(word) for word in asked}
        found = np.zeros(len(passages))
        for word, weight in weights.items():
            found += weight * self._lexical.contains_term(word, passages)
        total = sum(weights.values())
        return found / total if total else found

    def unknown(self, asked: Collection[str]) -> float:
        """The share of the asked words' weight that the whole collection lacks, 0 to 1."""
        return 1.0 - self.coverage(asked, [w for w in asked if self._lexical.passage_frequency(w)]) if asked else 0.0
