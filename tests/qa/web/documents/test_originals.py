"""The file that a document was read from, over HTTP."""

import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.collection.catalog import Catalog
from qa.web import create_app
from qa.web.service import AppOptions
from tests.doubles import WordEncoder
from tests.index.parsers.samples import html, pdf
from tests.qa.web.helpers import HandMade

FILES = {
    "a.txt": b"Killy walks through the City.",
    "deep/b.pdf": pdf(["Cibo follows him through the City."]),
    "c.html": html(),
    "lines.jsonl": b'{"id": "one", "text": "The first line."}\n{"id": "two/original", "text": "The second line."}\nno JSON\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder that the index is built from; one file of it has a sidecar."""
    for name, content in FILES.items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "files" / "a.txt.toml").write_text('title = "A"')
    return tmp_path / "files"


@pytest.fixture
def reader(folder: Path, tmp_path: Path) -> FlaskClient:
    """A client of a server of that index; it must read a file to the end (buffered), so that the file is closed."""
    settings = IndexSettings(index=str(tmp_path / "index"), store="exact")
    build_index(folder, settings, WordEncoder())
    engine = HandMade()
    engine.catalog = Catalog(IndexDirectory(tmp_path / "index").open_current())  # type: ignore[assignment]
    return create_app(engine, AppOptions(feedback=tmp_path / "feedback.sqlite")).test_client()


@pytest.mark.parametrize(
    ("id", "name", "kind", "shown"),
    [
        ("a.txt", "a.txt", "text/plain", "inline"),
        ("deep/b.pdf", "deep/b.pdf", "application/pdf", "inline"),
        ("c.html", "c.html", "application/octet-stream", "attachment"),
        ("one", "lines.jsonl", "application/octet-stream", "attachment"),
    ],
)
def test_the_file_is_returned(reader: FlaskClient, id: str, name: str, kind: str, shown: str) -> None:
    """Byte by byte; what a browser could run is saved and not shown. A line of a file of many has the whole file."""
    response = reader.get(f"/v1/documents/{id}/original", buffered=True)
    assert (response.status_code, response.data) == (200, FILES[name])
    assert response.mimetype == kind
    assert response.headers["Content-Disposition"].split(";")[0] == shown
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Last-Modified" not in response.headers


def test_a_part_of_the_file(reader: FlaskClient) -> None:
    """A range is returned as such, and a client that has the file gets nothing."""
    whole = reader.get("/v1/documents/deep/b.pdf/original", buffered=True)
    part = reader.get("/v1/documents/deep/b.pdf/original", buffered=True, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.data) == (206, FILES["deep/b.pdf"][5:10])
    beyond = reader.get("/v1/documents/deep/b.pdf/original", buffered=True, headers={"Range": "bytes=99999-"})
    assert (beyond.status_code, beyond.data) == (200, FILES["deep/b.pdf"])
    again = reader.get(
        "/v1/documents/deep/b.pdf/original", buffered=True, headers={"If-None-Match": whole.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def _change(path: Path) -> None:
    path.write_bytes(b"Another text.")


def _change_sidecar(path: Path) -> None:
    path.with_name("a.txt.toml").write_text('title = "B"')


def _link_outwards(path: Path) -> None:
    outside = path.parents[1] / "secret.txt"
    outside.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(outside)


def _make_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_change, "was changed"),
        (_change_sidecar, "was changed"),
        (Path.unlink, "is not there any more"),
        (_link_outwards, "leads out of the folder"),
        (_make_pipe, "was changed"),
    ],
)
def test_another_file_is_never_returned(reader: FlaskClient, folder: Path, change: object, reason: str) -> None:
    """Neither one that differs from what was indexed nor one outside of the folder, whatever was put in its place."""
    assert callable(change)
    change(folder / "a.txt")
    response = reader.get("/v1/documents/a.txt/original", buffered=True)
    assert (response.status_code, response.json and response.json["code"]) == (404, "original_not_found")
    assert reason in response.get_json()["detail"]


def test_a_document_whose_id_ends_like_the_route(reader: FlaskClient) -> None:
    """It is returned as a document, as before there was this route, and has an original of its own."""
    assert reader.get("/v1/documents/two/original", buffered=True).get_json()["text"] == "The second line."
    assert reader.get("/v1/documents/two/original/original", buffered=True).data == FILES["lines.jsonl"]


def test_no_document(reader: FlaskClient, client: FlaskClient) -> None:
    """An id that is not indexed is said to be unknown; a document without a file says why it has none."""
    assert reader.get("/v1/documents/none/original", buffered=True).get_json()["code"] == "document_not_found"
    detail = client.get("/v1/documents/folder/blame.txt/original").get_json()["detail"]
    assert "was written over HTTP, or its file is not known" in detail


def test_the_page_links_the_original(reader: FlaskClient, folder: Path) -> None:
    """As long as there is one."""
    link = '<a href="/v1/documents/deep/b.pdf/original">Open the original</a>'
    assert link in reader.get("/documents/deep/b.pdf").text
    (folder / "deep" / "b.pdf").unlink()
    assert link not in reader.get("/documents/deep/b.pdf").text


def test_a_key_is_needed_as_for_the_document(folder: Path, tmp_path: Path) -> None:
    """The file shows no less than the text."""
    options = AppOptions(feedback=tmp_path / "feedback.sqlite", admin_key="the key", key_needed=True)
    assert create_app(HandMade(), options).test_client().get("/v1/documents/a.txt/original").status_code == 401
