"""docs/evaluation.md: its lines run, its table is the program's."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from qa.evaluation.measures import MEASURES

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "evaluation.md"
SEED = ROOT / "tests" / "judgements" / "blame.jsonl"


@pytest.mark.slow
def test_the_ten_lines_evaluate_a_users_own_collection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they stand in the guide, over a folder ``texts`` and a file ``judged.jsonl``."""
    found = re.search(r"<!-- lines.*?```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    lines = found[1]
    assert len([line for line in lines.splitlines() if line.strip()]) <= 10
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").symlink_to(ROOT / "seeds")
    (tmp_path / "judged.jsonl").write_bytes(b"".join(SEED.read_bytes().splitlines(keepends=True)[:20]))
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(lines, str(GUIDE), "exec"), {})  # noqa: S102 — our own document
    assert "Hit@1" in out.getvalue()
    assert "no difference shown" in out.getvalue()
    assert (tmp_path / "var" / "runs" / "fast" / "scores.json").is_file()


def test_the_guide_names_every_measure_with_its_meaning() -> None:
    """In the order of the table ``MEASURES``, and no other."""
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    wanted = [(n, m.meaning + (" (lower is better)" if m.lower_is_better else "")) for n, m in MEASURES.items()]
    assert [row for row in rows if row[0] in MEASURES] == wanted


def test_the_guide_names_every_command() -> None:
    """With what it does."""
    from qa.evaluation.__main__ import main

    told = re.findall(r"^\| `(\w+)[^`]*` \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(main.commands) <= set(told)


def test_the_example_of_a_judgement_is_one(tmp_path: Path) -> None:
    """It loads, once its quote is written out."""
    from qa.evaluation import load

    example = re.search(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    row = json.loads(example[1])
    row["evidence"][0]["quote"] = "x" * (row["evidence"][0]["end"] - row["evidence"][0]["start"])
    (tmp_path / "one.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert load(tmp_path / "one.jsonl").judgements[0].question == "Who directed it?"


def test_the_guide_shows_what_a_probe_prints(request: pytest.FixtureRequest, seed_index: Path) -> None:
    """Over the seed, to the last figure."""
    from click.testing import CliRunner

    from qa.evaluation.__main__ import main

    printed = CliRunner().invoke(main, ["probe", "--index", str(seed_index)]).stdout.strip()
    block = re.compile(r"(<!-- probe: .*? -->\n```\n)(.*?)(```\n<!-- /probe -->)", re.DOTALL)
    text = GUIDE.read_text(encoding="utf-8")
    if request.config.getoption("--write"):
        text = block.sub(lambda found: f"{found[1]}{printed}\n{found[3]}", text)
        GUIDE.write_text(text, encoding="utf-8")
    found = block.search(text)
    assert found
    assert found[2].strip() == printed
