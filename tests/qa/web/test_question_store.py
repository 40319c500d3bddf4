"""Questions are kept if the operator chose it, behind the answer, and without who asked."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.types import Answer, Request, Status
from qa.web import create_app, question_store
from qa.web.app import service_of
from qa.web.question_store import INSERT, QuestionStore, place_questions
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, TEXT, HandMade

NAME = "default"
LIMIT = 10**8


def make_client(folder: Path, days: int = 30) -> tuple[FlaskClient, QuestionStore]:
    """Return a caller of an application, and where it keeps questions."""
    app = create_app(HandMade(), AppOptions(feedback=folder / "feedback.sqlite", keep_questions=days))
    return app.test_client(), service_of(app).collections.questions


def add_rows(path: Path, *times: datetime) -> None:
    """Write one question for each time, as another process does."""
    with sqlite3.connect(path) as database:
        database.execute(question_store.CREATE_TABLE)
        rows = [
            (time.isoformat(timespec="seconds"), f"Who {n}?", "answered", 1, "", "", NAME)
            for n, time in enumerate(times)
        ]
        database.executemany(INSERT, rows)
    database.close()


def ask(question: str) -> Answer:
    """Return an answer, which is none for a question with "capital"."""
    return HandMade().ask(Request(question))


def test_nothing_is_kept_by_default(tmp_path: Path) -> None:
    """What people ask is their own matter: there is no file, and nothing waits in memory."""
    client, store = make_client(tmp_path, days=0)
    assert client.get("/v1/ask?q=Who").status_code == 200
    store.close()
    assert list(tmp_path.iterdir()) == []
    assert store.list_unanswered(NAME, 9) == []


def test_a_question_is_kept_with_its_outcome_and_nothing_else(tmp_path: Path) -> None:
    """Its time, its words, its status, its confidence, its best passage and its collection; not who asked."""
    client, store = make_client(tmp_path)
    client.post("/v1/ask", json={"question": "Who?"}, headers={"X-Request-ID": "me", "User-Agent": "mine"})
    store.close()
    with sqlite3.connect(place_questions(tmp_path / "feedback.sqlite")) as database:
        ((number, asked_at, *rest),) = database.execute("SELECT * FROM questions")
    database.close()
    assert (number, rest) == (1, ["Who?", "answered", 0.97, f"{DOCUMENT}#22-{len(TEXT)}", DOCUMENT, NAME])
    assert datetime.fromisoformat(asked_at) <= datetime.now(UTC)
    assert (tmp_path / "feedback.questions.sqlite").stat().st_mode & 0o777 == 0o600


def test_unanswered_questions_and_used_passages_are_counted(tmp_path: Path) -> None:
    """A question counts as often as it was asked; one without an answer uses no passage."""
    client, store = make_client(tmp_path)
    for question in ("Who?", "the capital", "the capital", "perhaps"):
        client.post("/v1/ask", json={"question": question})
    assert [(one.question, one.count) for one in store.list_unanswered(NAME, 9)] == [("perhaps", 1), ("the capital", 2)]
    assert [(one.document, one.count) for one in store.list_documents(NAME, 9)] == [(DOCUMENT, 2)]
    assert [(one.passage, one.count) for one in store.list_passages(NAME, 9)] == [(f"{DOCUMENT}#22-{len(TEXT)}", 2)]
    assert store.count(NAME) == {Status.ANSWERED: 1, Status.UNSURE: 1, Status.NOT_FOUND: 2}
    assert store.list_documents("other", 9) == []


def test_old_questions_are_removed(tmp_path: Path) -> None:
    """When they are read, and with the first question that is written after their time."""
    now = datetime.now(UTC)
    client, store = make_client(tmp_path)
    add_rows(place_questions(tmp_path / "feedback.sqlite"), now - timedelta(days=31), now - timedelta(days=29))
    client.get("/v1/ask?q=Who")
    assert sum(store.count(NAME).values()) == 2


@pytest.mark.parametrize(("days", "left"), [(30, ["Who 1?"]), (0, [])])
def test_no_question_outlives_its_days(tmp_path: Path, days: int, left: list[str]) -> None:
    """Nor is any kept once the operator keeps none: a server that starts removes them, though nobody asks it."""
    path, now = place_questions(tmp_path / "feedback.sqlite"), datetime.now(UTC)
    add_rows(path, now - timedelta(days=31), now - timedelta(days=29))
    _, store = make_client(tmp_path, days)
    store.close()
    with sqlite3.connect(path) as database:
        assert [question for (question,) in database.execute("SELECT question FROM questions")] == left
    database.close()
    assert b"Who 0?" not in path.read_bytes()


def test_questions_whose_days_are_over_are_not_shown(tmp_path: Path) -> None:
    """Also if nobody has asked anything since."""
    _, store = make_client(tmp_path)
    add_rows(place_questions(tmp_path / "feedback.sqlite"), datetime.now(UTC) - timedelta(days=31))
    assert sum(store.count(NAME).values()) == 0


def test_the_newest_questions_are_kept_if_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However young the oldest are."""
    monkeypatch.setattr(question_store, "MAX_QUESTIONS", 3)
    client, store = make_client(tmp_path)
    for number in range(6):
        client.get(f"/v1/ask?q=capital+{number}")
        store.flush()
    assert [one.question for one in store.list_unanswered(NAME, 9)] == [f"capital {n}" for n in (5, 4, 3)]


def test_a_full_file_gives_up_its_oldest_questions(tmp_path: Path) -> None:
    """It does not grow, and the newest question is in it."""
    path = tmp_path / "q.sqlite"
    store = QuestionStore(path, 30, 100_000)
    for number in range(1500):
        store.note(ask(f"capital {number} {'x' * 100}"), NAME)
        if number % 100 == 99:
            store.flush()
    assert path.stat().st_size <= 100_000
    assert store.list_unanswered(NAME, 1)[0].question.startswith("capital 1499")
    store.close()


@pytest.mark.parametrize("content", [b"this is no database, and long enough to be seen as none" * 20, None])
def test_a_file_that_cannot_be_written_costs_the_question_only(tmp_path: Path, content: bytes | None) -> None:
    """Whoever asks gets an answer, though the file is none or is locked by another program for long."""
    path = place_questions(tmp_path / "feedback.sqlite")
    path.write_bytes(content) if content else path.mkdir()
    client, store = make_client(tmp_path)
    assert client.get("/v1/ask?q=Who").status_code == 200
    store.close()


def test_processes_share_the_file(tmp_path: Path) -> None:
    """What each has noted is seen by the other."""
    first, second = (QuestionStore(tmp_path / "q.sqlite", 30, LIMIT) for _ in range(2))
    first.note(ask("capital one"), NAME)
    second.note(ask("capital two"), NAME)
    first.close()
    assert {one.question for one in second.list_unanswered(NAME, 9)} == {"capital one", "capital two"}
    second.close()
