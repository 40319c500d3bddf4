"""Which documents may answer: ids and shell-style patterns, applied before the search."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from index.generation import Contents
from qa.retrieve import Filter, Retriever


class Filters:
    """Patterns into the passages and units of one generation."""

    def __init__(self, contents: Contents, retriever: Retriever) -> None:
        """Looks only at document ids."""
        self._passage_documents = [passage.document for passage in contents.passages]
        self._documents = [document.id for document in contents.documents]
        self._retriever = retriever

    def allowed(self, patterns: Sequence[str]) -> Filter | None:
        """What may be found under any of the patterns; None where there are none, which means all."""
        if not patterns:
            return None
        matching = {d for d in self._documents if any(d == p or fnmatchcase(d, p) for p in patterns)}
        passages = [i for i, document in enumerate(self._passage_documents) if document in matching]
        return self._retriever.restrict(np.array(passages, dtype=np.int64))
