"""Writing many documents at once: all of them or none."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from index.types import Document
from index.writes.journal import Journal
from qa.web.documents import bulk
from qa.web.errors.problems import MAX_ERRORS, Code
from tests.qa.web.shape import problem

Waiting = Callable[[], dict[str, Any]]
NDJSON = "application/x-ndjson"


def lines(*rows: object) -> bytes:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()


def test_lines_write_and_remove(client: FlaskClient, waiting: Waiting) -> None:
    """Blank lines are skipped, a mark at the start is ignored, and of two lines with one id the later counts."""
    rows = [{"id": "a", "text": "one"}, "", {"id": "b", "title": "B", "text": "x", "metadata": {"y": 1}}]
    body = b"\xef\xbb\xbf" + lines(*rows, {"id": "c", "delete": True}, {"id": "a", "text": "two"}) + b"\r\n"
    response = client.post("/v1/documents", data=body, content_type=NDJSON)
    assert response.status_code == 202, response.text
    assert response.json["documents"] == 4
    assert waiting() == {"a": Document("a", "two"), "b": Document("b", "x", "B", {"y": 1}), "c": None}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "should be an object"),
        ('{"id": "a"}', "text is missing"),
        ('{"text": "a"}', "id is missing"),
        ('{"id": "a", "text": "a", "text": "b"}', "repeated"),
        ('{"id": "a", "delete": false}', "delete"),
        ('{"id": "a", "delete": true, "text": "b"}', "text is not known"),
        ('{"id": "../a", "text": "b"}', "should not have . or .."),
        ('{"id": "a", "text": "b", "metadata": {"x": NaN}}', "NaN"),
        ("\ud800", "not JSON in UTF-8"),
    ],
)
def test_a_bad_line_is_named(client: FlaskClient, journal: Journal, line: str, words: str) -> None:
    """And nothing of the others is stored."""
    body = lines({"id": "x", "text": "fine"}, "").decode() + "\n" + line
    response = client.post("/v1/documents", data=body.encode("utf-8", "surrogatepass"), content_type=NDJSON)
    found = problem(response, Code.INVALID_LINE)
    assert found["detail"].startswith("line 3: ")
    assert words in found["detail"]
    assert found["errors"][0]["field"] == "line 3"
    assert journal.list_jobs(1) == []


def test_many_bad_lines_do_not_make_a_long_response(client: FlaskClient) -> None:
    """The first ones are named."""
    response = client.post("/v1/documents", data=b"{\n" * 1000, content_type=NDJSON)
    assert len(problem(response, Code.INVALID_LINE)["errors"]) == MAX_ERRORS


def upload(client: FlaskClient, *files: tuple[str, bytes, str], **fields: str) -> Any:  # noqa: ANN401
    data = {"file": [(BytesIO(content), name, kind) for name, content, kind in files], **fields}
    return client.post("/v1/documents", data=data, content_type="multipart/form-data")


def test_files_wait_for_their_parsers(client: FlaskClient, waiting: Waiting) -> None:
    """The name is the id; its extension decides, and else the media type."""
    kind = "application/octet-stream"
    files = [("a/b.md", b"# A", kind), ("c", b"text", "text/plain"), ("d.jsonl", b"{}", "text/plain")]
    response = upload(client, *files, ("e.html", b"x" * 6_000, kind))
    assert response.status_code == 202, response.text
    assert waiting() == {
        "a/b.md": (".md", b"# A"), "c": (".txt", b"text"), "d.jsonl": (".jsonl", b"{}"), "e.html": (".html", b"x" * 6_000),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("files", "fields", "code", "words"),
    [
        ([("a.doc", b"x", "x/y")], {}, Code.UNSUPPORTED_MEDIA_TYPE, "'a.doc'"),
        ([("a.md", b"", "x/y")], {}, Code.MISSING_FIELD, "'a.md' is empty"),
        ([("../a.md", b"x", "x/y")], {}, Code.INVALID_TEXT, "id should not have"),
        ([("a.md", b"x", "x/y")], {"title": "A"}, Code.UNKNOWN_FIELD, "'title' is not a file"),
        ([], {}, Code.MISSING_FIELD, "names no document"),
    ],
)
def test_a_bad_file_is_named(  # noqa: PLR0913
    client: FlaskClient,
    journal: Journal,
    files: list[tuple[str, bytes, str]],
    fields: dict[str, str],
    code: Code,
    words: str,
) -> None:
    """And nothing of the others is stored."""
    found = problem(upload(client, ("fine.md", b"x", "x/y"), *files, **fields) if files else upload(client), code)
    assert words in found["detail"]
    assert journal.list_jobs(1) == []


# werkzeug leaves the files before the last one to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_too_many_files_are_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the number that is allowed."""
    monkeypatch.setattr(bulk, "MAX_FILES", 3)
    response = upload(client, *[(f"{number}.md", b"x", "x/y") for number in range(4)])
    assert "3 files" in problem(response, Code.BODY_TOO_LARGE)["detail"]


@pytest.mark.parametrize(
    "kind", [NDJSON, "multipart/form-data", "multipart/form-data; boundary=x", "application/json", None]
)
def test_a_body_that_names_nothing_is_refused(client: FlaskClient, kind: str | None) -> None:
    """Of another type, without a boundary, or empty."""
    response = client.post("/v1/documents", data=b"", content_type=kind)
    assert response.status_code in {415, 422}
    assert response.json["code"] in {"unsupported_media_type", "missing_field"}
