"""Both legs, always both: the best passages by meaning and by words.

A leg that fails is named in the result and the other one answers; it is never hidden.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from index.disk.arrays import expand_ranges
from index.generation.generation import GenerationContents
from index.types import Positions, Vectors
from qa.types import Query

DENSE, LEXICAL = "dense", "lexical"
CANDIDATES = 50
UNITS = (3 * CANDIDATES, 8 * CANDIDATES)
"""Units searched: mostly enough, and as many as the candidates have at most."""
LEG_FAILURES = (RuntimeError, ValueError, OSError, ArithmeticError, LookupError, MemoryError)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Filter:
    """The passages and units that may be found; None means all."""

    passages: Positions
    units: Positions


@dataclass(frozen=True, slots=True)
class Found:
    """What one leg found: raw scores by passage position, best first. Higher is better."""

    leg: str
    scores: Mapping[int, float]
    ran: bool = True


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Both legs over the same candidates: every candidate of one has its score in the other."""

    dense: Mapping[int, float]
    lexical: Mapping[int, float]
    legs: tuple[Found, ...]

    @property
    def degraded(self) -> tuple[str, ...]:
        """The legs that failed."""
        return tuple(found.leg for found in self.legs if not found.ran)


class Retriever:
    """Searches one generation."""

    def __init__(self, contents: GenerationContents) -> None:
        """Units stand in the order of their passages, so those of one are found by halving."""
        self._contents = contents
        self._passage_of = contents.units[:, 0]

    def units_of(self, passage: int) -> range:
        """The positions of a passage's units."""
        first, last = np.searchsorted(self._passage_of, [passage, passage + 1]).tolist()
        return range(first, last)

    def restrict(self, passages: Positions) -> Filter:
        """A filter that lets only these passages through."""
        firsts, lasts = np.searchsorted(self._passage_of, [passages, passages + 1])
        return Filter(passages, expand_ranges(firsts, lasts))

    def retrieve(self, query: Query, allowed: Filter | None) -> Retrieved:
        """The union of both legs' candidates with both legs' scores."""
        vector = query.vector
        dense = self._leg(DENSE, lambda: self._dense(vector, allowed))
        lexical = self._leg(LEXICAL, lambda: self._lexical(query, allowed))
        union = sorted(dense.scores.keys() | lexical.scores.keys())
        return Retrieved(
            self._fill_dense(union, dense, vector),
            self._fill_lexical(union, lexical, query),
            (dense, lexical),
        )

    def _leg(self, name: str, search: Callable[[], Mapping[int, float]]) -> Found:
        try:
            return Found(name, search())
        except LEG_FAILURES:
            log.exception("the %s leg failed", name)
            return Found(name, {}, ran=False)

    def _dense(self, vector: Vectors | None, allowed: Filter | None) -> dict[int, float]:
        """The best unit's cosine of each passage: a passage is as near as its nearest part."""
        if vector is None:
            raise RuntimeError("the question has no vector")
        units = None if allowed is None else allowed.units
        for wanted in UNITS:
            matches = self._contents.store.search(vector[None, :], wanted, units)[0]
            passages, firsts = np.unique(self._passage_of[matches.positions], return_index=True)
            if len(passages) >= CANDIDATES or len(matches.positions) < wanted:
                break
        order = np.argsort(firsts)[:CANDIDATES]
        return dict(zip(passages[order].tolist(), matches.scores[firsts[order]].tolist(), strict=True))

    def _lexical(self, query: Query, allowed: Filter | None) -> dict[int, float]:
        passages = None if allowed is None else allowed.passages
        matches = self._contents.lexical.search(query.words, CANDIDATES, passages)
        return {int(p): float(s) for p, s in zip(matches.positions, matches.scores, strict=True)}

    def _fill_dense(self, union: list[int], found: Found, vector: Vectors | None) -> dict[int, float]:
        if not found.ran or vector is None:
            return dict.fromkeys(union, 0.0)
        missing = np.array([passage for passage in union if passage not in found.scores], dtype=np.int64)
        rows = self.restrict(missing).units
        scores = dict(found.scores)
        cosines = self._contents.store.vectors(rows) @ vector
        for passage, cosine in zip(self._passage_of[rows].tolist(), cosines.tolist(), strict=True):
            scores[passage] = max(scores.get(passage, -1.0), cosine)
        return scores

    def _fill_lexical(self, union: list[int], found: Found, query: Query) -> dict[int, float]:
        if not found.ran:
            return dict.fromkeys(union, 0.0)
        scores = self._contents.lexical.score_passages(query.words, np.array(union, dtype=np.int64))
        return dict(zip(union, scores.tolist(), strict=True))
