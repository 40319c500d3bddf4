"""The README shows what the program really prints."""

import re
from pathlib import Path
from typing import Any

import pytest

from qa.answer.terminal import print_answer
from qa.engine import Engine
from qa.types import Request

README = Path(__file__).parents[1] / "README.md"
SHOWN = re.compile(r"(<!-- answer: .*? -->\n```\n)(.*?)(```\n<!-- /answer -->)", re.DOTALL)
PROBABILITY = re.compile(r"\b[01]\.\d\d\b")


def test_the_answer_in_the_readme_is_the_real_one(
    engine: Engine, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Word for word; probabilities within a twentieth, for processors round differently."""
    print_answer(engine.ask(Request("Who directed the film?", top_k=1)))
    printed = capsys.readouterr().out
    text = README.read_text(encoding="utf-8")
    if request.config.getoption("--write"):
        README.write_text(SHOWN.sub(lambda m: m[1] + printed + m[3], text), encoding="utf-8")
        return
    match = SHOWN.search(text)
    assert match, "the README has lost its answer"
    assert PROBABILITY.sub("#", match[2]) == PROBABILITY.sub("#", printed)
    stated, real = PROBABILITY.findall(match[2]), PROBABILITY.findall(printed)
    assert [float(p) for p in stated] == pytest.approx([float(p) for p in real], abs=0.05)


def test_the_lines_that_read_are_run_as_they_are() -> None:
    """The first text answers with the director's name at its place; the second does not answer."""
    found = re.search(r"<!-- reading: .*? -->\n```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(compile(found[1], str(README), "exec"), names)  # noqa: S102 — our own document
    first, second = names["readings"]
    assert (first.text, first.start, first.end, second.text) == ("Hiroyuki Seshita", 24, 40, None)
