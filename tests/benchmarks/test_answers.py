"""Recording answers and comparing two recordings."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import benchmarks.answers as program
from benchmarks.answers import Comparison, find_differences, main, read_records


def write_records(path: Path, answers: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for number, answer in enumerate(answers):
            file.write(json.dumps({"set": "s", "mode": "fast", "id": str(number), "answer": answer}) + "\n")
    return path


BEFORE = [
    {"status": "answered", "confidence": 0.75, "passages": [{"text": "a", "score": 0.75}, {"text": "b", "score": 0.5}]},
    {"status": "unsure", "confidence": 0.5, "passages": []},
]


def test_equal_recordings_pass(tmp_path: Path) -> None:
    """The exit code is 0 and the number of answers is told."""
    files = [str(write_records(tmp_path / name, BEFORE)) for name in ("a.gz", "b.gz")]
    done = CliRunner().invoke(main, ["compare", *files])
    assert (done.exit_code, done.output) == (0, "0 of 2 answers differ\n")


def test_a_difference_is_told_by_field_and_size(tmp_path: Path) -> None:
    """An answer counts once for each field, however many of its passages differ."""
    after = json.loads(json.dumps(BEFORE))
    after[0]["passages"][0]["score"] = 0.625
    after[0]["passages"][1]["score"] = 0.25
    after[0]["status"] = "unsure"
    done = CliRunner().invoke(
        main, ["compare", str(write_records(tmp_path / "a.gz", BEFORE)), str(write_records(tmp_path / "b.gz", after))]
    )
    assert done.exit_code == 1
    assert "1 of 2 answers differ" in done.output
    assert "passages[0].score: in 1 of 2 answers, by up to 0.125" in done.output
    assert "passages[1+].score: in 1 of 2 answers, by up to 0.25" in done.output
    assert 's fast 0: "answered" → "unsure"' in done.output


def test_a_question_that_one_recording_lacks_fails(tmp_path: Path) -> None:
    """The exit code is 1 even if all other answers are equal."""
    files = str(write_records(tmp_path / "a.gz", BEFORE)), str(write_records(tmp_path / "b.gz", BEFORE[:1]))
    done = CliRunner().invoke(main, ["compare", *files])
    assert done.exit_code == 1
    assert "only in BEFORE: 1; only in AFTER: 0" in done.output


def test_missing_keys_and_items_are_differences() -> None:
    """A new field and a longer list count as differences."""
    found = list(find_differences({"a": [1], "b": 2}, {"a": [1, 3]}))
    assert found == [("a[1+]", program.MISSING, 3), ("b", 2, program.MISSING)]
    assert str(Comparison()) == "0 of 0 answers differ"


@pytest.mark.slow
def test_recording_twice_gives_the_same_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions of the seed and of a small set are asked in both modes."""
    data = tmp_path / "tiny"
    data.mkdir()
    (data / "corpus.jsonl").write_text('{"_id": "d", "title": "Film", "text": "Ann Lee directed the film."}\n')
    (data / "queries.jsonl").write_text('{"_id": "q", "text": "Who directed the film?"}\n')
    (data / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\td\t1\n")
    monkeypatch.setattr(program, "INDEXES", tmp_path / "indexes")
    files = [str(tmp_path / name) for name in ("first.jsonl.gz", "second.jsonl.gz")]
    for file in files:
        done = CliRunner().invoke(main, ["record", str(data), "--out", file, "--limit", "2"], catch_exceptions=False)
        assert done.exit_code == 0
    compared = CliRunner().invoke(main, ["compare", *files])
    assert compared.exit_code == 0, compared.output
    records = list(read_records(Path(files[0])))
    assert {record["mode"] for record in records if record["set"] == "tiny"} == {"fast", "precise"}
    assert all("took_ms" not in record["answer"] for record in records)
    assert all("explanation" in passage for record in records for passage in record["answer"]["passages"])
