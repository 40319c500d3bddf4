"""Files that every retrieval tool reads, and the runs of other tools."""

from pathlib import Path

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from qa.evaluation.runs.trec import lower_ties, read_external, read_run, write_qrels, write_run
from qa.evaluation.types import Dataset, Judgement

names = st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable() or " " in text)
DATASET = Dataset(
    "set", (Judgement("q1", "?", documents={"a": 1}), Judgement("q2", "?", documents={"b": 1}), Judgement("q3", "?"))
)


@given(st.dictionaries(names, st.lists(names, unique=True, min_size=1, max_size=6), min_size=1, max_size=4))
def test_a_run_comes_back_as_it_was_written(rankings: dict[str, list[str]]) -> None:
    """Whatever the ids hold, white space and percent signs too; six columns each."""
    import tempfile

    scored = {q: lower_ties((d, 0.5) for d in ids) for q, ids in rankings.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.trec"
        write_run(scored, path)
        assert {len(line.split()) for line in path.read_text(encoding="utf-8").split("\n") if line} == {6}
        assert {q: list(ids) for q, ids in read_run(path).items()} == rankings


def test_other_tools_read_a_run_and_its_judgements_in_the_same_order(tmp_path: Path) -> None:
    """Tied scores are written falling, so that no tool breaks a tie its own way."""
    write_run({"q": lower_ties([("z", 0.7), ("a", 0.7), ("z", 0.7), ("m", 0.2)])}, tmp_path / "run")
    write_qrels({"q": {"a": 2}}, tmp_path / "qrels")
    run = list(ir_measures.read_trec_run(str(tmp_path / "run")))
    assert [(row.doc_id, row.score) for row in run] == [("z", 0.7), ("a", 0.699999), ("m", 0.2)]
    qrels = list(ir_measures.read_trec_qrels(str(tmp_path / "qrels")))
    assert ir_measures.calc_aggregate([ir_measures.RR], qrels, run)[ir_measures.RR] == 0.5
    assert [(row.query_id, row.doc_id, row.relevance) for row in qrels] == [("q", "a", 2)]


def test_scores_decide_and_ranks_break_ties(tmp_path: Path) -> None:
    """Whatever the order of the lines."""
    (tmp_path / "run").write_text("q Q0 c 3 0.1 x\nq Q0 b 2 0.5 x\nq Q0 a 1 0.5 x\n", encoding="utf-8")
    assert list(read_run(tmp_path / "run")["q"]) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("q1 Q0 a 1 0.5 x\nq1 Q0 b 2 0.", r"run:2 is not 'question Q0 document rank score tag' \('q1 Q0 b 2 0\.'\)"),
        ("q1 Q0 a first 0.5 x\n", r"run:1 is not"),
        ("q1 Q0 a 1 0.5 x\nq1 Q0 a 2 0.4 x\n", r"run:2 has 'a' for 'q1' a second time"),
    ],
)
def test_a_bad_line_of_a_run_is_named(tmp_path: Path, text: str, words: str) -> None:
    """Half a line at the end, no number where one belongs, a document twice."""
    (tmp_path / "run").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        read_run(tmp_path / "run")


def test_another_systems_run_is_scored_on_the_same_questions(tmp_path: Path) -> None:
    """One that it lacks counts 0; one that the data lacks is listed; nothing but the ranking is measured."""
    (tmp_path / "run").write_text("q1 Q0 a 1 9.5 bm25\nq9 Q0 a 1 9.5 bm25\n", encoding="utf-8")
    run = read_external(DATASET, tmp_path / "run")
    assert run.values("Hit@1") == {"q1": 1.0, "q2": 0.0}
    assert "q9" in str(run.problems[0])
    assert set(run.scores) == {
        "Hit@1",
        "Hit@3",
        "Hit@5",
        "Hit@10",
        "Recall@5",
        "Recall@10",
        "Recall@50",
        "MRR@10",
        "nDCG@10",
        "MAP",
    }


def test_a_run_over_another_dataset_is_refused(tmp_path: Path) -> None:
    """None of its questions is known."""
    (tmp_path / "run").write_text("q9 Q0 a 1 9.5 bm25\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"run over another dataset: set has none of its questions, such as 'q9'"):
        read_external(DATASET, tmp_path / "run")
