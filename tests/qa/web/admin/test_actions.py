"""The forms of the administration change documents and generations, and only those of this site do."""

import io
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from index.errors import BuildError, StoreError
from index.generation.directory import IndexDirectory
from index.writes.batches import BatchQueue
from index.writes.journal import Journal
from qa.web import create_app
from qa.web.access.authorization import COOKIE
from qa.web.errors.problems import Code
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, HandMade
from tests.qa.web.shape import problem
from tests.qa.web.test_api_document import hold_a_document

FORMS = ["documents", f"documents/replace?id={DOCUMENT}", f"documents/remove?id={DOCUMENT}", "builds/publish",
         "builds/roll-back", "builds/rebuild"]  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An index folder of a folder of texts, with one generation that is served and one that is held."""
    return hold_a_document(tmp_path)


@pytest.fixture
def app(tmp_path: Path, root: Path) -> Flask:
    """The application over that folder."""
    return create_app(HandMade(), AppOptions(feedback=tmp_path / "f.sqlite", admin_key="the key", index=root))


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """An administrator, who has signed in."""
    client = app.test_client()
    client.set_cookie(COOKIE, "the key")
    return client


def send(client: FlaskClient, form: str, **fields: object) -> str:
    """Send a form and return where it leads."""
    reply = client.post(f"/admin/{form}", data=fields)
    assert reply.status_code == 303, reply.text
    return reply.headers["Location"]


def waiting(root: Path) -> dict[str, object]:
    """Return what waits to be built by its id: the extension of a file, or None for a removal."""
    queue = BatchQueue(Journal(root))
    batch = queue.start()
    files: dict[str, object] = {one.id: one.extension for one in queue.list_uploads(batch)}
    written = {name: "document" if found else None for name, found in queue.read_overrides(batch).items()}
    return {**written, **files}


def current(root: Path) -> str:
    return IndexDirectory(root).require_current()


def test_files_are_added(admin: FlaskClient, root: Path) -> None:
    """Several at once, each under its name."""
    files = [(io.BytesIO(b"# One"), "one.md"), (io.BytesIO(b"Two."), "two.txt")]
    assert send(admin, "documents", file=files) == "/admin/documents?done=added"
    assert {"one.md": ".md", "two.txt": ".txt"}.items() <= waiting(root).items()
    assert "received" in admin.get("/admin/documents?done=added").text


def test_a_document_is_replaced_by_a_file_of_any_name_and_format(admin: FlaskClient, root: Path) -> None:
    """It keeps its id, and the parser is that of the file."""
    to = send(admin, f"documents/replace?id={DOCUMENT}", file=(io.BytesIO(b"# New"), "other name.md"))
    assert to == "/admin/documents?done=replaced"
    assert waiting(root)[DOCUMENT] == ".md"


def test_a_document_is_removed(admin: FlaskClient, root: Path) -> None:
    """After a page has asked, which changes nothing."""
    assert admin.get(f"/admin/documents/remove?id={DOCUMENT}").status_code == 200
    assert DOCUMENT not in waiting(root)
    assert send(admin, f"documents/remove?id={DOCUMENT}") == "/admin/documents?done=removed"
    assert waiting(root)[DOCUMENT] is None


def test_what_is_held_is_published_and_rolled_back(admin: FlaskClient, root: Path) -> None:
    """As the commands do it: after a rollback later builds are held."""
    old, new = IndexDirectory(root).list_generations()
    assert send(admin, "builds/publish", job="1") == "/admin/builds?done=published"
    assert current(root) == new
    problem(admin.post("/admin/builds/publish", data={"job": "1"}), Code.NOT_HELD)
    assert send(admin, "builds/roll-back", to=old) == "/admin/builds?done=rolled_back"
    assert current(root) == old
    assert "An earlier version was chosen" in admin.get("/admin/builds").text
    send(admin, "builds/roll-back", to=new)
    assert (current(root), "An earlier version was chosen" in admin.get("/admin/builds").text) == (new, False)


def test_an_unknown_generation_changes_nothing(admin: FlaskClient, root: Path) -> None:
    """It was pruned, or never was."""
    old = current(root)
    assert (
        "000009-00000000"
        in problem(admin.post("/admin/builds/roll-back", data={"to": "000009-00000000"}), Code.NOT_HELD)["detail"]
    )
    assert admin.post("/admin/builds/roll-back", data={"to": "../x"}).status_code == 422
    assert current(root) == old


@pytest.mark.parametrize("error", [OSError("read-only"), BuildError("locked"), StoreError("the database is down")])
def test_a_folder_that_refuses_is_no_error_of_the_server(
    admin: FlaskClient, root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """What it says is shown, and the same version is served."""
    old = current(root)

    def refuse(*_: object) -> str:
        raise error

    monkeypatch.setattr("qa.web.documents.writer.roll_back", refuse)
    response = admin.post("/admin/builds/roll-back", data={"to": "000001-00000000"})
    assert response.status_code < 500 or response.status_code == 503
    assert str(error).lower() in response.text.lower()
    assert current(root) == old


def test_the_folder_is_read_again(admin: FlaskClient, root: Path) -> None:
    """By a job without documents; not if the folder is gone."""
    assert send(admin, "builds/rebuild") == "/admin/builds?done=rebuilding"
    queue = BatchQueue(Journal(root))
    assert queue.needs_files(queue.start(), None)
    assert "folder read again" in admin.get("/admin/builds").text
    (root.parent / "texts" / "a.txt").unlink()
    (root.parent / "texts").rmdir()
    problem(admin.post("/admin/builds/rebuild"), Code.NOT_STORED)
    assert "is not on this machine" in admin.get("/admin/builds").text


@pytest.mark.parametrize("form", FORMS)
def test_no_other_site_and_no_link_changes_anything(admin: FlaskClient, root: Path, form: str) -> None:
    """A form of another site is refused though the browser sends the cookie; a link only shows a page."""
    before = Journal(root).list_jobs(9)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        problem(admin.post(f"/admin/{form}", data={"job": "1"}, headers=headers), Code.CROSS_SITE)
    assert admin.get(f"/admin/{form}").status_code in {200, 405}
    assert Journal(root).list_jobs(9) == before


@pytest.mark.parametrize("name", ["generations", "rollback", "rebuild"])
def test_programs_do_the_same(admin: FlaskClient, root: Path, name: str) -> None:
    """The routes below /v1 return what is kept, or a job."""
    old, new = IndexDirectory(root).list_generations()
    if name == "rebuild":
        reply = admin.post("/v1/rebuild")
        assert (reply.status_code, reply.get_json()["state"], reply.get_json()["documents"]) == (202, "queued", 0)
        return
    if name == "rollback":
        problem(admin.post("/v1/rollback"), Code.NOT_HELD)  # there is none before the first
        assert admin.post(f"/v1/rollback?to={new}").get_json()["generations"][0]["served"]
        return
    listed = admin.get("/v1/generations").get_json()
    kept = [(one["generation"], one["served"], one["documents"]) for one in listed["generations"]]
    assert (kept, listed["rolled_back"]) == ([(new, False, 2), (old, True, 1)], False)


def test_a_damaged_generation_is_listed_without_counts(admin: FlaskClient, root: Path) -> None:
    """And cannot be chosen on the page."""
    new = IndexDirectory(root).list_generations()[1]
    (root / new / "manifest.json").write_text("{}", encoding="utf-8")
    assert admin.get("/v1/generations").get_json()["generations"][0] == {
        "generation": new, "served": False, "built_at": None, "documents": None, "passages": None, "units": None,
        "problems": None,
    }  # fmt: skip
    page = admin.get("/admin/builds").text
    assert "cannot be read" in page and f'value="{new}"' not in page
