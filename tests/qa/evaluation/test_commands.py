"""python -m qa.evaluation, as it is typed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa.evaluation import load
from qa.evaluation.__main__ import main
from qa.evaluation.ablation.ablate import Ablation, merge_results, read_results
from qa.evaluation.ablation.rows import compute_ablation_fingerprint
from qa.evaluation.runs.store import save_run
from qa.evaluation.types import Run
from tests.qa.evaluation.helpers import made_up_run

ROOT = Path(__file__).parents[3]
SEED = ROOT / "tests" / "judgements" / "blame.jsonl"


@pytest.fixture
def some(tmp_path: Path) -> Path:
    """A few of the seed's questions: answerable, with a history, unanswerable."""
    lines = SEED.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "some.jsonl").write_text("".join(lines[:6] + lines[-6:]), encoding="utf-8")
    return tmp_path / "some.jsonl"


def called(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def saved(run: Run, folder: Path) -> Path:
    """A run without answers in a folder, as ``compare`` takes it."""
    save_run(run, folder)
    return folder


@pytest.mark.slow
def test_a_run_prints_its_measures_and_writes_its_folder(some: Path, seed_index: Path, tmp_path: Path) -> None:
    """Every file that the guide names, and the summary with its plots beside it."""
    out, summary = tmp_path / "out", tmp_path / "docs" / "some.md"
    done = called("run", some, "--index", seed_index, "--out", out, "--summary", summary)
    assert done.exit_code == 0, done.output
    assert "nDCG@10 " in done.stdout
    assert "one question p50 " in done.stdout
    names = {"report.html", "scores.json", "answers.jsonl", "run.trec", "qrels.trec", "questions.jsonl"}
    assert names <= {path.name for path in out.iterdir()}
    assert "| nDCG@10 |" in summary.read_text(encoding="utf-8")
    assert list(summary.parent.glob("some-*.svg"))


@pytest.mark.slow
def test_a_limit_that_is_broken_ends_with_one(some: Path, seed_index: Path, tmp_path: Path) -> None:
    """All files are written all the same; a limit that is kept ends with nothing."""
    arguments = ("run", some, "--index", seed_index, "--out", tmp_path / "out")
    done = called(*arguments, "--fail-below", "Hit@1=0.1", "--fail-below", "MAP=1.1")
    assert done.exit_code == 1
    assert "failed: MAP is " in done.stderr
    assert "Hit@1 is" not in done.stderr
    assert (tmp_path / "out" / "scores.json").is_file()
    assert called(*arguments, "--fail-below", "Hit@1=0.1").exit_code == 0


def test_compare_prints_a_table_writes_its_page_and_may_fail(tmp_path: Path) -> None:
    """Worse beyond chance ends with one only where that is asked for."""
    good, bad = saved(made_up_run(0), tmp_path / "good"), saved(made_up_run(3), tmp_path / "bad")
    done = called("compare", good, bad)
    assert done.exit_code == 0, done.output
    assert "worse" in done.stdout
    assert (bad / "compare.html").is_file()
    failed = called("compare", good, bad, "--fail-if-worse", "--measure", "Hit@1")
    assert failed.exit_code == 1
    assert "failed: Hit@1 is worse: 1.000 → 0.6" in failed.stderr
    assert called("compare", bad, good, "--fail-if-worse").exit_code == 0
    assert called("compare", bad, good, "--fail-below", "Hit@1=1.0").exit_code == 0


def test_another_systems_run_is_scored_and_compared(tmp_path: Path) -> None:
    """From its TREC file to the table, beside a run of ours over the same data."""
    from tests.qa.evaluation.test_formats import beir

    (tmp_path / "set").mkdir()
    data = beir(tmp_path / "set", "q1\td1\t1\n")
    (tmp_path / "theirs.trec").write_text("q1 Q0 d1 1 3.5 lucene\n", encoding="utf-8")
    done = called("score", data, tmp_path / "theirs.trec", "--out", tmp_path / "theirs")
    assert done.exit_code == 0, done.output
    assert "Hit@1      1.000 [1.000, 1.000]" in done.stdout
    compared = called("compare", tmp_path / "theirs", tmp_path / "theirs")
    assert compared.exit_code == 0, compared.output
    assert "no difference shown" in compared.stdout


@pytest.mark.slow
def test_an_ablation_is_kept_as_data_and_rendered_again(
    some: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another dataset is added to the same file; rendering again writes the same text without measuring."""
    monkeypatch.setattr("qa.evaluation.data.collection.COLLECTIONS", tmp_path / "kept")
    out, text = tmp_path / "table.json", tmp_path / "table.md"
    options = ("--source", ROOT / "seeds", "--only", "leg only", "--out", out)
    done = called("ablate", some, *options)
    assert done.exit_code == 0, done.output
    other = some.with_name("other.jsonl")
    other.write_text("".join(some.read_text(encoding="utf-8").splitlines(keepends=True)[:2]), encoding="utf-8")
    assert called("ablate", other, *options).exit_code == 0
    assert [table.dataset for table in read_results(out)] == ["some", "other"]
    before = text.read_text(encoding="utf-8")
    assert before.count("| lexical leg only (BM25) |") == 2
    assert "passages of at most" not in before
    assert f"ablate {other} --source" in before
    assert "lexical leg only (BM25)" in (tmp_path / "table.html").read_text(encoding="utf-8")
    text.unlink()
    assert called("report", out).exit_code == 0
    assert text.read_text(encoding="utf-8") == before


def test_a_table_of_this_program_is_not_measured_again(tmp_path: Path) -> None:
    """A measurement of several datasets that was cut off continues with those that are missing."""
    table = Ablation("blame", load(SEED).fingerprint, compute_ablation_fingerprint(), "command", 1, 1, 1, 1, ())
    merge_results(tmp_path / "table.json", table)
    done = called("ablate", SEED, "--out", tmp_path / "table.json")
    assert done.exit_code == 0, done.output
    assert "has blame already, measured with this program" in done.stdout


def test_a_report_is_rendered_again_from_the_folder_of_a_run(tmp_path: Path) -> None:
    """Page and summary are those that the run wrote, with the command that it was started with."""
    saved(replace(made_up_run(), command="python -m qa.evaluation run this"), tmp_path / "run")
    done = called("report", tmp_path / "run", "--summary", tmp_path / "run.md")
    assert done.exit_code == 0, done.output
    assert "<h1>" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Written by `python -m qa.evaluation run this`" in (tmp_path / "run.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_probe_needs_no_judgements(seed_index: Path, tmp_path: Path) -> None:
    """It prints what is found and writes it."""
    done = called("probe", "--index", seed_index, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "probe.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "nothing.jsonl"), "nothing.jsonl does not exist"),
        (("run", SEED, "--index", "nowhere"), "nowhere"),
        (("run", SEED, "--url", "localhost"), "'localhost' is not the address of a service"),
        (("run", SEED, "--url", "http://127.0.0.1:9", "--index", "var/index"), "leave out --index, --model, --reader"),
        (("run", SEED, "--fail-below", "Hits=1"), "invalid value 'Hits=1' for --fail-below: must be MEASURE=VALUE"),
        (("compare", "nowhere", "nowhere"), "nowhere holds no finished run"),
        (("ablate", SEED), "name their folder with --source"),
        (("ablate", SEED, "--source", "seeds", "--only", "colbert"), "no row has 'colbert'"),
        (("ablate", SEED, "--source", "seeds", "--out", "x.md"), "invalid value 'x.md' for --out: must end in .json"),
        (("report", "nowhere"), "nowhere holds no finished run"),
        (("report", "nowhere.json"), "there is no file nowhere.json"),
        (("probe", "--index", "nowhere"), "nowhere"),
    ],
)
def test_wrong_use_is_one_sentence(arguments: tuple[object, ...], words: str) -> None:
    """On the error stream, with the value and the remedy; exit code 2 for wrong use, 1 for failure."""
    done = called(*arguments)
    assert done.exit_code in {1, 2}
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    """One that names itself."""
    help_text = called(command, "--help").stdout
    assert f"Example: python -m qa.evaluation {command}" in help_text
