"""Both legs over the seed."""

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from index.errors import DamagedGeneration
from index.generation.documents import Documents
from index.generation.generation import Generation, GenerationContents
from index.generation.metadata_filter import EVERYTHING, Selection
from index.generation.passages import Passages
from index.search.bm25 import BM25Index
from index.search.stores.exact import ExactStore
from index.text.analyzer import Analyzer
from index.types import Document, Embeddings, Encoder, Passage, SearchResult, Span
from qa.query.encode import encode_questions
from qa.query.understand import understand
from qa.ranking.filters import Filter, build_filter, filter_passages
from qa.ranking.retrieval import Leg
from qa.ranking.retriever import DENSE, LEXICAL, MAX_CANDIDATES, Retriever, call_leg
from qa.types import Query, Request
from tests.doubles import WordEncoder


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
    assert build_filter(generation.contents, EVERYTHING) is None
    for pattern in ("blame.txt", "*.txt", "bl?me.*"):
        allowed = build_filter(generation.contents, Selection((pattern,)))
        assert allowed is not None
        assert len(allowed.passages) == len(generation.contents.passages)
        assert len(allowed.units) == len(generation.contents.units)
    nothing = build_filter(generation.contents, Selection(("*.pdf",)))
    assert nothing is not None
    assert len(nothing.passages) == len(nothing.units) == 0


def test_damage_is_no_failure_of_a_leg() -> None:
    """The answer of the other leg alone would be another one, so there is none."""

    def fail() -> None:
        raise DamagedGeneration("vectors.npy is damaged")

    with pytest.raises(DamagedGeneration):
        call_leg("dense", fail)


@pytest.mark.leg_failure
def test_our_own_bugs_cost_a_leg_and_not_the_answer(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a leg raises is logged with its traceback; a test that does not expect it fails (tests/conftest.py)."""
    assert call_leg("dense", len, [1, 2]) == 2
    assert call_leg("dense", len, 5) is None
    assert "the dense leg failed" in caplog.text
    assert "TypeError: object of type 'int' has no len()" in caplog.text


def build_passages(texts: Sequence[str]) -> Passages:
    """Build a passage of each text, in a document of its own."""
    documents = Documents.build([Document(f"{n:03}.txt", text) for n, text in enumerate(texts)])
    rows = [Passage(document.id, 0, len(document.text), (Span(0, len(document.text)),)) for document in documents]
    return Passages.build(rows, documents)


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
    texts = build_passages([f"text {number}" for number in range(passages)])
    contents = SimpleNamespace(store=store, units=units, lexical=BM25Index.build([["x"]] * passages), passages=texts)
    query = understand(Request("yak"), Analyzer("none"))
    vector = Embeddings(np.array([[1.0, 0.0]], dtype=np.float32), ())
    candidates = Retriever(contents).retrieve(replace(query, embeddings=vector))
    assert (store.wanted, candidates.legs) == (wanted, (Leg("dense", True, found), Leg("lexical", True, 0)))


def test_each_leg_brings_fifty_passages() -> None:
    """Without a vector the lexical leg answers alone, and the dense one is named as failed."""
    texts = build_passages([f"yak {number}" for number in range(80)])
    lexical = BM25Index.build([["yak"]] * 80)
    contents = SimpleNamespace(store=None, units=np.zeros((0, 3)), lexical=lexical, passages=texts)
    candidates = Retriever(contents).retrieve(understand(Request("yak"), Analyzer("none")))
    assert candidates.legs == (Leg("dense", False, 0), Leg("lexical", True, 50))
    assert candidates.list_found("lexical") == list(candidates.lexical) == list(range(50))
    assert set(candidates.dense.values()) == {0.0}


# 60 texts of which the nearest one has 500 copies, and the others none or one.
CROWDED = ["yak yak yak yak"] * 500 + [f"yak number {number} {'far ' * number}" for number in range(59)] * 2


@pytest.fixture(scope="module")
def crowded() -> GenerationContents:
    encoder, texts = WordEncoder(), build_passages(CROWDED)
    vectors = encoder.encode_passages(CROWDED).vectors
    units = np.array([(passage, 0, 1) for passage in range(len(CROWDED))])
    lexical = BM25Index.build([text.split() for text in CROWDED])
    return SimpleNamespace(store=ExactStore.build(vectors), units=units, lexical=lexical, passages=texts)


@pytest.mark.parametrize("first", [0, 3, 510])
def test_copies_keep_no_other_text_from_being_found(crowded: GenerationContents, first: int) -> None:
    """Each leg brings fifty texts, each once: the first copy that the filter allows, because all are as good."""
    positions = np.arange(first, len(CROWDED))
    allowed = filter_passages(crowded, positions) if first else None
    query = replace(understand(Request("yak"), Analyzer("none")), embeddings=WordEncoder().encode_questions(["yak"]))
    candidates = Retriever(crowded).retrieve(query, allowed)
    kept = {CROWDED[position]: position for position in reversed(positions.tolist())}
    for leg in (DENSE, LEXICAL):
        found = candidates.list_found(leg)
        assert len({CROWDED[passage] for passage in found}) == len(found) == MAX_CANDIDATES
        assert found == [kept[CROWDED[passage]] for passage in found]
    assert candidates.legs == (Leg(DENSE, True, 50), Leg(LEXICAL, True, 50))


def test_a_better_copy_brings_the_first_one_along(crowded: GenerationContents) -> None:
    """It may be shown in its place, if it is as good and the filter allows it."""
    title = SimpleNamespace(
        **vars(crowded)
        | {"lexical": BM25Index.build([[*t.split(), *["of"] * (n == 7)] for n, t in enumerate(CROWDED)])}
    )
    query = understand(Request("of"), Analyzer("none"))
    assert set(Retriever(title).retrieve(query).lexical) == {0, 7}
    assert set(Retriever(title).retrieve(query, filter_passages(title, np.array([3, 7]))).lexical) == {3, 7}
    assert set(Retriever(title).retrieve(query, filter_passages(title, np.array([7, 8]))).lexical) == {7}
