"""Failures are a page for browsers and a problem for programs."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from qa.messages import ENGLISH
from qa.web.errors.pages import find_root, prefers_page, read_head
from qa.web.errors.problems import MEDIA_TYPE, Code, ProblemError
from qa.web.service import Service
from tests.qa.web.helpers import HandMade
from tests.qa.web.server.process import raw, ready

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
FAILURES = [("/documents/none.txt", 404), ("/nothing", 404), (f"/?q={'x' * 1001}", 422)]


@pytest.mark.parametrize(("url", "status"), FAILURES)
def test_a_browser_gets_a_page(client: FlaskClient, url: str, status: int) -> None:
    """It says what is wrong and leads back, below a prefix too; its links are served."""
    page = client.get(url, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "Accept" in page.headers["Vary"] and page.headers["Cache-Control"] == "no-store"
    problem = client.get(url).get_json()
    assert ENGLISH(f"error.{problem['code']}") in page.text and problem["code"] in page.text
    assert problem["detail"] in unescape(page.text)
    links = re.findall(r'(?:href)="([^"]*)"', page.text)
    assert len(links) == 5 and all(client.get(link).status_code == 200 for link in links)
    below = client.get(url, headers=BROWSER, environ_overrides={"SCRIPT_NAME": "/x"})
    assert 'href="/x/static/base.css"' in below.text


@pytest.mark.parametrize(("url", "status"), FAILURES)
@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "application/problem+json, text/html;q=0.5"])
def test_a_program_gets_the_problem(client: FlaskClient, url: str, status: int, accept: str | None) -> None:
    """Also if it takes anything."""
    response = client.get(url, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.mimetype) == (status, MEDIA_TYPE)


def test_the_api_always_answers_with_a_problem(client: FlaskClient) -> None:
    """Whatever a client says that it takes."""
    assert client.get("/v1/documents/none", headers=BROWSER).mimetype == MEDIA_TYPE


def test_a_failure_without_words_of_its_own_has_the_title_of_the_problem(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the language of the visitor as far as there are words."""

    def fail(*_: object) -> None:
        raise ProblemError(Code.NOT_KEPT, "The disk is full.")

    monkeypatch.setattr(Service, "ask", fail)
    page = client.get("/?q=Who", headers=BROWSER | {"Accept-Language": "de"}).text
    assert f"<h1>{Code.NOT_KEPT.title}</h1>" in page and "The disk is full." in page
    assert '<html lang="de" dir="ltr">' in page and "Eine Frage stellen" in page


def test_what_a_visitor_wrote_is_shown_and_not_run(client: FlaskClient) -> None:
    """A page of an error quotes the path."""
    page = client.get("/<script>alert(1)</script>", headers=BROWSER).text
    assert "<script" not in page and "&lt;script&gt;" in page


def test_an_overloaded_server_says_when_to_try_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, engine: HandMade
) -> None:
    """In words, with the header that programs read."""

    def refuse(*_: object) -> None:
        raise ProblemError(Code.OVERLOADED, "Too many questions are waiting.", headers={"Retry-After": "3"})

    monkeypatch.setattr(Service, "ask", refuse)
    page = client.get("/?q=Who", headers=BROWSER)
    assert (page.status_code, page.headers["Retry-After"], engine.asked) == (503, "3", [])
    assert "Wait 3 s" in page.text


@pytest.mark.slow
def test_a_request_that_never_reaches_the_application_has_a_page_too() -> None:
    """A URL that is too long, with and without its headers, and a body that is too large."""
    accept = f"Accept: {BROWSER['Accept']}\r\n"
    large = f"POST /sign-in HTTP/1.1\r\nHost: a\r\n{accept}Content-Length: 9999999\r\n\r\n"
    with ready() as (_, port):
        for length, status in ((33_000, 414), (60_000, 414)):
            request = f"GET /?q={'x' * length} HTTP/1.1\r\nHost: a\r\n{accept}\r\n"
            response, body = raw(port, request.encode())
            assert (response.status, response.headers.get_content_type()) == (status, "text/html")
            assert b'href="./static/base.css"' in body
        response, body = raw(port, large.encode())
        assert response.status == 413 and b"<h1>The body is too large</h1>" in body
        program, _ = raw(port, f"GET /?q={'x' * 33_000} HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n".encode())
        assert program.headers.get_content_type() == MEDIA_TYPE


@pytest.mark.parametrize(
    ("path", "root"), [("/", "./"), ("/docs", "./"), ("/documents/a/b%2Fc", "../../"), ("//", "../")]
)
def test_the_first_page_is_found_from_every_path(path: str, root: str) -> None:
    """By a relative link, because the prefix of a proxy is not known before the request is read."""
    assert find_root(path) == root


def test_a_head_that_was_cut_off_is_taken_for_a_browser_if_it_asks_for_a_page() -> None:
    """Of the API it never is."""
    assert prefers_page(*read_head(b"GET /?q=" + b"x" * 99))
    assert not prefers_page(*read_head(b"GET /v1/ask?q=" + b"x" * 99))
    assert not prefers_page(*read_head(b"\x16\x03\x01"))
    assert not prefers_page(*read_head(b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"))
