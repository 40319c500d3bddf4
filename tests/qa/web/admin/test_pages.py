"""The pages for administrators show what the stores have, to administrators only, and lead to the documents."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from qa.web import create_app
from qa.web.access.authorization import COOKIE
from qa.web.access.keys import KeyStore
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, TEXT, HandMade
from tests.qa.web.test_api_document import hold_a_document

PAGES = ["/admin", "/admin/feedback", "/admin/questions", "/admin/documents", "/admin/builds"]
PAGE_OF_REMOVAL = f"/admin/documents/remove?id={DOCUMENT}"
PASSAGE = f"{DOCUMENT}#22-{len(TEXT)}"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """The application over an index folder with a generation that is held, which keeps questions."""
    options = AppOptions(
        feedback=tmp_path / "feedback.sqlite",
        keys=tmp_path / "keys.sqlite",
        admin_key="the key",
        index=hold_a_document(tmp_path),
        keep_questions=30,
    )
    return create_app(HandMade(), options)


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """An administrator, who has signed in."""
    client = app.test_client()
    client.set_cookie(COOKIE, "the key")
    return client


def read(client: FlaskClient, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.text
    return unescape(response.text)


def judge(client: FlaskClient, question: str, verdict: str, **more: object) -> None:
    body = {"question": question, "passage": PASSAGE, "verdict": verdict} | more
    assert client.post("/v1/feedback", json=body).status_code == 200


@pytest.mark.parametrize("url", [*PAGES, PAGE_OF_REMOVAL])
def test_the_pages_lead_to_the_form_without_a_key_of_an_administrator(
    client: FlaskClient, tmp_path: Path, url: str
) -> None:
    """Also with a key that allows less; and no page of a visitor links to them."""
    for key in ("", KeyStore(tmp_path / "keys.sqlite").add_key("writer", ["ask", "write"])):
        client.set_cookie(COOKIE, key)
        reply = client.get(url)
        assert (reply.status_code, reply.headers["Location"].startswith("/sign-in?next=")) == (303, True)
        assert "/admin" not in client.get("/").text


def test_an_administrator_is_led_there(admin: FlaskClient) -> None:
    """From each page by the navigation."""
    assert '<a href="/admin">Administration</a>' in read(admin, "/")


@pytest.mark.parametrize("url", [*PAGES, PAGE_OF_REMOVAL])
def test_every_link_of_a_page_leads_somewhere(admin: FlaskClient, url: str) -> None:
    """Pages, files and documents are served; nothing is inline, and nothing is loaded from elsewhere."""
    judge(admin, "Who?", "right", about="answer", answer="Hiroyuki Seshita")
    admin.get("/v1/ask?q=the+capital")
    admin.get("/v1/ask?q=Who")
    page = admin.get(url).text
    assert not re.search(r"<style|\sstyle=|\son\w+=|https?://|<script(?! type=\"module\" src=\"/static/)", page)
    for link in re.findall(r'(?:href|src)="([^"]*)"', page):
        with admin.get(unescape(link).partition("#")[0] or url) as target:
            assert target.status_code == 200, link


def test_feedback_is_listed_with_its_question_words_and_passage(admin: FlaskClient) -> None:
    """Newest first, and the passage leads to its place."""
    judge(admin, "Who?", "right")
    judge(
        admin, "Who <b>directed</b>?", "wrong", about="answer", answer="<i>Nobody</i>", history=[{"question": "What?"}]
    )
    text = admin.get("/admin/feedback").text
    assert "<b>directed</b>" not in text and "<i>Nobody</i>" not in text
    page = unescape(text)
    assert page.index("Who <b>directed</b>?") < page.index("Who?")
    assert (
        "Wrong answer" in page and "Right passage" in page and "<i>Nobody</i>" in page and "Asked after: What?" in page
    )
    assert f'href="/documents/{DOCUMENT}?at=22-{len(TEXT)}' in page


@pytest.mark.parametrize(
    ("query", "questions"),
    [
        ("", ["Why?", "What 5%?", "Who?"]),
        ("verdict=wrong", ["Why?", "What 5%?"]),
        ("about=answer&verdict=wrong", ["Why?"]),
        ("text=5%25", ["What 5%?"]),
        ("text=_hy", []),
        ("text=nobody", ["Why?"]),
        ("text=seshita", ["Why?", "What 5%?", "Who?"]),
        ("since=2999-01-01", []),
        ("until=2020-01-01", []),
        ("verdict=&about=&text=&since=&until=&page=1", ["Why?", "What 5%?", "Who?"]),
        ("page=2", []),
    ],
)
def test_filters_choose_verdicts(admin: FlaskClient, query: str, questions: list[str]) -> None:
    """By what they say, what they are about, a text that is in them, and their day."""
    judge(admin, "Who?", "right", id="1")
    judge(admin, "What 5%?", "wrong", id="2")
    judge(admin, "Why?", "wrong", id="3", about="answer", answer="Nobody")
    found = re.findall(r'<h2 dir="auto">(.*?)</h2>', read(admin, f"/admin/feedback?{query}"))
    assert sorted(found) == sorted(questions)


def test_unanswered_questions_are_grouped_with_what_the_documents_lack(admin: FlaskClient) -> None:
    """How often each group was asked, words that no document has, and what answers."""
    for question in ("capital of France", "capital of Spain", "Who?"):
        admin.get("/v1/ask", query_string={"q": question})
    page = read(admin, "/admin/questions")
    assert "1 more like it" in page
    assert '<span dir="auto">france</span>' in page and '<span dir="auto">film</span>' not in page
    assert page.count(f'href="/documents/{DOCUMENT}') == 2  # the document, and its passage


def test_without_the_setting_the_page_says_how_to_keep_questions(tmp_path: Path) -> None:
    """The overview says so, too."""
    client = create_app(HandMade(), AppOptions(feedback=tmp_path / "f.sqlite", admin_key="the key")).test_client()
    client.set_cookie(COOKIE, "the key")
    client.get("/v1/ask?q=the+capital")
    assert "--keep-questions 90" in read(client, "/admin/questions")
    assert "not kept" in read(client, "/admin")


def test_builds_show_what_is_served_and_what_is_held(admin: FlaskClient) -> None:
    """With what the held version changes, and when it was built."""
    page = read(admin, "/admin/builds")
    assert "Documents: 1 added, 0 changed, 0 removed." in page
    assert re.search(r"000001-\w{8}</code></td>.*?served</span>", page, re.DOTALL)
    assert "000002-" in page and "Publish" in page
    assert "waits to be published" in read(admin, "/admin")


def test_documents_are_found_by_their_names(admin: FlaskClient) -> None:
    """The characters of patterns stand for themselves."""
    assert "Blame!" in read(admin, "/admin/documents?text=blame")
    for text in ("nothing", "*", "[b]lame", "?"):
        assert "No document matches." in read(admin, f"/admin/documents?text={text}"), text


def test_a_server_without_an_index_folder_shows_what_it_can(tmp_path: Path) -> None:
    """Nothing can be added, removed or built there."""
    client = create_app(HandMade(), AppOptions(feedback=tmp_path / "f.sqlite", admin_key="the key")).test_client()
    client.set_cookie(COOKIE, "the key")
    for url in PAGES:
        page = read(client, url)
        assert 'enctype="multipart/form-data"' not in page
