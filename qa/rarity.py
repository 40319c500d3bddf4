"""How much a word tells: rare words much, common words little, unknown words most."""

from collections.abc import Collection
from functools import lru_cache

from index.lexical import LexicalIndex


class Rarity:
    """Weights of words in one collection."""

    def __init__(self, lexical: LexicalIndex) -> None:
        """Counts passages."""
        self._lexical = lexical
        self._weight = lru_cache(maxsize=100_000)(lexical.idf)

    def coverage(self, asked: Collection[str], present: Collection[str]) -> float:
        """The share of the asked words' weight that is present, 0 to 1; 0 where nothing is asked."""
        total = sum(self._weight(word) for word in asked)
        return sum(self._weight(word) for word in asked if word in present) / total if total else 0.0

    def unknown(self, asked: Collection[str]) -> float:
        """The share of the asked words' weight that the whole collection lacks, 0 to 1."""
        return 1.0 - self.coverage(asked, [w for w in asked if self._lexical.frequency(w)]) if asked else 0.0
