"""The README shows what the program really prints."""

import re
from pathlib import Path

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
