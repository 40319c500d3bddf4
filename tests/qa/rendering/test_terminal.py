"""Answers from documents with structure, on the terminal."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qa.__main__ import main
from qa.answer.terminal import print_answer
from qa.engine import Engine
from qa.rendering.renderer import Renderer
from tests.qa.rendering.folder import GUIDE


def test_no_markup_is_printed(harbour_index: Path) -> None:
    """``python -m qa ask`` shows lists, tables and code as such; ``--json`` has the exact source."""
    command = ["ask", "Which command books a berth?", "--index", str(harbour_index)]
    shown = CliRunner().invoke(main, command, catch_exceptions=False).output
    for markup in ("**", "##", "](", "```", "|", "`"):
        assert markup not in shown
    assert "     ⟦harbour book --berth 12   # by the west pier⟧\n" in shown
    assert "   • for two weeks in summer, or\n" in shown
    passage = json.loads(CliRunner().invoke(main, [*command, "--json"], catch_exceptions=False).output)["passages"][0]
    assert passage["text"] == GUIDE[passage["start"] : passage["end"]]


def test_the_quotation_is_printed_without_markup(harbour: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """And the heading of its passage."""
    print_answer(harbour.ask("Who is the harbour master?"), Renderer(harbour.catalog))
    printed = capsys.readouterr().out
    assert "“Hiroyuki" in printed
    assert "1. Harbour guide · The crew and its tasks" in printed
    assert "⟦The harbour master is Hiroyuki Seshita, see his page.⟧" in printed
