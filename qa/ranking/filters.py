"""Which documents may answer: ids and shell-style patterns, applied before the search."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

import numpy as np

from index.disk.arrays import expand_ranges
from index.generation.documents import Documents
from index.generation.generation import GenerationContents
from index.types import Positions
from qa.ranking.retriever import Filter, Retriever

WILDCARDS = frozenset("*?[")
KEPT = 64
"""Patterns whose documents are remembered: to try one is to read every id."""


class Filters:
    """Patterns into the passages and units of one generation."""

    def __init__(self, contents: GenerationContents, retriever: Retriever) -> None:
        """Reads nothing yet."""
        self._passages = contents.passages
        self._meeting = lru_cache(maxsize=KEPT)(lambda pattern: meeting(contents.documents, pattern))
        self._retriever = retriever

    def allowed(self, patterns: Sequence[str]) -> Filter | None:
        """What may be found under any of the patterns; None where there are none, which means all."""
        if not patterns:
            return None
        documents = np.unique(np.concatenate([self._meeting(pattern) for pattern in patterns]))
        return self._retriever.restrict(expand_ranges(*self._passages.find_ranges(documents)))


def meeting(documents: Documents, pattern: str) -> Positions:
    """The documents whose id is the pattern or meets it, rising."""
    itself = documents.find_position(pattern)
    found = [] if itself is None else [itself]
    if not WILDCARDS.isdisjoint(pattern):
        found += [place for place, name in enumerate(documents.ids) if fnmatchcase(name, pattern)]
    return np.unique(np.array(found, dtype=np.int64))
