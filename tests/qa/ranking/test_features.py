"""The features of hits, number by number."""

import pytest

from index.search.bm25 import BM25Index
from index.text.analyzer import Analyzer
from qa.query.understand import understand
from qa.ranking.features import extract_features
from qa.ranking.fusion import Hit
from qa.ranking.idf import IdfWeights
from qa.types import Query, Reading, Request

IDF = IdfWeights(BM25Index.build([["cat", "sat"], ["cat", "ran"], ["dog", "ran"], ["cat"]]))


def hit(passage: int, score: float, dense_rank: int = 1, lexical_rank: int = 1, relevance: float | None = None) -> Hit:
    reading = None if relevance is None else Reading(relevance, 0.0, None)
    return Hit(passage, score, 0.7, 2.0, dense_rank, lexical_rank, reading)


def ask(question: str = "cat") -> Query:
    return understand(Request(question), Analyzer("none"))


def test_the_lead_is_the_distance_to_the_best_other_hit() -> None:
    """As a share of the best of all, also of those beyond ``top_k``; negative for all but the first."""
    hits = [hit(0, 2.0), hit(1, 1.5), hit(2, 1.2)]
    assert [one.lead for one in extract_features(ask(), hits, 3, IDF)] == pytest.approx([0.25, -0.25, -0.4])
    assert [one.lead for one in extract_features(ask(), hits, 1, IDF)] == pytest.approx([0.25])


def test_a_hit_that_was_not_read_counts_with_what_is_expected_of_it() -> None:
    """Wherever it stands; but it is not expected to become the first, whose lead is not negative."""
    hits = [hit(0, 2.0), hit(1, 1.0), hit(2, 0.8)._replace(expected=1.5)]
    assert [one.lead for one in extract_features(ask(), hits, 3, IDF)] == pytest.approx([0.25, -0.5, -0.5])
    hits[2] = hits[2]._replace(expected=3.0)
    assert extract_features(ask(), hits, 1, IDF)[0].lead == 0.0


def test_a_lone_candidate_does_not_look_certain() -> None:
    """The lead is capped at one half either way; without a positive score there is none."""
    assert extract_features(ask(), [hit(0, 2.0)], 5, IDF)[0].lead == 0.5
    assert [one.lead for one in extract_features(ask(), [hit(0, 2.0), hit(1, 0.1)], 5, IDF)] == [0.5, -0.5]
    assert extract_features(ask(), [hit(0, 0.0)], 5, IDF)[0].lead == 0.0
    assert extract_features(ask(), [], 5, IDF) == []


def test_agreement_is_the_mean_reciprocal_rank() -> None:
    """First in both legs is 1, fourth in one and second in the other 0.375."""
    found = extract_features(ask(), [hit(0, 1.0), hit(1, 0.9, 4, 2)], 2, IDF)
    assert [one.agreement for one in found] == [1.0, 0.375]


def test_a_leg_that_gives_no_score_does_not_agree() -> None:
    """No passage has a word of "😀", so that all share the first rank of the lexical leg."""
    for silent in ({"lexical": 0.0}, {"dense": -0.1}):
        assert extract_features(ask(), [hit(0, 1.0)._replace(**silent)], 1, IDF)[0].agreement == 0.5


@pytest.mark.parametrize(("logit", "relevance"), [(None, None), (4.0, 0.5), (-8.0, -1.0), (99.0, 1.0), (-99.0, -1.0)])
def test_a_logit_becomes_a_feature_within_one(logit: float | None, relevance: float | None) -> None:
    """An eighth of it, however certain a reader is; None if it did not read the passage."""
    assert extract_features(ask(), [hit(0, 1.0, relevance=logit)], 1, IDF)[0].relevance == relevance


def test_coverage_is_of_the_passage_and_unknown_of_the_collection() -> None:
    """The cosine is the hit's own."""
    first, second = extract_features(ask("cat dog yak"), [hit(0, 1.0), hit(2, 0.9)], 2, IDF)
    assert first.cosine == 0.7
    assert first.coverage == pytest.approx(IDF.measure_coverage(["cat", "dog", "yak"], {"cat"}))
    assert second.coverage == pytest.approx(IDF.measure_coverage(["cat", "dog", "yak"], {"dog"}))
    assert first.unknown == second.unknown == pytest.approx(IDF.measure_unknown(["cat", "dog", "yak"]))
    assert 0 < first.coverage < second.coverage < first.unknown < 1
