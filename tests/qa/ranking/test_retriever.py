"""Both legs over the seed."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from index.generation.generation import Generation
from index.search.bm25 import BM25Index
from index.text.analyzer import Analyzer
from index.types import Embeddings, Encoder, SearchResult
from qa.query.encode import encode_questions
from qa.query.understand import understand
from qa.ranking.filters import Filter, build_filter
from qa.ranking.retriever import DENSE, LEXICAL, MAX_CANDIDATES, Retriever, call_leg
from qa.types import Leg, Query, Request


@pytest.fixture(scope="module")
def retriever(generation: Generation) -> Retriever:
    return Retriever(generation.contents)


def asked(encoder: Encoder, question: str) -> Query:
    return replace(understand(Request(question), Analyzer()), embeddings=encode_questions(encoder, [question])[0])


def units_of(generation: Generation, passage: int) -> list[int]:
    return np.flatnonzero(generation.contents.units[:, 0] == passage).tolist()


def test_a_passage_is_as_near_as_its_nearest_unit(
    retriever: Retriever, generation: Generation, encoder: Encoder
) -> None:
    """The dense score is the greatest cosine over the passage's units."""
    query = asked(encoder, "Who directed the film?")
    dense = retriever.retrieve(query).dense
    for passage, score in dense.items():
        cosines = generation.contents.store.vectors(units_of(generation, passage)) @ query.vector
        assert score == pytest.approx(float(cosines.max()), abs=1e-5)


def test_every_candidate_of_one_leg_has_its_score_in_the_other(retriever: Retriever, encoder: Encoder) -> None:
    """Fusion compares like with like: both mappings have the same passages."""
    found = retriever.retrieve(asked(encoder, "Harvey Award"))
    assert set(found.dense) == set(found.lexical)
    assert set(found.dense) == {*found.list_found(DENSE), *found.list_found(LEXICAL)}


def test_each_leg_lists_its_candidates_best_first(retriever: Retriever, encoder: Encoder) -> None:
    """Scores fall, and no more than the bound are brought."""
    candidates = retriever.retrieve(asked(encoder, "Netflix film release"))
    for leg, all_scores in zip(candidates.legs, (candidates.dense, candidates.lexical), strict=True):
        scores = [all_scores[passage] for passage in candidates.list_found(leg.name)]
        assert scores == sorted(scores, reverse=True)
        assert 0 < len(scores) == leg.candidates <= MAX_CANDIDATES


def test_a_filter_is_applied_inside_both_legs(retriever: Retriever, generation: Generation, encoder: Encoder) -> None:
    """Every passage that is let through and no other is found by meaning."""
    units = [*units_of(generation, 1), *units_of(generation, 4)]
    allowed = Filter(np.array([1, 4], dtype=np.int64), np.array(units, dtype=np.int64))
    found = retriever.retrieve(asked(encoder, "Who directed the film?"), allowed)
    assert set(found.dense) == {1, 4}


def test_filters_match_ids_and_patterns(generation: Generation) -> None:
    """None means all; an id, a pattern; nothing where nothing matches."""
    assert build_filter(generation.contents, ()) is None
    for pattern in ("blame.txt", "*.txt", "bl?me.*"):
        allowed = build_filter(generation.contents, (pattern,))
        assert allowed is not None
        assert len(allowed.passages) == len(generation.contents.passages)
        assert len(allowed.units) == len(generation.contents.units)
    nothing = build_filter(generation.contents, ("*.pdf",))
    assert nothing is not None
    assert len(nothing.passages) == len(nothing.units) == 0


@pytest.mark.leg_failure
def test_our_own_bugs_cost_a_leg_and_not_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a leg raises is logged with its traceback; a test that does not expect it fails (tests/conftest.py)."""
    assert call_leg("dense", len, [1, 2]) == 2
    assert call_leg("dense", len, 5) is None
    assert "the dense leg failed" in caplog.text
    assert "TypeError: object of type 'int' has no len()" in caplog.text


class CountingStore:
    """A store whose best units are in order, and which remembers how many were wanted."""

    def __init__(self, units: int) -> None:
        self.units, self.wanted = units, []

    def search(self, vectors: np.ndarray, k: int, allowed: object = None) -> list[SearchResult]:
        self.wanted.append(k)
        rows = np.arange(min(k, self.units))
        return [SearchResult(rows, np.linspace(1, 0.5, len(rows)).astype(np.float32))]

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        return np.zeros((len(rows), 2), dtype=np.float32)


@pytest.mark.parametrize(
    ("units_each", "passages", "wanted", "found"),
    [(3, 100, [150], 50), (2, 100, [150], 50), (4, 100, [150, 400], 50), (20, 100, [150, 400], 20), (20, 3, [150], 3)],
)
def test_more_units_are_searched_only_if_the_nearest_belong_to_few_passages(
    units_each: int, passages: int, wanted: list[int], found: int
) -> None:
    """150 units first, then 400; fifty passages at most, and no second search if there are no further units."""
    units = np.array([(passage, 0, 1) for passage in range(passages) for _ in range(units_each)])
    store = CountingStore(len(units))
    contents = SimpleNamespace(store=store, units=units, lexical=BM25Index.build([["x"]] * passages))
    query = understand(Request("yak"), Analyzer("none"))
    vector = Embeddings(np.array([[1.0, 0.0]], dtype=np.float32), ())
    candidates = Retriever(contents).retrieve(replace(query, embeddings=vector))
    assert (store.wanted, candidates.legs) == (wanted, (Leg("dense", True, found), Leg("lexical", True, 0)))


def test_each_leg_brings_fifty_passages() -> None:
    """Without a vector the lexical leg answers alone, and the dense one is named as failed."""
    contents = SimpleNamespace(store=None, units=np.zeros((0, 3)), lexical=BM25Index.build([["yak"]] * 80))
    candidates = Retriever(contents).retrieve(understand(Request("yak"), Analyzer("none")))
    assert candidates.legs == (Leg("dense", False, 0), Leg("lexical", True, 50))
    assert candidates.list_found("lexical") == list(candidates.lexical) == list(range(50))
    assert set(candidates.dense.values()) == {0.0}
