"""The name, the language and the look of the pages."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa.web.app import create_app, service_of
from qa.web.pages.site import LANGUAGE_COOKIE, Site
from qa.web.service import AppOptions
from tests.qa.web.helpers import SENTENCE, TEXT, HandMade


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de-AT,de;q=0.9", "Antwort"),
        ("ja", "答え"),
        ("fr, en;q=0.5", "Answer"),
        ("en-US,ja;q=0.5", "Answer"),
        ("en;q=0, ja", "答え"),
    ],
)
def test_the_page_is_in_the_language_of_the_browser(client: FlaskClient, language: str, words: str) -> None:
    """As far as there is a catalog; the document stays as it is."""
    page = client.get("/?q=Who", headers={"Accept-Language": language})
    assert f'<h3 class="status">{words}</h3>' in page.text
    assert TEXT[SENTENCE.start : SENTENCE.end] in re.sub("</?mark>", "", page.text)
    assert {"Accept-Language", "Cookie"} <= set(page.vary)


def test_a_visitor_or_an_operator_chooses_the_language(engine: HandMade) -> None:
    """The visitor's choice, which a cookie keeps, counts more than the setting, and that more than the browser."""
    app = create_app(engine, AppOptions(site=Site("Harbour office", "ja")))
    with closing(service_of(app)):
        client = app.test_client()
        page = client.get("/", headers={"Accept-Language": "de"}).text
        assert '<html lang="ja"' in page and "Harbour office</title>" in page
        client.set_cookie(LANGUAGE_COOKIE, "de")
        assert '<html lang="de"' in client.get("/").text
        client.set_cookie(LANGUAGE_COOKIE, "../en")
        assert '<html lang="ja"' in client.get("/").text


def test_a_theme_replaces_the_logo_and_adds_a_style_sheet(engine: HandMade, tmp_path: Path) -> None:
    """Nothing else of its folder is served."""
    for name in ("theme.css", "logo.svg", "base.css", "secret.txt"):
        (tmp_path / name).write_text(f"of the theme: {name}", encoding="utf-8")
    app = create_app(engine, AppOptions(site=Site(theme=tmp_path)))
    with closing(service_of(app)):
        client = app.test_client()
        sheets = re.findall(r'<link rel="stylesheet" href="/static/([\w.]+)', client.get("/").text)
        assert (sheets[0], sheets[-1]) == ("base.css", "theme.css")
        found = {name: client.get(f"/static/{name}") for name in ("theme.css", "logo.svg", "base.css", "secret.txt")}
    assert [response.status_code for response in found.values()] == [200, 200, 200, 404]
    assert found["theme.css"].text == "of the theme: theme.css" and found["logo.svg"].text == "of the theme: logo.svg"
    assert found["logo.svg"].mimetype == "image/svg+xml" and "of the theme" not in found["base.css"].text


def test_a_style_sheet_that_comes_later_waits_for_the_next_start(engine: HandMade, tmp_path: Path) -> None:
    """It breaks no page, and one that goes is served on."""
    (tmp_path / "logo.svg").write_text("<svg/>", encoding="utf-8")
    app = create_app(engine, AppOptions(site=Site(theme=tmp_path)))
    with closing(service_of(app)):
        client = app.test_client()
        assert "theme.css" not in client.get("/").text
        (tmp_path / "theme.css").write_text(":root {}", encoding="utf-8")
        (tmp_path / "logo.svg").unlink()
        page = client.get("/")
        assert page.status_code == 200 and "theme.css" not in page.text
        assert client.get("/static/logo.svg").text == "<svg/>"
