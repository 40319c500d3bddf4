"""Ranking measures: what is ranked, and that the figures are those of every other tool."""

from itertools import pairwise

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.evaluation.measures import ranking
from qa.evaluation.types import GoldEvidence, Judgement, ReturnedPassage, SystemReply
from qa.types import Status

PYTREC = {
    "Hit@1": "success_1",
    "Hit@5": "success_5",
    "Hit@10": "success_10",
    "Recall@5": "recall_5",
    "Recall@10": "recall_10",
    "nDCG@10": "ndcg_cut_10",
    "MAP": "map",
}
IDS = [f"d{n}" for n in range(30)]


def returned(document: str, start: int, end: int) -> ReturnedPassage:
    return ReturnedPassage(document, Span(start, end), 0.5, ())


def reply(*passages: ReturnedPassage) -> SystemReply:
    return SystemReply(Status.ANSWERED, 0.9, None, passages)


def spans(*places: tuple[int, int]) -> Judgement:
    evidence = tuple(GoldEvidence("d", Span(*place), "") for place in places)
    return Judgement("q", "?", evidence=evidence, documents={"d": 1})


@given(
    st.dictionaries(
        st.sampled_from(["q1", "q2", "q3"]),
        st.tuples(
            st.lists(st.sampled_from(IDS), unique=True, max_size=25),
            st.dictionaries(st.sampled_from(IDS), st.integers(1, 3), min_size=1, max_size=8),
        ),
        min_size=1,
    )
)
def test_figures_agree_with_pytrec_eval(questions: dict[str, tuple[list[str], dict[str, int]]]) -> None:
    """To 1e-9 for every question, measure and grade, where both are defined."""
    rankings = {q: ids for q, (ids, _) in questions.items()}
    qrels = {q: grades for q, (_, grades) in questions.items()}
    ours = ranking.evaluate_rankings(rankings, qrels)
    run = {q: {d: float(len(ids) - i) for i, d in enumerate(ids)} for q, ids in rankings.items() if ids}
    theirs = pytrec_eval.RelevanceEvaluator(qrels, set(PYTREC.values())).evaluate(run)
    for question in questions:
        for name, official in PYTREC.items():
            wanted = theirs.get(question, {}).get(official, 0.0)
            assert abs(ours[question][name] - wanted) < 1e-9, (question, name)


@given(st.lists(st.sampled_from(IDS), unique=True, max_size=25), st.sets(st.sampled_from(IDS), min_size=1))
def test_the_reciprocal_rank_is_its_definition(ids: list[str], right: set[str]) -> None:
    """1 / rank of the first right one, 0 beyond ten; two tools behind ir_measures differ in ties, which we have none of."""
    rank = next((i for i, d in enumerate(ids[:10], 1) if d in right), None)
    found = ranking.evaluate_rankings({"q": ids}, {"q": dict.fromkeys(right, 1)}, ["MRR@10", "RR"])
    assert found["q"]["MRR@10"] == pytest.approx(1 / rank if rank else 0.0)
    if rank:
        assert found["q"]["RR"] == found["q"]["MRR@10"]


def test_a_question_without_a_ranking_counts_zero() -> None:
    """Failing to answer is not being left out; no question at all is no error."""
    found = ranking.evaluate_rankings({"q": ["a"]}, {"q": {"a": 1}, "missing": {"a": 1}}, ["Hit@1"])
    assert found == {"q": {"Hit@1": 1.0}, "missing": {"Hit@1": 0.0}}
    assert ranking.evaluate_rankings({}, {}) == {}


def test_documents_count_once_by_their_best_passage() -> None:
    """Where whole documents are judged."""
    judged = Judgement("q", "?", documents={"b": 1})
    found = ranking.rank_findings(judged, reply(returned("a", 0, 5), returned("b", 0, 5), returned("a", 5, 9)))
    assert list(found) == ["a", "b"]
    assert ranking.list_relevant(judged) == {"b": 1}


def test_a_passage_is_right_where_it_shares_a_character_with_the_evidence() -> None:
    """Neighbours that only touch are not, nor the same offsets of another document."""
    judged = spans((10, 20))
    assert ranking.is_right(judged, returned("d", 19, 40))
    assert not ranking.is_right(judged, returned("d", 20, 40))
    assert not ranking.is_right(judged, returned("e", 10, 20))
    assert ranking.is_first_right(judged, reply(returned("d", 0, 11)))
    assert not ranking.is_first_right(judged, reply())


def test_places_are_found_once_each() -> None:
    """A second passage with the same place is a miss; one with two places is two findings."""
    judged = spans((0, 10), (50, 60), (90, 95))
    split = [returned("d", 0, 5), returned("d", 5, 10), returned("d", 40, 99)]
    assert list(ranking.rank_findings(judged, reply(*split))) == ["place-0", "miss-2", "place-1", "place-2"]
    assert ranking.list_relevant(judged) == {"place-0": 1, "place-1": 1, "place-2": 1}


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.lists(st.integers(0, 140), min_size=1, max_size=4))
def test_cutting_a_passage_in_two_never_raises_a_score(sizes: list[int], starts: list[int]) -> None:
    """Of a text returned in its order: long passages are not punished, splitting finds nothing new sooner."""
    judged = spans(*{(start, start + 10) for start in starts})
    edges = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    whole = reply(*(returned("d", a, b) for a, b in zip(edges[::2], edges[2::2], strict=False)))
    halves = reply(*(returned("d", a, b) for a, b in pairwise(edges[: len(whole.passages) * 2 + 1])))
    names = ["Hit@1", "Hit@3", "MRR@10", "nDCG@10", "MAP"]
    scores = [
        ranking.evaluate_rankings({"q": ranking.rank_findings(judged, r)}, {"q": ranking.list_relevant(judged)}, names)
        for r in (whole, halves)
    ]
    for name in names:
        assert scores[0]["q"][name] >= scores[1]["q"][name] - 1e-12, name


def test_a_document_that_is_shown_as_a_copy_is_found() -> None:
    """At the rank of the passage, both of two; the one that is shown counts only if none of them is judged."""
    shown = ReturnedPassage("a", Span(0, 9), 0.5, (), copies=(("b", Span(5, 14)), ("c", Span(0, 9))))
    given_reply = reply(returned("x", 0, 9), shown)
    for judged, ranked in ((["b"], ["x", "b"]), (["c", "a"], ["x", "a", "c"]), (["y"], ["x", "a"])):
        judgement = Judgement("q", "?", documents=dict.fromkeys(judged, 1))
        assert ranking.rank_findings(judgement, given_reply) == ranked
        assert ranking.is_right(judgement, shown) is (judged != ["y"])
    assert ranking.rank_documents(judgement, given_reply) == [("x", 0.5), ("a", 0.5)]


def test_evidence_that_is_shown_as_a_copy_is_found() -> None:
    """The place that was judged is in the copy, so that the copy's offsets count."""
    shown = ReturnedPassage("a", Span(100, 109), 0.5, (), copies=(("d", Span(10, 19)),))
    for place, found in (((12, 15), ["place-0"]), ((102, 105), [])):
        assert ranking.find_places(spans(place), shown) == found
        assert ranking.is_right(spans(place), shown) is bool(found)


def test_of_a_near_copy_only_the_document_is_found() -> None:
    """Its words are others, so what was marked in the passage is marked nowhere in it."""
    place, document = {"start": 0, "end": 9}, {"id": "b", "title": "", "sha256": ""}
    copies = [place | {"document": document, "identical": same} for same in (True, False)]
    copies[1]["document"] = document | {"id": "c"}
    passage = place | {"document": document | {"id": "a"}, "score": 0.5, "evidence": [], "text": "", "copies": copies}
    answer = {"status": "answered", "confidence": 0.5, "answer": None, "passages": [passage]}
    (shown,) = SystemReply.from_json(answer).passages
    assert [one.document for one in shown.places] == ["a", "b"]
    judged = Judgement("q", "?", documents={"c": 1})
    assert ranking.rank_findings(judged, reply(shown)) == ["c"]
