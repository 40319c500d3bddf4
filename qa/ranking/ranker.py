"""One question against one generation: retrieve → fuse → stages → read → features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from index.text.analyzer import Analyzer
from qa.answer.calibration import Features, logit_feature
from qa.query.spelling import Speller
from qa.ranking.evidence import Evidence, Marker
from qa.ranking.fusion import Hit
from qa.ranking.idf import Rarity
from qa.ranking.pipeline import WAYS, Way
from qa.ranking.retriever import Filter, Retrieved, Retriever
from qa.ranking.stages import Stage
from qa.ranking.stages.parts import Parts
from qa.ranking.stages.rerank import Reread
from qa.types import Mode, Query, Request

READER = "reader"
MOST_LEAD = 0.5
"""A passage without a rival, as in a collection of one, is not for that the answer."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A hit with what was found in it and how it looks to the judge."""

    hit: Hit
    evidence: Evidence
    features: Features
    dense_rank: int
    lexical_rank: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best passages, examined, and how they were found.

    ``unknown``: the share of the question's rare words that the collection lacks. ``degraded``
    names every leg that failed, and the reader where it did.
    """

    query: Query
    examined: tuple[Examined, ...]
    retrieved: Retrieved
    unknown: float
    degraded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How one question is to be ranked."""

    mode: Mode
    top_k: int
    allowed: Filter | None


class Ranker:
    """Everything of one generation that answering needs."""

    def __init__(self, parts: Parts, words: Analyzer, speller: Speller, ways: Mapping[Mode, Way] = WAYS) -> None:
        """Builds each stage once."""
        self._words = words
        self._speller = speller
        self._rarity = Rarity(parts.contents.lexical)
        self.retriever = Retriever(parts.contents)
        self._marker = Marker(parts, self.retriever, words, self._rarity)
        self._ways = ways
        self._stages: dict[Mode, tuple[Stage, ...]] = {
            mode: tuple(make(parts) for make in way.stages) for mode, way in ways.items()
        }
        self._reads = {
            mode: parts.reader is not None and any(isinstance(stage, Reread) for stage in stages)
            for mode, stages in self._stages.items()
        }

    def understand(self, request: Request) -> Query:
        """The request as its mode understands it."""
        return self._ways[request.mode].understand(request, self._words, self._speller.mend)

    def rank(self, query: Query, options: Options) -> Ranked:
        """The ``top_k`` best passages; fewer only where fewer are allowed."""
        retrieved = self.retriever.retrieve(query, options.allowed)
        hits = self._ways[options.mode].fuse(retrieved)
        for stage in self._stages[options.mode]:
            hits = stage(query, hits)
        view = _View(
            query, hits, _ranks(retrieved.dense), _ranks(retrieved.lexical), self._rarity.unknown(query.content)
        )
        best = hits[: options.top_k]
        covered = self._rarity.coverages(query.content, np.array([hit.passage for hit in best], dtype=np.int64))
        examined = tuple(map(partial(self._examine, view), best, covered.tolist()))
        unread = self._reads[options.mode] and hits and hits[0].reading is None
        return Ranked(query, examined, retrieved, view.unknown, (*retrieved.degraded, *([READER] if unread else [])))

    def _examine(self, view: "_View", hit: Hit, coverage: float) -> Examined:
        evidence = self._marker.mark(view.query, hit)
        dense_rank, lexical_rank = view.dense_ranks[hit.passage], view.lexical_ranks[hit.passage]
        features = Features(
            cosine=hit.dense,
            coverage=coverage,
            unknown=view.unknown,
            lead=view.lead(hit),
            agreement=(1 / dense_rank + 1 / lexical_rank) / 2,
            relevance=None if hit.reading is None else logit_feature(hit.reading.relevance),
        )
        return Examined(hit, evidence, features, dense_rank, lexical_rank)


@dataclass(frozen=True, slots=True)
class _View:
    """What the features of one hit need to know of all hits."""

    query: Query
    hits: Sequence[Hit]
    dense_ranks: Mapping[int, int]
    lexical_ranks: Mapping[int, int]
    unknown: float

    def lead(self, hit: Hit) -> float:
        """The hit's score less the best other one's, as a share of the best of all, within a half."""
        best = self.hits[0].score
        runner_up = self.hits[1].score if len(self.hits) > 1 else 0.0
        other = runner_up if hit is self.hits[0] else best
        share = (hit.score - other) / best if best > 0 else 0.0
        return max(-MOST_LEAD, min(MOST_LEAD, share))


def _ranks(scores: Mapping[int, float]) -> dict[int, int]:
    """The place of each passage in a leg, from 1; equal scores share the better place."""
    ordered = sorted(scores.values(), reverse=True)
    places: dict[float, int] = {}
    for place, score in enumerate(ordered, 1):
        places.setdefault(score, place)
    return {passage: places[score] for passage, score in scores.items()}
