"""Retrieval with two legs, always both: the nearest passages by vector and the best ones by BM25.

Each leg returns passages of distinct texts: of copies and near copies only the best, and at a tie the first in the
order of the collection. A leg that fails is named in the result and the other one answers; a failure is never hidden.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TypeVar

import numpy as np

from index.disk.arrays import expand_ranges
from index.errors import DamagedGeneration, StoreError
from index.generation.generation import GenerationContents
from index.types import Positions, SearchResult, Vectors
from qa.ranking.filters import Filter, filter_passages
from qa.ranking.retrieval import Leg
from qa.ranking.versions import Versions
from qa.types import Query

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
    """Return what the function returns, or log its failure and return None; raise DamagedGeneration.

    Without the part of the index that is damaged the answer would be another one.
    """
    try:
        return function(*arguments)
    except DamagedGeneration:
        raise
    except StoreError as error:
        # It says all there is to know, and comes with every question.
        log.error("the %s leg failed: %s", name, error)
        return None
    except Exception:
        # Whatever goes wrong in a leg must not take the answer of the other one with it: it is logged with its
        # traceback and named in ``degraded``, and the tests fail if they do not expect it.
        log.exception("the %s leg failed", name)
        return None


class Retriever:
    """Searches one generation."""

    def __init__(self, contents: GenerationContents) -> None:
        """Read nothing yet."""
        self._contents, self._passages = contents, contents.passages
        self._versions = Versions(contents.passages)
        self._store, self._lexical = contents.store, contents.lexical
        # Units are sorted by passage, so those of one passage are found by binary search.
        self._passage_of_unit = contents.units[:, 0]

    def retrieve(self, query: Query, allowed: Filter | None = None) -> Candidates:
        """Return the union of both legs' candidates with their scores in both legs."""
        vector = query.vector
        dense = None if vector is None else call_leg(DENSE, self._search_dense, vector, allowed)
        lexical = call_leg(LEXICAL, self._search_lexical, query, allowed)
        found = {*(dense or ()), *(lexical or ())}
        union = sorted(found.union(self._find_preferred_copies(query.searched_as, found, allowed)))
        nothing = dict.fromkeys(union, 0.0)
        # The vectors may be in a database that is lost between two calls.
        cosines = None if dense is None else call_leg(DENSE, self._add_missing_dense, vector, dense, union)
        return Candidates(
            nothing if cosines is None else cosines,
            nothing if lexical is None else self._add_missing_lexical(query, lexical, union),
            (Leg(DENSE, cosines is not None, len(dense or ())), Leg(LEXICAL, lexical is not None, len(lexical or ()))),
        )

    def _search_dense(self, vector: Vectors, allowed: Filter | None) -> dict[int, float]:
        """Return for each passage the cosine of its best unit, best first."""
        units = None if allowed is None else allowed.units
        for wanted in SEARCHED_UNITS:
            matches = self._search_units(vector, wanted, units)
            found = self._keep_best_copies(matches)
            if len(found) >= MAX_CANDIDATES or len(matches.positions) < wanted:
                return found
        searches = [matches]
        if len(found) < len(np.unique(matches.positions)):
            # Copies of a few texts are in the way of all others.
            searches.append(self._search_units(vector, wanted, self._allow_first_copies(allowed).units))
            found = self._keep_best_copies(*searches)
        if allowed is None or len(found) >= MAX_CANDIDATES:
            return found
        # Sentences of a few long passages are in the way of all others. Who filters expects all that the filter lets
        # through, so each takes part with one unit.
        firsts = self._allow_first_copies(allowed).passages
        searches.append(self._search_units(vector, MAX_CANDIDATES, self._whole_passage_units[firsts]))
        return self._keep_best_copies(*searches)

    def _search_units(self, vector: Vectors, wanted: int, units: Positions | None) -> SearchResult:
        """Return the passages of the nearest units, best first, some of them several times."""
        matches = self._store.search(vector[None, :], wanted, units)[0]
        return SearchResult(self._passage_of_unit[matches.positions], matches.scores)

    def _search_lexical(self, query: Query, allowed: Filter | None) -> dict[int, float]:
        """Return the BM25 score of each passage, best first."""
        matches = self._lexical.search(query.terms, MAX_CANDIDATES, None if allowed is None else allowed.passages)
        found = self._keep_best_copies(matches)
        if len(found) == len(matches.positions):
            return found
        first_copies = self._allow_first_copies(allowed).passages
        return self._keep_best_copies(matches, self._lexical.search(query.terms, MAX_CANDIDATES, first_copies))

    def _keep_best_copies(self, *searches: SearchResult) -> dict[int, float]:
        """Return the best passage of each text with its score, best first, ties by position, ``MAX_CANDIDATES``."""
        passages, scores = searches[0].positions, searches[0].scores
        if len(searches) > 1:
            passages = np.concatenate([matches.positions for matches in searches])
            scores = np.concatenate([matches.scores for matches in searches])
            order = np.lexsort((passages, -scores))
            passages, scores = passages[order], scores[order]
        texts = self._passages.find_first_copies(passages) if len(self._passages.repeats) else passages
        best: dict[int, tuple[int, float]] = {}
        for text, passage, score in zip(texts.tolist(), passages.tolist(), scores.tolist(), strict=True):
            best.setdefault(text, (passage, score))
        return dict(islice(best.values(), MAX_CANDIDATES))

    def _allow_first_copies(self, allowed: Filter | None) -> Filter:
        """Return a filter that lets through, of each text, the first allowed passage."""
        if allowed is None:
            return self._first_copies
        first_of_text = np.full(len(self._passages), -1, dtype=np.int64)
        # Of several values for one place the last is kept.
        passages = allowed.passages[::-1]
        first_of_text[self._passages.find_first_copies(passages)] = passages
        return filter_passages(self._contents, np.sort(first_of_text[first_of_text >= 0]))

    @cached_property
    def _whole_passage_units(self) -> Positions:
        return self._contents.whole_passage_units

    @cached_property
    def _first_copies(self) -> Filter:
        everywhere = np.arange(len(self._passages), dtype=np.int64)
        return filter_passages(self._contents, np.delete(everywhere, self._passages.repeats))

    def _find_preferred_copies(self, question: str, passages: Iterable[int], allowed: Filter | None) -> Iterator[int]:
        """Yield for each passage the allowed copies that are shown unless they are worse.

        They are the first, the one in the newest version, and the one in the version that the question names.
        """
        if not len(self._passages.repeats):
            return
        for passage in self._passages.choose_repeated(np.array(list(passages), dtype=np.int64)).tolist():
            copies = self._passages.find_copies(passage)
            copies = copies if allowed is None else _keep_allowed(copies, allowed.passages)
            yield int(copies[0])
            preferred = self._versions.find_newer(passage, copies), self._versions.find_named(question, passage, copies)
            yield from (one for one in preferred if one is not None)

    def _add_missing_dense(self, vector: Vectors, found: dict[int, float], union: list[int]) -> dict[int, float]:
        """Return the dense scores of all candidates, those that the leg found first."""
        missing = [passage for passage in union if passage not in found]
        if not missing:
            return found
        starts, ends = np.searchsorted(self._passage_of_unit, [missing, [passage + 1 for passage in missing]])
        cosines = self._store.vectors(expand_ranges(starts, ends)) @ vector
        lengths = ends - starts
        best = np.maximum.reduceat(cosines, np.cumsum(lengths) - lengths)
        return found | dict(zip(missing, best.tolist(), strict=True))

    def _add_missing_lexical(self, query: Query, found: dict[int, float], union: list[int]) -> dict[int, float]:
        """Return the BM25 scores of all candidates, those that the leg found first."""
        ordered = [*found, *(passage for passage in union if passage not in found)]
        scores = self._lexical.score_passages(query.terms, np.array(ordered, dtype=np.int64))
        return dict(zip(ordered, scores.tolist(), strict=True))


def _keep_allowed(positions: Positions, allowed: Positions) -> Positions:
    """Return the positions that are allowed, without going through all of those, which are in order."""
    places = np.minimum(np.searchsorted(allowed, positions), len(allowed) - 1)
    return np.asarray(positions[allowed[places] == positions])
