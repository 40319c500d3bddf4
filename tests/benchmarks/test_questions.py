"""Questions to ask while something is measured."""

import gzip
import json
from pathlib import Path

from benchmarks.speed.questions import load_questions, load_seed_questions
from benchmarks.speed.start import QUESTIONS


def test_no_question_comes_twice(tmp_path: Path) -> None:
    """Answers are cached, so questions are unique; sets take turns until the longer one remains."""
    for name, texts in {"one": ["a", "b", "a"], "two": ["b", "c", "d", "e"]}.items():
        (tmp_path / name).mkdir()
        with gzip.open(tmp_path / name / "queries.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": text}) + "\n" for text in texts)
    assert load_questions(tmp_path, ["one", "two"]) == ["a", "b", "c", "d", "e"]
    assert load_questions(tmp_path, ["one", "two"], 2) == ["a", "b", "c"]


def test_there_are_enough_on_the_seed() -> None:
    """The benchmark of the start needs that many different questions."""
    assert len(set(load_seed_questions())) == len(load_seed_questions()) > QUESTIONS
