"""Retrieval with two legs, always both: the nearest passages by vector and the best ones by BM25.

A leg that fails is named in the result and the other one answers; a failure is never hidden.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from index.disk.arrays import expand_ranges
from index.generation.generation import GenerationContents
from index.types import Vectors
from qa.ranking.filters import Filter
from qa.types import Leg, Query

DENSE, LEXICAL = "dense", "lexical"
# Passages that each leg contributes; every later step looks at all of them.
MAX_CANDIDATES = 50
# Units searched for them. A passage has several units, so the nearest 150 usually belong to 50 passages; if they do
# not, 400 are searched.
SEARCHED_UNITS = (3 * MAX_CANDIDATES, 8 * MAX_CANDIDATES)
Result = TypeVar("Result")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The passages that either leg found, each with its score in both legs. Higher is better.

    ``dense`` and ``lexical`` have the same passages; each begins with those that the leg itself found, best first.
    """

    dense: Mapping[int, float]
    lexical: Mapping[int, float]
    legs: tuple[Leg, ...]

    def list_found(self, leg: str) -> list[int]:
        """Return the passages that one leg found, best first."""
        scores = self.dense if leg == DENSE else self.lexical
        return list(scores)[: sum(one.candidates for one in self.legs if one.name == leg)]


def call_leg(name: str, function: Callable[..., Result], *arguments: object) -> Result | None:
    """Return what the function returns, or log its failure and return None."""
    try:
        return function(*arguments)
    except Exception:
        # Whatever goes wrong in a leg must not take the answer of the other one with it: it is logged with its
        # traceback and named in ``degraded``, and the tests fail if they do not expect it.
        log.exception("the %s leg failed", name)
        return None


class Retriever:
    """Searches one generation."""

    def __init__(self, contents: GenerationContents) -> None:
        """Read nothing yet."""
        self._store, self._lexical = contents.store, contents.lexical
        # Units are sorted by passage, so those of one passage are found by binary search.
        self._passage_of_unit = contents.units[:, 0]

    def retrieve(self, query: Query, allowed: Filter | None = None) -> Candidates:
        """Return the union of both legs' candidates with their scores in both legs."""
        vector = query.vector
        dense = None if vector is None else call_leg(DENSE, self._search_dense, vector, allowed)
        lexical = call_leg(LEXICAL, self._search_lexical, query, allowed)
        union = sorted({*(dense or ()), *(lexical or ())})
        nothing = dict.fromkeys(union, 0.0)
        return Candidates(
            nothing if vector is None or dense is None else self._add_missing_dense(vector, dense, union),
            nothing if lexical is None else self._add_missing_lexical(query, lexical, union),
            (Leg(DENSE, dense is not None, len(dense or ())), Leg(LEXICAL, lexical is not None, len(lexical or ()))),
        )

    def _search_dense(self, vector: Vectors, allowed: Filter | None) -> dict[int, float]:
        """Return for each passage the cosine of its best unit, best first."""
        units = None if allowed is None else allowed.units
        for wanted in SEARCHED_UNITS:
            matches = self._store.search(vector[None, :], wanted, units)[0]
            passages, firsts = np.unique(self._passage_of_unit[matches.positions], return_index=True)
            if len(passages) >= MAX_CANDIDATES or len(matches.positions) < wanted:
                break
        order = np.argsort(firsts)[:MAX_CANDIDATES]
        return dict(zip(passages[order].tolist(), matches.scores[firsts[order]].tolist(), strict=True))

    def _search_lexical(self, query: Query, allowed: Filter | None) -> dict[int, float]:
        """Return the BM25 score of each passage, best first."""
        passages = None if allowed is None else allowed.passages
        matches = self._lexical.search(query.terms, MAX_CANDIDATES, passages)
        return dict(zip(matches.positions.tolist(), matches.scores.tolist(), strict=True))

    def _add_missing_dense(self, vector: Vectors, found: dict[int, float], union: list[int]) -> dict[int, float]:
        """Return the dense scores of all candidates, those that the leg found first."""
        missing = np.array([passage for passage in union if passage not in found], dtype=np.int64)
        rows = expand_ranges(*np.searchsorted(self._passage_of_unit, [missing, missing + 1]))
        scores = dict(found)
        for passage, cosine in zip(
            self._passage_of_unit[rows].tolist(), (self._store.vectors(rows) @ vector).tolist(), strict=True
        ):
            scores[passage] = max(scores.get(passage, -1.0), cosine)
        return scores

    def _add_missing_lexical(self, query: Query, found: dict[int, float], union: list[int]) -> dict[int, float]:
        """Return the BM25 scores of all candidates, those that the leg found first."""
        ordered = [*found, *(passage for passage in union if passage not in found)]
        scores = self._lexical.score_passages(query.terms, np.array(ordered, dtype=np.int64))
        return dict(zip(ordered, scores.tolist(), strict=True))
