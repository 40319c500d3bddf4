"""Verdicts on the words of an answer, apart from those on its passage, also in a file of an earlier version."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.collection.catalog import PassageSpan
from qa.types import PassageKind
from qa.web import create_app
from qa.web.feedback_store import CREATE_TABLE, FeedbackStore
from qa.web.requests.models import FeedbackBody
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, TEXT, HandMade, OneDocument
from tests.qa.web.test_feedback import PASSAGE, give, judged

WORDS = "Hiroyuki Seshita"
OLD_ROW = ("old", "2026", "Who?", "[]", DOCUMENT, "ab" * 32, 22, len(TEXT), TEXT[22:], "right")


def write_old_file(path: Path) -> None:
    """Write the file of a version that knew verdicts on passages only."""
    with sqlite3.connect(path) as database:
        database.execute(CREATE_TABLE)
        database.execute("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", OLD_ROW)
    database.close()


def test_wrong_words_leave_their_passage_relevant(client: FlaskClient) -> None:
    """One visitor calls the passage right, two the words taken from it wrong."""
    give(client)
    for _ in range(2):
        give(client, "wrong", about="answer", answer="2017")
    (row,) = judged(client)
    assert ([one["document"] for one in row["evidence"]], row["answers"]) == ([DOCUMENT], [])  # type: ignore[attr-defined]


def test_right_words_are_an_answer_and_make_their_passage_relevant(client: FlaskClient) -> None:
    """The words are exported as they were shown, each once."""
    give(client, about="answer", answer=WORDS)
    give(client, about="answer", answer=WORDS)
    give(client, about="answer", answer="He")
    (row,) = judged(client)
    assert (len(row["evidence"]), row["answers"]) == (1, ["He", WORDS])  # type: ignore[arg-type]


def test_words_that_as_many_call_wrong_are_no_answer(client: FlaskClient) -> None:
    """The passage stays relevant: only its words are in doubt."""
    give(client, about="answer", answer=WORDS)
    give(client, "wrong", about="answer", answer=WORDS)
    (row,) = judged(client)
    assert row["answers"] == []


def test_words_of_a_passage_that_is_judged_are_no_answer(client: FlaskClient) -> None:
    """That a passage is right does not say that the words shown of it are."""
    give(client, answer=WORDS)
    (row,) = judged(client)
    assert row["answers"] == []


def test_words_belong_to_their_conversation(client: FlaskClient) -> None:
    """The same question after another one may have another answer."""
    give(client, about="answer", answer=WORDS, history=[{"question": "What?"}])
    give(client)
    assert {(bool(row["history"]), tuple(row["answers"])) for row in judged(client)} == {(True, (WORDS,)), (False, ())}  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"about": "me"}, {"about": None}, {"answer": "x" * 2001}, {"answer": "a\0"}])
def test_an_unknown_subject_and_long_words_are_rejected(client: FlaskClient, change: dict[str, object]) -> None:
    """What is judged is a passage or an answer, of at most 2,000 characters."""
    body = {"question": "a", "passage": PASSAGE, "verdict": "right"} | change
    assert client.post("/v1/feedback", json=body).status_code == 422


def test_a_file_of_an_earlier_version_is_exported_and_written(tmp_path: Path) -> None:
    """Its verdicts are on passages; new ones are stored beside them."""
    write_old_file(tmp_path / "feedback.sqlite")
    options = AppOptions(feedback=tmp_path / "feedback.sqlite", admin_key="the key")
    client = create_app(HandMade(), options).test_client()
    assert [(row["question"], row["answers"]) for row in judged(client)] == [("Who?", [])]
    give(client, about="answer", answer=WORDS)
    assert [row["answers"] for row in judged(client)] == [[WORDS]]


def add_one(path: Path, number: int, barrier: "multiprocessing.synchronize.Barrier") -> None:
    """Store a verdict at the same time as other processes."""
    body = FeedbackBody(question="Who?", passage=PASSAGE, verdict="right", id=f"v{number}", about="answer", answer="He")
    document = OneDocument().get_document(DOCUMENT)
    assert document
    barrier.wait(30)
    FeedbackStore(path, 10**9).add_verdict(
        body, document, PassageSpan(PASSAGE, 22, len(TEXT), "", PassageKind.BODY, None)
    )


def test_several_processes_migrate_a_file_at_once(tmp_path: Path) -> None:
    """None of them fails, and no verdict is lost."""
    path, context = tmp_path / "feedback.sqlite", multiprocessing.get_context("fork")
    write_old_file(path)
    barrier = context.Barrier(4)
    processes = [context.Process(target=add_one, args=(path, number, barrier)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT id, about FROM feedback ORDER BY id").fetchall()
    database.close()
    assert rows == [("old", "passage"), *((f"v{number}", "answer") for number in range(4))]
