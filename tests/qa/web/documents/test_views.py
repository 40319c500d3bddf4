"""Writing one document, and the jobs of what was written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.types import Document
from index.writes.batches import BatchQueue
from index.writes.database import FILE_NAME
from index.writes.journal import Journal
from qa.web.app import service_of
from qa.web.errors.problems import Code
from tests.qa.web.documents.conftest import MAX_UPLOAD_BYTES
from tests.qa.web.helpers import DOCUMENT, OneDocument
from tests.qa.web.shape import problem

Waiting = Callable[[], dict[str, Any]]
SHA256 = OneDocument.info.sha256


@pytest.mark.parametrize(
    ("id", "media_type", "extension"),
    [
        ("a/b", "text/markdown", ".md"),
        ("a/b", "text/plain; charset=UTF-8", ".txt"),
        ("page.txt", "text/html", ".html"),
        ("a.pdf", None, ".pdf"),
        ("a.PDF", "application/octet-stream", ".pdf"),
        ("Ärger/ü n.md", "application/x-www-form-urlencoded", ".md"),
        ("映画.htm", "application/pdf", ".pdf"),
        ("plan.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    ],
)
def test_a_file_waits_for_the_parser_of_its_type(
    client: FlaskClient, waiting: Waiting, id: str, media_type: str | None, extension: str
) -> None:
    """A known media type decides, and else the extension of the id."""
    response = client.put(f"/v1/documents/{id}", data=b"bytes \xff", content_type=media_type)
    assert response.status_code == 202, response.text
    assert response.headers["Location"] == f"/v1/jobs/{response.json['id']}"
    assert waiting() == {id: (extension, b"bytes \xff")}


def test_a_text_in_another_encoding_is_converted(client: FlaskClient, waiting: Waiting) -> None:
    """The encoding that is stated counts, not a guess."""
    data = "Привет".encode("cp1251")
    assert (
        client.put("/v1/documents/a.txt", data=data, content_type="text/plain; charset=windows-1251").status_code == 202
    )
    assert waiting()["a.txt"][1].decode("utf-8-sig") == "Привет"
    for charset in ("ascii-art", "utf-16"):
        response = client.put("/v1/documents/a.txt", data=b"x", content_type=f"text/plain; charset={charset}")
        assert charset in problem(response, Code.INVALID_TEXT)["detail"]


def test_json_needs_no_parser(client: FlaskClient, waiting: Waiting) -> None:
    """Lines end as in every other document."""
    body = {"title": "T", "text": "one\r\ntwo", "metadata": {"year": 2017, "tags": ["a", None]}}
    assert client.put("/v1/documents/a", json=body).status_code == 202
    assert waiting() == {"a": Document("a", "one\ntwo", "T", {"year": 2017, "tags": ["a", None]})}


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({}, Code.MISSING_FIELD, "text is missing"),
        ({"text": " \n"}, Code.OUT_OF_BOUNDS, "text should have a character that is not white space"),
        ({"text": "a\0"}, Code.INVALID_TEXT, "text should not hold a NUL"),
        ({"text": "a\ud800"}, Code.INVALID_TEXT, "text should be text without lone surrogates"),
        ({"text": 5}, Code.WRONG_TYPE, "text should be a valid string"),
        ({"text": "a", "author": "x"}, Code.UNKNOWN_FIELD, "the fields are text, title, metadata"),
        ({"text": "a", "metadata": []}, Code.WRONG_TYPE, "metadata"),
        ({"text": "a", "metadata": {"a": "\ud800"}}, Code.INVALID_TEXT, "metadata"),
    ],
)  # fmt: skip
def test_json_is_checked_at_once(client: FlaskClient, journal: Journal, body: object, code: Code, words: str) -> None:
    """And nothing is stored."""
    response = client.put("/v1/documents/a", data=json.dumps(body), content_type="application/json")
    assert words in problem(response, code)["detail"]
    assert journal.list_jobs(1) == []


def test_metadata_must_not_be_nested_too_deeply(client: FlaskClient) -> None:
    """As in files."""
    deep: object = "x"
    for _ in range(101):
        deep = [deep]
    response = client.put("/v1/documents/a", json={"text": "a", "metadata": {"deep": deep}})
    assert "more than 100 levels" in problem(response, Code.OUT_OF_BOUNDS)["detail"]


@pytest.mark.parametrize("id", ["a%00b", "a%07b", "../../etc/passwd", "a/../b", "./a", "x" * 1001])
def test_an_id_that_cannot_be_named_is_refused(client: FlaskClient, journal: Journal, id: str) -> None:
    """It would be another document for a browser, or for a file system."""
    for response in (client.put(f"/v1/documents/{id}", json={"text": "a"}), client.delete(f"/v1/documents/{id}")):
        assert response.status_code == 422
        assert response.json["errors"][0]["field"] == "id"
    assert journal.list_jobs(1) == []


@pytest.mark.parametrize(
    ("id", "media_type"),
    [
        ("a", "image/png"),
        ("a", None),
        ("a.xyz", "x/y"),
        ("a.jsonl", None),
        ("a.jsonl.gz", "x/y"),
        ("a.zip", "application/zip"),
    ],
)
def test_a_type_without_a_parser_is_refused(client: FlaskClient, id: str, media_type: str | None) -> None:
    """It says what there is; lines are for the other route."""
    response = client.put(f"/v1/documents/{id}", data=b"x", content_type=media_type)
    detail = problem(response, Code.UNSUPPORTED_MEDIA_TYPE)["detail"]
    assert "text/markdown" in detail
    assert "POST /v1/documents" in detail


def test_an_old_format_is_refused_with_the_newer_one(client: FlaskClient) -> None:
    """The program that made the file can save it so."""
    response = client.put("/v1/documents/a.doc", data=b"x", content_type="application/msword")
    assert "save it as .docx" in problem(response, Code.UNSUPPORTED_MEDIA_TYPE)["detail"]


def test_a_list_of_documents_is_not_one_document(client: FlaskClient, waiting: Waiting) -> None:
    """Its documents have ids of their own, so none would be at the address; other JSON is one document."""
    corpus = json.dumps([{"id": 1, "text": "a"}, {"id": 2, "text": "b"}])
    response = client.put("/v1/documents/a.json", data=corpus, content_type="application/octet-stream")
    assert "POST /v1/documents" in problem(response, Code.UNSUPPORTED_MEDIA_TYPE)["detail"]
    assert client.put("/v1/documents/b.json", data=b'{"id": 1}', content_type="text/x").status_code == 202
    assert [*waiting()] == ["b.json"]


def test_an_empty_body_is_refused(client: FlaskClient) -> None:
    """Removing has a method of its own."""
    response = client.put("/v1/documents/a.txt", data=b"", content_type="text/plain")
    assert "DELETE" in problem(response, Code.MISSING_FIELD)["detail"]


def test_documents_may_be_larger_than_questions(client: FlaskClient) -> None:
    """Up to the setting."""
    text = "word " * (1024 * 1024 // 5 + 1)
    assert client.put("/v1/documents/a.txt", data=text, content_type="text/plain").status_code == 202
    response = client.put("/v1/documents/a.txt", data=b"x" * (MAX_UPLOAD_BYTES + 1), content_type="text/plain")
    assert f"{MAX_UPLOAD_BYTES:,}" in problem(response, Code.BODY_TOO_LARGE)["detail"]
    problem(client.post("/v1/ask", json={"question": text}), Code.BODY_TOO_LARGE)


def test_a_removal_needs_a_document(client: FlaskClient, waiting: Waiting) -> None:
    """One that is served, or that was written."""
    assert "'nowhere'" in problem(client.delete("/v1/documents/nowhere"), Code.DOCUMENT_NOT_FOUND)["detail"]
    client.put("/v1/documents/new", json={"text": "a"})
    assert client.delete("/v1/documents/new").status_code == 202
    assert client.delete(f"/v1/documents/{DOCUMENT}").status_code == 202
    assert waiting() == {"new": None, DOCUMENT: None}
    problem(client.delete("/v1/documents/new"), Code.DOCUMENT_NOT_FOUND)


def test_if_match_protects_what_somebody_else_wrote(client: FlaskClient) -> None:
    """It takes the hash with or without quotation marks; a second write in a row fails, because the first waits."""
    stale = client.put(f"/v1/documents/{DOCUMENT}", json={"text": "a"}, headers={"If-Match": '"0000"'})
    assert "read it again" in problem(stale, Code.PRECONDITION_FAILED)["detail"]
    assert client.put(f"/v1/documents/{DOCUMENT}", json={"text": "a"}, headers={"If-Match": SHA256}).status_code == 202
    again = client.delete(f"/v1/documents/{DOCUMENT}", headers={"If-Match": f'"{SHA256}"'})
    problem(again, Code.PRECONDITION_FAILED)


@pytest.mark.parametrize(
    ("document", "headers", "status"),
    [
        ("new", {"If-None-Match": "*"}, 202),
        (DOCUMENT, {"If-None-Match": "*"}, 412),
        (DOCUMENT, {"If-None-Match": f'"{SHA256}"'}, 412),
        (DOCUMENT, {"If-None-Match": '"0000"'}, 202),
        ("new", {"If-Match": "*"}, 412),
        (DOCUMENT, {"If-Match": "*"}, 202),
        (DOCUMENT, {"If-Match": f'"0000", "{SHA256}"'}, 202),
        (DOCUMENT, {"If-Match": f'W/"{SHA256}"'}, 412),
    ],
)
def test_conditions_mean_what_http_says(
    client: FlaskClient, document: str, headers: dict[str, str], status: int
) -> None:
    """Any document, none yet, or one of several; a weak tag matches no text."""
    assert client.put(f"/v1/documents/{document}", json={"text": "a"}, headers=headers).status_code == status


def test_many_documents_have_no_condition(client: FlaskClient) -> None:
    """The header would say nothing about all of them."""
    lines = '{"id": "a", "text": "a"}\n{"id": "b", "text": "b"}'
    headers = {"If-Match": '"0000"', "Content-Type": "application/x-ndjson"}
    assert client.post("/v1/documents", data=lines, headers=headers).status_code == 202


def test_the_builder_is_told(app: Flask, client: FlaskClient) -> None:
    """After each write, and not after one that is refused."""
    told: list[None] = []
    service_of(app).writer.notify = lambda: told.append(None)
    client.put("/v1/documents/a", json={"text": "a"})
    client.delete("/v1/documents/a")
    assert len(told) == 2
    client.put("/v1/documents/a", json={})
    assert len(told) == 2


def test_jobs_can_be_asked_for(client: FlaskClient, journal: Journal) -> None:
    """One by its id, and the last ones."""
    first = client.put("/v1/documents/a", json={"text": "a"}).json
    second = client.put("/v1/documents/b", json={"text": "b"}).json
    assert client.get("/v1/jobs").json == {"jobs": [second, first]}
    assert client.get("/v1/jobs?limit=1").json == {"jobs": [second]}
    assert list(first) == [
        "id", "state", "documents", "created_at", "updated_at", "generation", "reason", "problems", "changes",
    ]  # fmt: skip
    assert client.get(f"/v1/jobs/{first['id']}").json == first
    queue = BatchQueue(journal)
    queue.finish(queue.start(), "000002-aaaaaaaa", True, None)
    done = client.get(f"/v1/jobs/{first['id']}").json
    assert (done["state"], done["generation"]) == ("published", "000002-aaaaaaaa")
    problem(client.get("/v1/jobs/99"), Code.JOB_NOT_FOUND)
    problem(client.get("/v1/jobs?limit=0"), Code.OUT_OF_BOUNDS)


def test_only_what_is_held_can_be_published(client: FlaskClient) -> None:
    """The problem says what the job is."""
    job = client.put("/v1/documents/a", json={"text": "a"}).json
    assert "is queued" in problem(client.post(f"/v1/jobs/{job['id']}/publish"), Code.NOT_HELD)["detail"]
    problem(client.post("/v1/jobs/99/publish"), Code.JOB_NOT_FOUND)


def test_a_journal_that_cannot_be_used_is_a_problem(client: FlaskClient, tmp_path: Path) -> None:
    """Of the server, which says what is wrong and goes on answering."""
    (tmp_path / FILE_NAME).write_bytes(b"damaged" * 1000)
    response = client.put("/v1/documents/a", json={"text": "a"})
    assert "restore it" in problem(response, Code.NOT_STORED)["detail"]
    assert response.headers["Retry-After"]
    problem(client.get("/v1/jobs"), Code.NOT_STORED)
    assert client.get("/v1/ask?q=Who").status_code == 200
