"""Measures against formulas worked by hand."""

from dataclasses import replace
from math import isnan, log2, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.evaluation.measures import (
    MEASURES,
    confidence,
    evidence,
    reading,
    score_replies,
    summarise_outcomes,
)
from qa.evaluation.runs.run import summarise_latency
from qa.evaluation.types import GoldEvidence, Judgement, ReturnedPassage, SystemReply
from qa.types import Status

GOLD = GoldEvidence("d", Span(10, 20), "x" * 10)
JUDGED = Judgement("q", "Who?", evidence=(GOLD,), documents={"d": 1}, answers=("Nihei",))
ABSENT = Judgement("n", "Who?")


def reply(
    *marks: tuple[int, int], span: tuple[int, int] = (0, 100), document: str = "d", **fields: object
) -> SystemReply:
    passage = ReturnedPassage(document, Span(*span), 0.9, tuple(Span(*mark) for mark in marks))
    return replace(SystemReply(Status.ANSWERED, 0.9, "Nihei", (passage,)), **fields)


NOTHING = SystemReply(Status.NOT_FOUND, 0.0, None, ())

# Evidence by characters


def test_marks_are_the_same_in_a_copy() -> None:
    """What is marked in the passage shown is marked in the copy that was judged, wherever that begins."""
    given_reply = reply((115, 125), span=(105, 150), document="other")
    (shown,) = given_reply.passages
    for start, overlap in ((5, 5 / 15), (0, 1.0), (60, 0.0)):
        copied = replace(given_reply, passages=(replace(shown, copies=(("d", Span(start, start + 45)),)),))
        assert evidence.score_overlap(JUDGED, copied) == pytest.approx(overlap)
        assert evidence.score_first_mark(JUDGED, copied) == float(overlap > 0)


def test_an_answer_without_copies_is_read() -> None:
    """A service of an older version does not list them."""
    document = {"id": "d", "title": "", "sha256": ""}
    passage = {"document": document, "start": 0, "end": 9, "score": 0.5, "evidence": [], "text": "Cats sit."}
    copies = [{"id": "e#3-12", "document": document | {"id": "e"}, "start": 3, "end": 12}]
    for listed, places in (({}, ["d"]), ({"copies": copies}, ["d", "e"])):
        body = {"status": "unsure", "confidence": 0.5, "answer": None, "passages": [passage | listed]}
        assert [place.document for place in SystemReply.from_json(body).passages[0].places] == places


@pytest.mark.parametrize(
    ("marks", "precision", "recall", "overlap"),
    [
        ([(10, 20)], 1.0, 1.0, 1.0),
        ([(15, 25)], 5 / 10, 5 / 10, 5 / 15),
        ([(10, 15)], 1.0, 5 / 10, 5 / 10),
        ([(0, 100)], 10 / 100, 1.0, 10 / 100),
        ([(0, 5), (12, 14)], 2 / 7, 2 / 10, 2 / 15),
        ([(30, 40)], 0.0, 0.0, 0.0),
        ([], 0.0, 0.0, 0.0),
    ],
)
def test_marks_are_compared_character_by_character(
    marks: list[tuple[int, int]], precision: float, recall: float, overlap: float
) -> None:
    """Shared characters over those marked, over those wanted, over those either."""
    given_reply = reply(*marks)
    assert evidence.score_precision(JUDGED, given_reply) == pytest.approx(precision)
    assert evidence.score_recall(JUDGED, given_reply) == pytest.approx(recall)
    assert evidence.score_overlap(JUDGED, given_reply) == pytest.approx(overlap)


def test_only_places_that_the_first_passage_shows_are_wanted() -> None:
    """One that lies elsewhere answers as well; where none is shown, nothing is right."""
    two = replace(
        JUDGED, evidence=(GOLD, GoldEvidence("d", Span(200, 300), "y" * 100), GoldEvidence("e", Span(10, 20), "z" * 10))
    )
    assert evidence.score_recall(two, reply((10, 20))) == 1.0
    assert evidence.score_overlap(two, reply((110, 120), span=(100, 150))) == 0.0
    assert (
        evidence.score_overlap(two, NOTHING)
        == evidence.score_precision(two, NOTHING)
        == evidence.score_recall(two, NOTHING)
        == 0.0
    )


def test_evidence_that_reaches_beyond_the_passage_is_wanted_whole() -> None:
    """A passage that cuts it in two cannot mark all of it."""
    assert evidence.score_recall(JUDGED, reply((15, 18), span=(15, 18))) == pytest.approx(3 / 10)


def test_the_first_mark_must_meet_the_evidence() -> None:
    """The second one does not help, nor the same offsets of another document."""
    assert evidence.score_first_mark(JUDGED, reply((19, 30))) == 1.0
    assert evidence.score_first_mark(JUDGED, reply((20, 30), (10, 20))) == 0.0
    assert evidence.score_first_mark(JUDGED, reply((10, 20), document="e")) == 0.0
    assert evidence.score_first_mark(JUDGED, NOTHING) == evidence.score_first_mark(JUDGED, reply()) == 0.0


# Answer text, with the cases that SQuAD's own program distinguishes


@pytest.mark.parametrize(
    ("words", "wanted", "exact", "f1"),
    [
        ("The Killy!", ("killy",), 1.0, 1.0),
        ("a net-sphere", ("netsphere",), 1.0, 1.0),
        ("Tsutomu Nihei", ("Nihei",), 0.0, 2 * 1 * 0.5 / 1.5),
        ("Nihei", ("Seshita", "Tsutomu Nihei"), 0.0, 2 * 1 * 0.5 / 1.5),
        ("to be or to do", ("to do to",), 0.0, 2 * 3 / (5 + 3)),
        ("the", ("a",), 1.0, 1.0),
        ("the", ("Killy",), 0.0, 0.0),
        (None, ("Killy",), 0.0, 0.0),
        (None, (), 1.0, 1.0),
        ("Killy", (), 0.0, 0.0),
        ("霧亥", ("霧亥",), 1.0, 1.0),
    ],
)
def test_answers_are_compared_as_squad_does(
    words: str | None, wanted: tuple[str, ...], exact: float, f1: float
) -> None:
    """Case, punctuation and articles apart; the best of several; silence where nothing is wanted."""
    assert reading.exact_match(words, wanted) == exact
    assert reading.token_f1(words, wanted) == pytest.approx(f1)


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_an_exact_match_has_a_full_f1(words: str, wanted: list[str]) -> None:
    """And F1 is never above one or below the exact match."""
    exact, f1 = reading.exact_match(words, wanted), reading.token_f1(words, wanted)
    assert 0.0 <= exact <= f1 <= 1.0


# Abstention


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    """Of 2 × 2 pairs three are in order and one is tied: 3.5 / 4."""
    assert confidence.auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(3.5 / 4)
    assert isnan(confidence.auroc([], [0.5]))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_auroc_agrees_with_counting_every_pair(positive: list[int], negative: list[int]) -> None:
    """Mann and Whitney's definition, the slow way."""
    pairs = [(p > n) + 0.5 * (p == n) for p in positive for n in negative]
    assert confidence.auroc(positive, negative) == pytest.approx(np.mean(pairs))


def test_risk_grows_with_coverage() -> None:
    """The surest is right, the second wrong: risks 0/1, 1/2, 1/3 at coverages 1/3, 2/3, 1."""
    coverage, risk = confidence.risk_coverage([0.2, 0.9, 0.5], [True, True, False])
    assert coverage.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert risk.tolist() == pytest.approx([0, 1 / 2, 1 / 3])
    assert confidence.risk_coverage_area([0.2, 0.9, 0.5], [True, True, False]) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert isnan(confidence.risk_coverage_area([], []))


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=30), st.randoms())
def test_the_order_of_equally_sure_questions_changes_nothing(rows: list[tuple[float, bool]], chance: object) -> None:
    """Neither the risk-coverage area nor the calibration error."""
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for measure in (confidence.risk_coverage_area, confidence.calibration_error):
        assert measure(*zip(*rows, strict=True)) == pytest.approx(measure(*zip(*shuffled, strict=True)))


# Calibration


def test_calibration_error_is_the_mean_gap_over_the_bins() -> None:
    """Two bins of two: |0.15 - 0| / 2 + |0.85 - 1| / 2."""
    sure, right = [0.1, 0.2, 0.8, 0.9], [False, False, True, True]
    assert confidence.calibration_error(sure, right, bins=2) == pytest.approx(0.15 / 2 + 0.15 / 2)
    assert [(b.confidence, b.right, b.count) for b in confidence.bin_reliability(sure, right, 2)] == [
        (pytest.approx(0.15), 0.0, 2),
        (pytest.approx(0.85), 1.0, 2),
    ]
    assert isnan(confidence.calibration_error([], []))


def test_bins_are_equally_full() -> None:
    """25 questions in ten bins are two or three in each, whatever their confidence."""
    bins = confidence.bin_reliability(np.linspace(0, 0.01, 25), [True] * 25)
    assert [b.count for b in bins] == [3] * 5 + [2] * 5


def test_the_brier_score_is_a_squared_gap() -> None:
    """(0.9 - 1)² where right, (0.9 - 0)² where wrong."""
    assert confidence.brier_score(0.9, True) == pytest.approx(0.01)
    assert confidence.brier_score(0.9, False) == pytest.approx(0.81)


def test_latency_is_of_questions_alone_and_the_rate_of_batches() -> None:
    """The median, the 95th percentile, and questions by seconds."""
    found = summarise_latency(list(range(101)), batched=50, batched_s=2.0)
    assert found is not None
    assert (found.p50, found.p95, found.per_second, found.count) == (50.0, 95.0, 25.0, 101)
    assert summarise_latency([], 50, 2.0) is None
    assert summarise_latency([1.0], 0, 0.0) is None


# The table


def test_every_measure_is_of_one_question_or_of_all_or_of_the_ranking() -> None:
    """A line that is of neither would silently measure nothing."""
    from qa.evaluation.measures.ranking import NAMES

    for name, measure in MEASURES.items():
        assert (measure.of_one is not None) + (measure.of_all is not None) + (name in NAMES) == 1, name
        assert measure.meaning


def test_a_measure_counts_only_the_questions_that_it_is_about() -> None:
    """Ranking and evidence for the answerable, refusal for the others, abstention and Brier for all."""
    right, wrong = score_replies([(JUDGED, reply((10, 20))), (ABSENT, reply((10, 20)))])
    assert right.scores["nDCG@10"] == right.scores["evidence overlap"] == right.scores["answer exact"] == 1.0
    assert "nDCG@10" not in wrong.scores
    assert (wrong.scores["not found where absent"], wrong.scores["abstention"]) == (0.0, 0.0)
    assert wrong.scores["Brier"] == pytest.approx(0.81)
    summary = summarise_outcomes((right, wrong))
    assert (summary["Hit@1"].count, summary["abstention"].count) == (1, 2)
    assert summary["AUROC"].mean == 0.5


def test_what_has_no_value_is_not_shown() -> None:
    """AUROC needs both kinds of questions, answer F1 wanted words."""
    only = replace(JUDGED, answers=())
    summary = summarise_outcomes(score_replies([(only, reply((10, 20)))]))
    assert "AUROC" not in summary
    assert "answer F1" not in summary
    assert summary["AURC"].mean == 0.0
    assert nan not in [interval.mean for interval in summary.values()]


def test_discounts_are_logarithms_of_the_rank() -> None:
    """The right passage in second place: (1/log2(3)) / (1/log2(2))."""
    miss = ReturnedPassage("e", Span(0, 5), 0.9, ())
    second = replace(reply((10, 20)), passages=(miss, *reply((10, 20)).passages))
    outcome = score_replies([(JUDGED, second)])[0]
    assert outcome.scores["nDCG@10"] == pytest.approx(1 / log2(3))
    assert (outcome.scores["Hit@1"], outcome.scores["Hit@3"], outcome.scores["MRR@10"]) == (0.0, 1.0, 0.5)
