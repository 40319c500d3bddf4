"""An answer on the terminal."""

import re
from dataclasses import replace

import pytest

from qa.answer.terminal import print_answer
from qa.engine import Engine
from qa.messages import ENGLISH
from qa.types import Reason, Request, Status, Turn


def test_the_evidence_is_marked_and_its_place_is_named(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence stands in brackets inside its passage, under document, heading and id."""
    print_answer(engine.ask(Request("Who directed the film?", top_k=1)))
    printed = capsys.readouterr().out
    assert "⟦The film is directed by Hiroyuki Seshita" in printed
    assert "1. Blame! · Film" in printed
    assert "blame.txt#2193-2604" in printed


def test_not_found_says_so_and_why(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """No answer is shown, the reason is."""
    print_answer(engine.ask("What is the capital of France?"))
    printed = capsys.readouterr().out
    assert re.match(r"Not found in these documents \(best match: \d+%\)\n", printed)
    assert "Important words in your question do not appear in the documents" in printed
    assert "“" not in printed.splitlines()[2]
    assert "⟦" not in printed


def test_what_was_searched_and_what_failed_are_shown(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """A follow-up shows what it was taken for, a degraded answer the leg that failed or the language that was not read."""
    answer = engine.ask(Request("Who wrote it?", (Turn("What is the Blame! film?"),)))
    degraded = replace(answer.retrieval, degraded=("dense",))
    print_answer(replace(answer, retrieval=degraded))
    printed = capsys.readouterr().out
    assert "searched as: Who wrote it? (Blame film)" in printed
    assert "degraded: the dense leg failed" in printed
    assert ENGLISH("reason.unread_language") not in printed
    print_answer(replace(answer, retrieval=replace(degraded, degraded=("reader:language",))))
    printed = capsys.readouterr().out
    assert ENGLISH("reason.unread_language") in printed
    assert "degraded" not in printed


@pytest.mark.parametrize("why", list(Reason))
def test_every_reason_has_its_words(engine: Engine, why: Reason, capsys: pytest.CaptureFixture[str]) -> None:
    """None is shown as a bare word of the API."""
    print_answer(replace(engine.ask("film"), status=Status.UNSURE, reason=why, passages=()))
    printed = capsys.readouterr().out
    assert why.value not in printed
    assert len(printed.splitlines()[1].split()) > 3


def test_each_row_of_a_table_has_a_line(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """Paragraphs are not run together, and a heading with the words of the title is not repeated."""
    answer = engine.ask(Request("Who directed the film?", top_k=1))
    passage = answer.passages[0]
    table = replace(
        passage, text="Country · Rate\n\nFrance\n· Rate: 58.00", heading=passage.document.title, evidence=()
    )
    print_answer(replace(answer, passages=(table,)))
    printed = capsys.readouterr().out
    assert "   Country · Rate\n   France · Rate: 58.00\n" in printed
    assert f"1. {passage.document.title}  " in printed
