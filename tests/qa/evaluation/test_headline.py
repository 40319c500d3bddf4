"""What counts as given, and when it is right: words, a sentence, or only a passage."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from index.types import Span
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.measures.headline import is_headline_right
from qa.evaluation.report.failures import build_case, find_worst_cases
from qa.evaluation.types import GoldEvidence, Judgement, ReturnedPassage, SystemReply
from qa.types import AnswerKind, Status

SPAN, SENTENCE, PASSAGE = AnswerKind.SPAN, AnswerKind.SENTENCE, AnswerKind.PASSAGE
FIRST = ReturnedPassage("d", Span(0, 90), 0.9, (Span(10, 40),))
# "It was written by Tsutomu Nihei in 1997." begins at 10 of the document "d".
JUDGED = Judgement("q", "Who?", (), (GoldEvidence("d", Span(10, 40), "x"),), {"d": 1}, ("Tsutomu Nihei",))
ABSENT = Judgement("absent", "Who?")


def answer(
    kind: str | None, text: str = "Tsutomu Nihei", start: int = 26, confidence: float = 0.7
) -> Mapping[str, Any]:
    """An answer as the API returns it, of which only what is scored matters here."""
    words = {"text": text, "document": "d", "start": start, "end": start + len(text), "confidence": confidence}
    passage = {"document": {"id": "d"}, "start": 0, "end": 90, "score": 0.9, "text": "", "evidence": []}
    return {
        "status": "answered",
        "confidence": 0.9,
        "answer": words | ({"kind": kind} if kind else {}),
        "passages": [passage],
    }


@pytest.mark.parametrize(
    ("kind", "given", "confidence", "shown"),
    [
        ("span", "Tsutomu Nihei", 0.7, SPAN),
        ("sentence", "Tsutomu Nihei", 0.7, SENTENCE),
        ("passage", None, 0.0, PASSAGE),
        (None, "Tsutomu Nihei", 0.7, SPAN),
    ],
)
def test_only_a_headline_is_given(kind: str | None, given: str | None, confidence: float, shown: AnswerKind) -> None:
    """What no user sees as the answer is not judged as one; another system's words are words."""
    reply = SystemReply.from_json(answer(kind))
    assert (reply.answer, reply.best_words, reply.words_confidence, reply.kind) == (given, given, confidence, shown)
    assert reply.confidence == 0.9
    assert reply.place == (("d", Span(26, 39)) if given else None)


@pytest.mark.parametrize(
    ("kind", "text", "start", "right"),
    [
        ("span", "Tsutomu Nihei", 26, True),
        ("span", "It was written by Tsutomu Nihei in 1997", 10, False),
        ("sentence", "It was written by Tsutomu Nihei in 1997", 10, True),
        ("sentence", "Tsutomu Nihei was born in 1971.", 50, False),
        ("sentence", "It was written in 1997 by Nihei", 10, False),
        ("sentence", "Tsutomu Nihei.", 50, True),
        ("passage", "Tsutomu Nihei", 26, False),
    ],
)
def test_words_are_right_by_themselves_and_a_sentence_by_its_place_and_the_words_in_it(
    kind: str, text: str, start: int, right: bool
) -> None:
    """A sentence that is not evidence is right only as words are; a passage claims nothing."""
    reply = SystemReply.from_json(answer(kind, text, start))
    assert is_headline_right(JUDGED, reply) is right
    assert not is_headline_right(ABSENT, reply)
    elsewhere = replace(JUDGED, evidence=(GoldEvidence("other", Span(10, 40), "x"),), answers=("Nobody",))
    assert not is_headline_right(elsewhere, reply)


def test_a_sentence_is_right_if_it_is_right_in_a_copy() -> None:
    """The document that was judged may be listed only as a copy of the one that is shown."""
    shown = SystemReply.from_json(answer("sentence", "It was written by Tsutomu Nihei in 1997.", 10))
    judged = replace(JUDGED, evidence=(GoldEvidence("copy", Span(110, 140), "x"),))
    assert not is_headline_right(judged, shown)
    copied = replace(shown, passages=(replace(FIRST, copies=(("copy", Span(100, 190)),)),))
    assert is_headline_right(judged, copied)
    assert not is_headline_right(replace(judged, evidence=(GoldEvidence("copy", Span(150, 160), "x"),)), copied)


def test_shares_of_what_is_shown_and_of_what_is_wrong_are_worked_by_hand() -> None:
    """Answerable questions by what they get; words wrong among those shown, also for unanswerable questions."""
    sentence = answer("sentence", "It was written by Tsutomu Nihei in 1997.", 10, confidence=0.6)
    replies = {
        "right": answer("span", confidence=0.9),
        "wrong": answer("span", "Nihei", confidence=0.8),
        "unsure": answer("span", "Nihei", confidence=0.79),
        "sentence": sentence,
        "passage": answer("passage"),
        "not found": answer("span") | {"status": "not_found", "answer": None},
    }
    pairs = [(replace(JUDGED, id=name), SystemReply.from_json(one)) for name, one in replies.items()]
    pairs.append((ABSENT, SystemReply.from_json(sentence)))
    scores = summarise_outcomes(score_replies(pairs))
    means = {name: interval.mean for name, interval in scores.items()}
    shown = {name: round(6 * means[name]) for name in ("words shown", "sentence shown", "passage shown")}
    assert shown == {"words shown": 3, "sentence shown": 1, "passage shown": 1}
    assert means["found where present"] == pytest.approx(5 / 6)
    assert means["wrong words"] == pytest.approx(2 / 3)
    assert means["wrong words at 0.8"] == pytest.approx(1 / 2)
    assert means["wrong sentences"] == pytest.approx(1 / 2)
    assert means["answer right"] == pytest.approx(1 / 6)
    assert means["headline right"] == pytest.approx(2 / 6)
    # Of the headlines given: right ones 0.9 and 0.6, wrong ones 0.8, 0.79 and 0.6.
    assert means["answer MacroCE"] == pytest.approx(((0.1 + 0.4) / 2 + (0.8 + 0.79 + 0.6) / 3) / 2)


def test_shares_of_nothing_are_left_out() -> None:
    """Without words shown none of them are wrong or right."""
    scores = summarise_outcomes(score_replies([(JUDGED, SystemReply.from_json(answer("passage")))]))
    assert not {"wrong words", "wrong words at 0.8", "wrong sentences"} & scores.keys()
    assert scores["passage shown"].mean == 1.0


def test_a_passage_without_a_headline_claims_nothing_wrong() -> None:
    """It gives no words: as SQuAD counts them, right for a question without an answer and wrong for another."""
    silent = SystemReply.from_json(answer("passage"))
    scores = score_replies([(JUDGED, silent), (ABSENT, silent)])
    assert [outcome.scores["answer F1"] for outcome in scores] == [0.0, 1.0]
    assert [outcome.scores["answer exact"] for outcome in scores] == [0.0, 1.0]
    wordy = SystemReply.from_json(answer("sentence"))
    assert score_replies([(ABSENT, wordy)])[0].scores["answer F1"] == 0.0


@pytest.mark.parametrize(
    ("reply", "wrong"),
    [
        (answer("sentence", "It was written by Tsutomu Nihei in 1997.", 10), False),
        (answer("sentence", "Tsutomu Nihei was born in 1971.", 50), True),
        (answer("span", "1971", 76), True),
        (answer("passage"), False),
    ],
)
def test_the_report_lists_wrong_headlines_only(reply: Mapping[str, Any], wrong: bool) -> None:
    """The right sentence is no failure, nor is a passage that is shown without a headline."""
    outcome = score_replies([(JUDGED, replace(SystemReply.from_json(reply), passages=(FIRST,)))])[0]
    assert ("Wrong words" in [group.name for group in find_worst_cases([outcome])]) is wrong
    assert ("Shown with a confidence of 0.70" in build_case(outcome).verdict) is wrong


def test_the_parts_of_a_list_are_judged_one_by_one() -> None:
    """Case, articles and order do not count; a list that is not split is one part, and none is no part."""
    listed = replace(JUDGED, parts=("Toho", "Polygon Pictures"), answers=("Toho and Polygon Pictures",))

    def score(given: Mapping[str, Any]) -> float:
        return score_replies([(listed, SystemReply.from_json(given))])[0].scores["answer parts F1"]

    whole = answer("span", "Toho and Polygon Pictures")
    parts = [{"text": text, "start": 0, "end": 1} for text in ("the polygon pictures", "Toho", "King")]
    assert score(whole | {"answer": whole["answer"] | {"spans": parts}}) == pytest.approx(0.8)
    assert score(whole) == 0.0
    assert score(answer("passage")) == 0.0
    scored = score_replies([(JUDGED, SystemReply.from_json(whole))])[0].scores
    assert "answer parts F1" not in scored


def test_a_question_that_is_not_found_is_shown_nothing() -> None:
    """Whatever words a system gives beside that status."""
    reply = SystemReply(Status.NOT_FOUND, 0.1, "Nihei", (FIRST,))
    scores = score_replies([(JUDGED, reply)])[0].scores
    assert (scores["words shown"], scores["sentence shown"], scores["passage shown"]) == (0.0, 0.0, 0.0)
