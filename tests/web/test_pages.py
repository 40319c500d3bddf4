"""The pages answer without a script and escape whatever they show."""

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from qa.phrases import certainty
from qa.web.problems import Code
from tests.web.hand_made import DOCUMENT, SENTENCE, TEXT, HandMade

PAGES = ["/", "/?q=Who", "/?q=the+capital", "/?q=perhaps", f"/documents/{DOCUMENT}", "/docs"]


@pytest.mark.parametrize("url", PAGES)
def test_pages_hold_no_script_and_load_nothing(client: FlaskClient, url: str) -> None:
    """Neither script nor inline style nor anything from elsewhere."""
    page = client.get(url)
    assert page.content_type == "text/html; charset=utf-8"
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", page.text)


@pytest.mark.parametrize("url", PAGES)
def test_every_link_of_a_page_leads_somewhere(client: FlaskClient, url: str) -> None:
    """Each link and the style sheet are served, and each anchor is there."""
    for link in re.findall(r'(?:href|action)="(?!data:)([^"]*)"', client.get(url).text):
        path, _, anchor = unescape(link).partition("#")
        with client.get(path or url) as target:
            assert target.status_code == 200, link
            assert not anchor or f'id="{anchor}"' in target.get_data(as_text=True), link


def test_an_empty_question_is_the_first_page(client: FlaskClient, engine: HandMade) -> None:
    """A form sent empty, or a link with other parameters, asks nothing."""
    for url in ("/?q=", "/?q=+++", "/?utm_source=x"):
        assert "welcome" in client.get(url).text
    assert not engine.asked


def test_the_answer_is_shown_with_its_evidence_marked(client: FlaskClient) -> None:
    """Answer, status and confidence in words, and the sentence marked in its passage."""
    page = unescape(client.get("/?q=Who").text)
    assert "The texts say" in page
    assert "almost certain (97\N{NO-BREAK SPACE}%)" in page
    assert f"<mark>{TEXT[SENTENCE.start : SENTENCE.end]}</mark>" in page


def test_unsure_says_what_was_searched_and_why(client: FlaskClient) -> None:
    """What was searched is shown where it differs from the question."""
    page = client.get("/?q=perhaps").text
    assert "perhaps (Blame! film)" in page
    assert "Perhaps this" in page and "close enough" in page
    assert "Searched as" not in client.get("/?q=Who").text


def test_not_found_quotes_nothing(client: FlaskClient) -> None:
    """There is no answer to quote and none to mark, only the closest passages."""
    page = client.get("/?q=the+capital").text
    assert "Not in these texts" in page
    assert "<blockquote" not in page and "<mark>" not in page


def test_a_failed_leg_is_admitted(client: FlaskClient, engine: HandMade) -> None:
    """``degraded`` is shown, not hidden."""
    engine.degraded = ("dense",)
    assert "One way of searching failed (dense)" in client.get("/?q=Who").text


@pytest.mark.parametrize("url", ["/?q=%3Cscript%3Ealert(2)%3C/script%3E%22%3E'", f"/documents/{DOCUMENT}"])
def test_markup_is_shown_and_not_run(client: FlaskClient, url: str) -> None:
    """Question, title and text may hold markup; the page shows its characters."""
    page = client.get(url).text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Blame! &lt;script&gt;" in page


def test_a_document_is_shown_whole(client: FlaskClient) -> None:
    """What lies between the passages is shown as well."""
    article = re.search(r"<article[^>]*>(.*)</article>", client.get(f"/documents/{DOCUMENT}").text, re.DOTALL)
    assert article
    assert unescape(re.sub(r"<[^>]+>", "", article[1])) == TEXT


def test_every_code_stands_in_the_docs(client: FlaskClient) -> None:
    """``type`` of a problem leads to its row."""
    page = client.get("/docs").text
    assert all(f'id="{code.word}"' in page for code in Code)


@pytest.mark.parametrize(("probability", "words"), [(1.0, "almost certain"), (0.8, "likely"), (0.0, "unlikely")])
def test_certainty(probability: float, words: str) -> None:
    """Both ends of the scale have words."""
    assert certainty(probability).startswith(words)
