"""Recorded questions are asked before and after a change, and what differs is counted."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from index.writes.change_summary import Questions
from qa.engine import Engine
from qa.types import Answer, Request, Turn
from qa.web.documents import comparison
from qa.web.documents.comparison import compare_answers, read_questions
from tests.qa.web.helpers import HandMade

ABSENT = Path("absent.sqlite")


def test_the_questions_of_a_file_come_with_their_history(tmp_path: Path) -> None:
    """Blank lines and repeated questions are skipped."""
    file = tmp_path / "questions.jsonl"
    row = '{"question": "Who?", "history": [{"question": "What?"}, {"question": "When?", "answer": "2017"}]}\n'
    file.write_text('{"question": "What?"}\n\n' + row + row, encoding="utf-8")
    history = (Turn("What?", None), Turn("When?", "2017"))
    assert read_questions(tmp_path / ABSENT, file) == [Request("What?"), Request("Who?", history)]
    assert read_questions(tmp_path / ABSENT, None) == []


def test_there_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a change would keep a processor busy for hours."""
    monkeypatch.setattr(comparison, "MAX_QUESTIONS", 2)
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(f'{{"question": "Who is {number}?"}}\n' for number in range(3)), encoding="utf-8")
    assert len(read_questions(tmp_path / ABSENT, file)) == 2


@pytest.mark.parametrize(
    "content", [None, b"no json", b'{"text": 1}', b"[]", b'{"question": "a", "history": [1]}', b"\xff"]
)
def test_a_file_that_cannot_be_read_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes | None
) -> None:
    """And fails no build."""
    file = tmp_path / "questions.jsonl"
    if content is not None:
        file.write_bytes(content)
    assert read_questions(tmp_path / ABSENT, file) == []
    assert f"cannot read the questions in {file}" in caplog.text


class Changed(HandMade):
    """Other words for every question, and other passages for one of them."""

    def ask(self, question: str | Request) -> Answer:  # type: ignore[override]
        """Return an answer that differs."""
        answer = super().ask(cast(Request, question))
        words = answer.answer and replace(answer.answer, text="others")
        passages: Any = () if "capital" in answer.question else answer.passages
        return replace(answer, answer=words, passages=passages)


def test_passages_and_words_are_compared() -> None:
    """A question without words in both generations has the same ones."""
    before, after = cast(Engine, HandMade()), cast(Engine, Changed())
    questions = [Request("Who?"), Request("What is the capital?")]
    assert compare_answers(before, after, questions, lambda: False) == Questions(asked=2, passages=1, words=1)
    assert compare_answers(before, before, questions, lambda: False) == Questions(2, 0, 0)
    assert compare_answers(before, after, questions, lambda: True) is None
