"""The programs as a user runs them: real processes, the real model, over the seed."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from index.embedding.model_files import DEFAULT_MODEL, find_model_folder
from qa.evaluation.__main__ import main as evaluate

ROOT = Path(__file__).parents[1]
JUDGEMENTS = ROOT / "tests" / "judgements" / "blame.jsonl"
pytestmark = pytest.mark.slow


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def write_judgements(folder: Path, count: int) -> Path:
    """Write a few of the seed's judgements, of all kinds, to a file."""
    lines = JUDGEMENTS.read_text(encoding="utf-8").splitlines(keepends=True)
    path = folder / "judgements.jsonl"
    path.write_text("".join(lines[place * len(lines) // count] for place in range(count)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "command",
    [
        ("serve.py",),
        ("-m", "qa"),
        ("-m", "qa", "ask"),
        ("-m", "qa", "documents"),
        ("-m", "qa.evaluation"),
        ("-m", "qa.evaluation", "run"),
    ],
)
def test_help_has_an_example(command: tuple[str, ...]) -> None:
    """Every command explains itself, with a line that can be copied."""
    done = program(*command, "--help")
    assert done.returncode == 0
    assert f"Example: python {' '.join(command[:2])}" in done.stdout


def test_ask_prints_what_the_api_returns(seed_index: Path) -> None:
    """``--json`` is the answer of the API, alone on standard output."""
    done = program("-m", "qa", "ask", "Who directed the film?", "--json", NETSPHERE_INDEX=str(seed_index))
    answer = json.loads(done.stdout)
    assert list(answer) == [
        "question", "searched_as", "status", "confidence", "reason", "answer", "passages", "retrieval", "took_ms",
    ]  # fmt: skip
    assert "Hiroyuki Seshita" in answer["answer"]["text"]


def test_ask_takes_filters(seed_index: Path) -> None:
    """Conditions on the metadata; one that no document can meet because none has the field is named."""
    ask = ("-m", "qa", "ask", "Who directed the film?", "--index", str(seed_index), "--json", "--filter")
    for condition, found in (("language=en", True), ("format=md", False), ("date.from=2020", False)):
        answer = json.loads(program(*ask, condition).stdout)
        assert (answer["reason"] != "filtered_out") == found == bool(answer["passages"])
    refused = program(*ask, "lisence=MIT")
    assert refused.returncode == 2
    assert "unknown field 'lisence' in --filter: no document has it; the fields are author, date" in refused.stderr


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("-m", "qa", "ask", "Who?", "--index", "nowhere"), 1, "there is no index in nowhere; build one with"),
        (("-m", "qa", "ask", " "), 2, "error: the question is empty: write 1 to 1,000 characters\n"),
        (("-m", "qa", "ask", "Who?", "--top-k", "0"), 2, "invalid value '0' for --top-k: must be a whole number from 1 to 50"),
        (("-m", "qa", "ask", "Who?", "--filter", "tag"), 2, "invalid value 'tag' for --filter: must be NAME=VALUE, such as tag=travel"),
        (("-m", "qa", "ask", "Who?", "--filter", "date.to=soon"), 2, "invalid date 'soon' of a filter: must be like 2025-01-31"),
        (("serve.py", "--index", "nowhere"), 1, "there is no index in nowhere; build one with"),
        (("serve.py", "--port", "http"), 2, "invalid value 'http' for --port: must be a whole number from 0 to 65535"),
        (("-m", "qa.evaluation", "run", "/etc/shadow/x"), 2, "/etc/shadow/x does not exist"),
        (("-m", "qa.evaluation", "run", "nowhere"), 2, "nowhere does not exist"),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence(command: tuple[str, ...], code: int, words: str) -> None:
    """It says what to do, on standard error, without a traceback, and the exit code tells whose fault it is."""
    done = program(*command)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_index_of_another_model_is_refused(seed_index: Path, tmp_path: Path) -> None:
    """Where another model is set, the error says how to rebuild with it; the same model elsewhere is served."""
    for name in ("same", "other"):
        shutil.copytree(find_model_folder(DEFAULT_MODEL), tmp_path / name)
    (tmp_path / "other" / "sentence_bert_config.json").write_text('{"max_seq_length": 128}', encoding="utf-8")
    ask = ("-m", "qa", "ask", "Who directed the film?", "--index", str(seed_index))
    assert program(*ask, "--model", str(tmp_path / "same")).returncode == 0
    for command in (ask, ("serve.py", "--port", "0", "--index", str(seed_index))):
        done = program(*command, NETSPHERE_MODEL=str(tmp_path / "other"))
        assert done.returncode == 1
        assert "was built with all-MiniLM-L6-v2" in done.stderr
        assert "rebuild it with: python -m index build" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_evaluation_scores_the_seed_questions(seed_index: Path, tmp_path: Path) -> None:
    """Each measure is printed with its interval and number of questions, and all is written."""
    judgements, out = write_judgements(tmp_path, 12), tmp_path / "out"
    done = program("-m", "qa.evaluation", "run", str(judgements), "--index", str(seed_index), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^Hit@1 +[01]\.\d{3} \[[01]\.\d{3}, [01]\.\d{3}\]  over \d+ questions$", done.stdout, re.MULTILINE
    )
    assert {"report.html", "run.trec", "answers.jsonl", "scores.json"} <= {path.name for path in out.iterdir()}


def test_a_killed_evaluation_goes_on_when_it_is_called_again(seed_index: Path, tmp_path: Path) -> None:
    """Killed once its first answers are written, it ends with the figures of one that nobody disturbed."""
    # More than one batch of 64 questions, and in mode fast to be quick all the same.
    command = ("run", str(write_judgements(tmp_path, 70)), "--mode", "fast", "--index", str(seed_index), "--out")
    answers = tmp_path / "killed" / "answers.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "qa.evaluation", *command, str(answers.parent)], cwd=ROOT, stderr=subprocess.DEVNULL
    ) as first:
        while first.poll() is None and not (answers.is_file() and answers.stat().st_size):
            pass
        first.kill()
    kept = answers.read_bytes()
    assert kept
    for name in ("killed", "whole"):
        result = CliRunner().invoke(evaluate, [*command, str(tmp_path / name)])
        assert result.exit_code == 0, result.output
    killed, whole = (json.loads((tmp_path / name / "scores.json").read_bytes()) for name in ("killed", "whole"))
    assert killed["measures"] == whole["measures"]
    assert killed["questions"] == whole["questions"]


def test_the_served_director_and_the_capital_that_is_not_there(server: str) -> None:
    """The two questions of the README, over HTTP."""
    with urlopen(f"{server}/v1/ask?q=Who+directed+the+film%3F") as reply:  # noqa: S310
        assert "directed by Hiroyuki Seshita" in json.load(reply)["passages"][0]["text"]
    with urlopen(f"{server}/v1/ask?q=What+is+the+capital+of+France%3F") as reply:  # noqa: S310
        answer = json.load(reply)
    assert (answer["status"], answer["answer"]) == ("not_found", None)


def test_the_server_is_ready_once_it_says_so(server: str) -> None:
    """Both legs and the reader answer, and the model was loaded before the first visitor came."""
    with urlopen(f"{server}/readyz") as reply:  # noqa: S310
        assert json.load(reply)["legs"] == {"dense": True, "lexical": True, "reader": True}
    with urlopen(f"{server}/") as reply:  # noqa: S310
        assert b"<form" in reply.read()


@pytest.mark.parametrize("target", ["index", "serve"])
def test_make_passes_on_what_has_a_space(target: str) -> None:
    """A folder, an address or a port is one argument, whatever it is called."""
    values = {"SEEDS": "my texts", "INDEX": "my index", "HOST": "my host", "PORT": "my port"}
    stated = [f"{name}={value}" for name, value in values.items()]
    make = str(shutil.which("make"))
    done = subprocess.run([make, "-n", target, *stated], cwd=ROOT, capture_output=True, text=True, check=True)
    words = {word for line in done.stdout.splitlines() if "--index" in line for word in shlex.split(line)}
    assert words >= {"my texts", "my index", *(("my host", "my port") if target == "serve" else ())}
