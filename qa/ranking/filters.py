"""Filters by document: ids and shell-style patterns become the passages and units that may be found."""

from collections.abc import Sequence

import numpy as np

from index.disk.arrays import expand_ranges
from index.generation.generation import GenerationContents
from qa.ranking.retriever import Filter, Retriever


class Filters:
    """Patterns into the passages and units of one generation."""

    def __init__(self, contents: GenerationContents, retriever: Retriever) -> None:
        """Reads nothing yet."""
        self._documents, self._passages = contents.documents, contents.passages
        self._retriever = retriever

    def allowed(self, patterns: Sequence[str]) -> Filter | None:
        """What may be found under any of the patterns; None where there are none, which means all."""
        if not patterns:
            return None
        documents = np.unique(np.concatenate([self._documents.find_matching(pattern) for pattern in patterns]))
        return self._retriever.restrict(expand_ranges(*self._passages.find_ranges(documents)))
