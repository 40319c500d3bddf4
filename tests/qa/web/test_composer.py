"""The box for the question: its completions, and what it offers to whom."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.access.keys import KeyStore
from qa.web.pages.site import Site
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, HandMade


def make_client(folder: Path, **options: object) -> FlaskClient:
    return create_app(HandMade(), AppOptions(feedback=folder / "f", **options)).test_client()  # type: ignore[arg-type]


@pytest.mark.parametrize(("scopes", "offers"), [(["ask"], False), (["ask", "write"], True), (["admin"], True)])
def test_only_who_may_write_is_offered_to_add_files(tmp_path: Path, scopes: list[str], offers: bool) -> None:
    """By the key in the cookie, and if the server has a folder to write to."""
    keys = KeyStore(tmp_path / "keys")
    key = keys.add_key("visitor", scopes)
    for index in (None, tmp_path):
        client = make_client(tmp_path, keys=tmp_path / "keys", index=index)
        client.set_cookie("netsphere_key", key)
        assert ('id="add-file"' in client.get("/").text) == (offers and index is not None)
        assert ('id="add-file"' in client.get("/?q=Who").text) == (offers and index is not None)


@pytest.mark.parametrize("speech", [False, True])
def test_the_microphone_is_for_one_page_of_a_server_that_allows_it(tmp_path: Path, speech: bool) -> None:
    """All other pages, and all pages of other servers, may not use it."""
    client = make_client(tmp_path, site=Site(speech=speech))
    for url in ("/", "/?q=Who"):
        assert ("microphone=(self)" in client.get(url).headers["Permissions-Policy"]) == speech
        assert ('id="speak"' in client.get(url).text) == speech
    for url in ("/docs", f"/documents/{DOCUMENT}", "/shared", "/static/chat.js"):
        assert "microphone=()" in client.get(url).headers["Permissions-Policy"]


def test_completions_are_for_who_may_ask(tmp_path: Path) -> None:
    """They are titles of documents."""
    KeyStore(tmp_path / "keys").add_key("visitor", ["ask"])
    client = make_client(tmp_path, keys=tmp_path / "keys")
    assert client.get("/completions?q=blame").status_code == 401


def test_typing_does_not_use_up_the_questions(tmp_path: Path) -> None:
    """Completions have a limit of their own, which is ten times as high."""
    client = make_client(tmp_path, rate_limit=2)
    assert [client.get("/completions?q=blame").status_code for _ in range(21)] == [200] * 20 + [429]
    assert [client.get("/?q=Who").status_code for _ in range(3)] == [200, 200, 429]
