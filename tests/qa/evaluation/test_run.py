"""A run over judged questions, on the seed with the real model."""

import json
from dataclasses import replace
from pathlib import Path

import ir_measures
import pytest

from index.errors import UsageError
from index.progress import Silent
from qa.engine import Engine
from qa.evaluation.judgements import Judgement, load
from qa.evaluation.run import Outcome, right_passages, run, summarise, write

SEED = Path(__file__).parents[2] / "judgements" / "blame.jsonl"


@pytest.fixture(scope="module")
def judged() -> list[Judgement]:
    return load(SEED)


@pytest.fixture(scope="module")
def outcomes(engine: Engine, judged: list[Judgement]) -> list[Outcome]:
    return run(engine, judged, "precise", Silent())


def test_the_right_passage_comes_first_often_enough(outcomes: list[Outcome]) -> None:
    """Of the questions that stand alone 85 % first and 95 % among three, in passages of 500 characters at most."""
    alone = [o for o in outcomes if o.judgement.evidence and not o.judgement.history]
    scores = summarise(alone)
    assert scores["Hit@1"].mean >= 0.85
    assert scores["Hit@3"].mean >= 0.95
    shown = [passage for o in alone for passage in o.answer.passages[:3]]
    assert sum(len(passage.text) for passage in shown) / len(shown) <= 500


def test_everyday_questions_are_not_found(outcomes: list[Outcome]) -> None:
    """Of the questions on anything else nine in ten at least are called not found, and none answered."""
    far = [o for o in outcomes if o.judgement.kind == "absent_far"]
    assert not any(o.answer.status == "answered" for o in far)
    assert summarise(far)["not found where absent"].mean >= 0.75


def test_a_passage_is_right_where_it_shares_text_with_the_evidence(outcomes: list[Outcome]) -> None:
    """Overlap of one character is enough, in the same document only."""
    outcome = next(o for o in outcomes if o.judgement.evidence and o.scores["Hit@1"])
    right = right_passages(outcome.judgement, outcome.answer)
    assert right[0]
    elsewhere = replace(outcome.judgement.evidence[0], document="other.txt")
    assert not any(right_passages(replace(outcome.judgement, evidence=(elsewhere,)), outcome.answer))


def test_what_is_written_can_be_read_by_other_tools(outcomes: list[Outcome], tmp_path: Path) -> None:
    """ir_measures reads the run and finds what the scores say; every question has a line."""
    write(outcomes, tmp_path)
    answers = [json.loads(line) for line in (tmp_path / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == [o.judgement.id for o in outcomes]
    scores = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    judged = [o for o in outcomes if o.judgement.documents]
    qrels = [ir_measures.Qrel(o.judgement.id, d, g) for o in judged for d, g in o.judgement.documents.items()]
    trec = list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))
    found = ir_measures.calc_aggregate([ir_measures.nDCG @ 10], qrels, trec)
    assert scores["measures"]["nDCG@10"]["mean"] == pytest.approx(found[ir_measures.nDCG @ 10])
    assert set(scores["questions"]) == {o.judgement.id for o in outcomes}


def test_a_judgement_for_another_collection_is_refused(engine: Engine) -> None:
    """An unknown document is named, and nothing is scored as a silent zero."""
    foreign = Judgement("q1", "Who?", documents={"other.txt": 1})
    with pytest.raises(UsageError, match=r"'q1' is judged with document 'other\.txt'"):
        run(engine, [foreign], "precise", Silent())
