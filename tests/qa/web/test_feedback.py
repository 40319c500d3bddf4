"""Verdicts are stored, replaced and exported as judged questions, to an admin only."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.evaluation import load
from qa.web import create_app
from qa.web.errors.problems import Code
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, TEXT, HandMade
from tests.qa.web.shape import problem

PASSAGE = f"{DOCUMENT}#22-{len(TEXT)}"
ROOT = Path(__file__).parents[3]
ADMIN = {"Authorization": "Bearer the key"}


def give(client: FlaskClient, verdict: str = "right", **more: object) -> dict[str, object]:
    reply = client.post("/v1/feedback", json={"question": "Who?", "passage": PASSAGE, "verdict": verdict} | more)
    assert reply.status_code == 200, reply.text
    body: dict[str, object] = reply.get_json()
    return body


def judged(client: FlaskClient) -> list[dict[str, object]]:
    return [json.loads(line) for line in exported(client).splitlines()]


def exported(client: FlaskClient) -> str:
    with client.get("/v1/feedback", headers=ADMIN) as reply:
        assert (reply.status_code, reply.content_type) == (200, "application/x-ndjson")
        return reply.text


def test_what_is_right_becomes_a_judged_question_that_the_evaluation_reads(client: FlaskClient, tmp_path: Path) -> None:
    """The exported file is a data set: place, words and conversation are those of the passage that was shown."""
    give(client, history=[{"question": "What?", "answer": "A film"}])
    path = tmp_path / "visitors.jsonl"
    path.write_text(exported(client), encoding="utf-8")
    (judgement,) = load(path).judgements
    (gold,) = judgement.evidence
    assert (judgement.question, gold.document, gold.quote) == ("Who?", DOCUMENT, TEXT[22:])
    assert TEXT[gold.span.start : gold.span.end] == gold.quote
    assert [(turn.question, turn.answer) for turn in judgement.history] == [("What?", "A film")]


def test_wrong_alone_judges_nothing(client: FlaskClient) -> None:
    """That a passage does not answer does not say that none does."""
    give(client, "wrong")
    assert judged(client) == []


def test_a_draw_judges_nothing_and_a_majority_does(client: FlaskClient) -> None:
    """With one right and one wrong, a third verdict decides."""
    give(client)
    give(client, "wrong")
    assert judged(client) == []
    give(client)
    assert len(judged(client)) == 1


def test_a_verdict_sent_again_replaces_the_earlier_one(client: FlaskClient) -> None:
    """A changed verdict counts once; without an id the server chooses one."""
    first = give(client)
    assert give(client, "wrong", id=first["id"]) == {"id": first["id"], "verdict": "wrong"}
    assert judged(client) == []


@pytest.mark.parametrize(
    ("passage", "code"),
    [
        ("other.txt#0-5", Code.UNKNOWN_PASSAGE),
        (f"{DOCUMENT}#0-5", Code.UNKNOWN_PASSAGE),
        ("", Code.OUT_OF_BOUNDS),
        (None, Code.WRONG_TYPE),
    ],
)
def test_only_what_is_served_can_be_judged(client: FlaskClient, passage: object, code: Code) -> None:
    """The field is named, and nothing is stored."""
    body = problem(client.post("/v1/feedback", json={"question": "a", "passage": passage, "verdict": "right"}), code)
    assert body["errors"][0]["field"] == "passage"
    assert judged(client) == []


@pytest.mark.parametrize("change", [{"verdict": "maybe"}, {"verdict": 1}, {"id": "a b"}, {"id": ""}, {"by": "me"}])
def test_an_invalid_body_is_rejected(client: FlaskClient, change: dict[str, object]) -> None:
    """Words, ids and fields that the API does not know."""
    body = {"question": "a", "passage": PASSAGE, "verdict": "right"} | change
    assert client.post("/v1/feedback", json=body).status_code == 422


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, Code.UNAUTHORIZED),
        ("the key", Code.UNAUTHORIZED),
        ("Basic dGhlIGtleQ==", Code.UNAUTHORIZED),
        ("Bearer", Code.UNAUTHORIZED),
        ("Bearer another", Code.FORBIDDEN),
        ("Bearer schlüssel", Code.FORBIDDEN),
    ],
)
def test_it_takes_the_admin_key_to_read(client: FlaskClient, header: str | None, code: Code) -> None:
    """The questions of visitors are private."""
    headers = {"Authorization": header} if header else {}
    reply = client.get("/v1/feedback", headers=headers)
    problem(reply, code)
    assert ("WWW-Authenticate" in reply.headers) is (code is Code.UNAUTHORIZED)


def test_without_a_key_nobody_is_an_admin(tmp_path: Path) -> None:
    """Without a key, no header is accepted."""
    client = create_app(HandMade(), AppOptions(feedback=tmp_path / "f.sqlite")).test_client()
    for sent, code in (("Bearer ", Code.UNAUTHORIZED), ("Bearer x", Code.FORBIDDEN)):
        refused = client.get("/v1/feedback", headers={"Authorization": sent})
        assert "NETSPHERE_ADMIN_KEY" in problem(refused, code)["detail"]


def test_an_unusable_file_is_a_problem_that_names_the_setting(tmp_path: Path) -> None:
    """The setting is named; questions are still answered."""
    path = tmp_path / "feedback.sqlite"
    path.write_text("this is no database, and long enough to be seen as none" * 20)
    client = create_app(HandMade(), AppOptions(feedback=path, admin_key="the key")).test_client()
    body = {"question": "a", "passage": PASSAGE, "verdict": "right"}
    response = client.post("/v1/feedback", json=body)
    assert "setting feedback" in problem(response, Code.NOT_KEPT)["detail"]
    assert response.headers["Retry-After"] == "5"
    problem(client.get("/v1/feedback", headers=ADMIN), Code.NOT_KEPT)
    assert client.get("/v1/ask?q=Who").status_code == 200


def test_a_full_file_takes_no_more_and_says_so(tmp_path: Path) -> None:
    """Anonymous verdicts do not fill the disk; what is stored stays, and can be exported."""
    path = tmp_path / "feedback.sqlite"
    options = AppOptions(feedback=path, feedback_mb=1, feedback_per_minute=1000, admin_key="the key")
    client = create_app(HandMade(), options).test_client()
    history = [{"question": "What?", "answer": "x" * 10_000}] * 20
    body = {"question": "Who?", "passage": PASSAGE, "verdict": "right", "history": history}
    for number in range(200):
        response = client.post("/v1/feedback", json=body | {"question": f"Who {number}?"})
        if response.status_code != 200:
            break
    assert "setting feedback_mb" in problem(response, Code.NOT_KEPT)["detail"]
    assert response.headers["Retry-After"] == "3600"
    assert path.stat().st_size <= 1024 * 1024
    assert number > 40  # of an earlier answer only what is read is stored: 20 kB a verdict, not 200
    assert len(judged(client)) == number


def test_one_visitor_cannot_send_a_flood(tmp_path: Path) -> None:
    """Others are not held up, and a key counts for itself."""
    options = AppOptions(feedback=tmp_path / "f.sqlite", feedback_per_minute=2, admin_key="the key")
    client = create_app(HandMade(), options).test_client()
    body = {"question": "Who?", "passage": PASSAGE, "verdict": "right"}
    for _ in range(2):
        give(client)
    refused = client.post("/v1/feedback", json=body)
    problem(refused, Code.RATE_LIMITED)
    assert 0 < int(refused.headers["Retry-After"]) <= 30
    other = {"REMOTE_ADDR": "192.0.2.1"}
    assert client.post("/v1/feedback", json=body, environ_base=other).status_code == 200
    assert client.post("/v1/feedback", json=body, headers=ADMIN).status_code == 200


def test_a_conversation_is_stored_as_far_as_it_is_read(client: FlaskClient) -> None:
    """The first thousand characters of an answer say what a follow-up question means."""
    give(client, history=[{"question": "What?", "answer": "x" * 1001}, {"question": "And?"}])
    (row,) = judged(client)
    assert row["history"] == [{"question": "What?", "answer": "x" * 1000}, {"question": "And?", "answer": None}]


# Fills a file with verdicts of a kilobyte, and prints by how much the memory grows while they are exported.
EXPORT = """
import resource, sqlite3, sys
from pathlib import Path
from qa.web.feedback_store import CREATE_TABLE, UPSERT, FeedbackStore, add_columns

path, rows = Path(sys.argv[1]), int(sys.argv[2])
with sqlite3.connect(path) as database:
    database.execute(CREATE_TABLE)
    add_columns(database)
    database.executemany(UPSERT, (
        (str(n), "2026", f"Who {n % 1000}?", "[]", f"{n}.txt", "", 0, 1, "x" * 1000, "right", "answer", str(n))
        for n in range(rows)))
size = path.stat().st_size
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with FeedbackStore(path, 10**12).export_judgements() as exported:
    lines = sum(1 for line in exported)
print(lines, size, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def test_an_export_needs_no_memory_for_the_whole_file(tmp_path: Path) -> None:
    """It grows by a small part of the size of the file: what one question has, and the cache of SQLite."""
    command = [sys.executable, "-c", EXPORT, str(tmp_path / "feedback.sqlite"), "60000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    lines, size, grown = map(int, done.stdout.split())
    assert (lines, size > 60_000_000) == (1000, True)
    assert grown < size / 4


def test_many_at_once_are_all_kept(client: FlaskClient) -> None:
    """Writers wait for each other."""
    threads = [threading.Thread(target=give, args=(client,), kwargs={"question": f"Who {n}?"}) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row["question"] for row in judged(client)} == {f"Who {n}?" for n in range(16)}
