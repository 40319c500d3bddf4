"""Ask recorded questions of two generations, to see which answers a change of the documents changes."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from index.writes.change_summary import Questions
from qa.engine import Engine
from qa.types import Answer, Request, Turn
from qa.web.feedback_store import FeedbackStore

log = logging.getLogger(__name__)

# Questions that are asked twice after each change: half a minute with the reader.
MAX_QUESTIONS = 200


def read_questions(feedback: Path, file: Path | None) -> list[Request]:
    """Return the questions of a file and those that visitors judged last, at most ``MAX_QUESTIONS``.

    A line of the file is a JSON object with ``question`` and, optionally, ``history`` as in a request.
    """
    lines = [*_read_lines(file), *FeedbackStore(feedback, 0).list_questions(MAX_QUESTIONS)]
    return [_make_request(*line) for line in list(dict.fromkeys(lines))[:MAX_QUESTIONS]]


def compare_answers(
    before: Engine, after: Engine, questions: Iterable[Request], is_interrupted: Callable[[], bool]
) -> Questions | None:
    """Count the questions whose first passage or words differ; None if it was interrupted."""
    asked = passages = words = 0
    for question in questions:
        if is_interrupted():
            return None
        old, new = before.ask(question), after.ask(question)
        asked += 1
        passages += _find_first_passage(old) != _find_first_passage(new)
        words += (old.answer and old.answer.text) != (new.answer and new.answer.text)
    return Questions(asked, passages, words)


def _find_first_passage(answer: Answer) -> tuple[str, str] | None:
    # Not its id, which changes if something is written before it.
    return next(((passage.document.id, passage.text) for passage in answer.passages), None)


def _read_lines(file: Path | None) -> Iterator[tuple[str, tuple[tuple[str, str | None], ...]]]:
    if file is None:
        return
    try:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip():
                row = json.loads(line)
                turns = ((turn["question"], turn.get("answer")) for turn in row.get("history", ()))
                yield row["question"], tuple(turns)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.error("cannot read the questions in %s: %s; write one JSON object with a question a line", file, error)


def _make_request(question: str, history: Iterable[tuple[str, str | None]]) -> Request:
    return Request(question, tuple(Turn(*turn) for turn in history))
