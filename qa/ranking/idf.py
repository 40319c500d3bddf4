"""How much of a question's information other text has: its terms weighted by inverse document frequency."""

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from index.search.bm25 import BM25Index


class IdfWeights:
    """Inverse document frequencies of one collection; a term that no passage has weighs most."""

    def __init__(self, lexical: BM25Index) -> None:
        """Read nothing yet."""
        self._lexical = lexical

    def measure_coverage(self, terms: Collection[str], present: Collection[str]) -> float:
        """Return the share of the terms' weight that is present, 0 to 1; 0 if there are no terms."""
        return self.measure_coverages(terms, [present])[0]

    def measure_coverages(self, terms: Collection[str], texts: Iterable[Collection[str]]) -> list[float]:
        """Return for each text, given as its terms, the share of the weight of ``terms`` that it has."""
        weights = {term: self._lexical.idf(term) for term in terms}
        total = sum(weights.values())
        covered = [[weight for term, weight in weights.items() if term in present] for present in texts]
        return [sum(found) / total if total else 0.0 for found in covered]

    def measure_passages(self, terms: Collection[str], passages: Sequence[int]) -> NDArray[np.float64]:
        """Return the coverage by each passage and its context, shape (len(passages),)."""
        weights = {term: self._lexical.idf(term) for term in terms}
        positions, covered = np.array(passages, dtype=np.int64), np.zeros(len(passages))
        for term, weight in weights.items():
            covered += weight * self._lexical.contains_term(term, positions)
        total = sum(weights.values())
        return covered / total if total else covered

    def measure_unknown(self, terms: Collection[str]) -> float:
        """Return the share of the terms' weight that the whole collection lacks, 0 to 1; 0 if there are no terms."""
        known = [term for term in terms if self._lexical.passage_frequency(term)]
        return 1.0 - self.measure_coverage(terms, known) if terms else 0.0
