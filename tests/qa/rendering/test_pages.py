"""Markdown and HTML in the page, as the server sends it, with a real index."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from index.types import Span
from qa.engine import Engine
from qa.rendering.markdown import MarkdownText
from qa.rendering.source_map import get_visible_text
from qa.types import Answer
from qa.web import create_app
from qa.web.service import AppOptions
from tests.qa.rendering.folder import GUIDE
from tests.qa.rendering.page import Page, words

MASTER, BERTH, STAY = "Who is the harbour master?", "How do I book a berth?", "How long may a boat stay?"


@pytest.fixture
def client(harbour: Engine, tmp_path: Path) -> FlaskClient:
    """A visitor of the page."""
    return create_app(harbour, AppOptions(feedback=tmp_path / "feedback.sqlite")).test_client()


def find_all(tag: str, attributes: str, page: str) -> list[str]:
    """Return the content of each element of this kind."""
    return re.findall(rf"<{tag} {attributes}[^>]*>(.*?)</{tag}>", page, re.DOTALL)


def find_passages(page: str) -> dict[str, str]:
    """Return the HTML of each passage by its id."""
    return dict(
        re.findall(r'data-passage="([^"]*)".*?<div class="text rendered" dir="auto">(.*?)</div>\n', page, re.DOTALL)
    )


@pytest.mark.parametrize("question", [MASTER, BERTH, STAY])
def test_an_answer_shows_no_markup(client: FlaskClient, question: str) -> None:
    """Not in the headline, its sentence, the announcement, the headings and the passages."""
    page = client.get("/", query_string={"q": question}).text
    shown = re.sub(
        r' data-(?:turn|citation|link)=(?:"[^"]*"|\'[^\']*\')| href="[^"]*"|<pre.*?</pre>', "", page, flags=re.DOTALL
    )
    assert not re.search(r"\*\*|##|\]\(|```|\|--|`", unescape(shown))


def test_the_marks_of_a_passage_are_its_evidence(client: FlaskClient, harbour: Engine) -> None:
    """Within emphasis, links, tables and code: what is marked is what is visible of the evidence."""
    whole = MarkdownText(GUIDE).render(Span(0, len(GUIDE)))
    for question in (MASTER, BERTH, STAY):
        shown = find_passages(client.get("/", query_string={"q": question}).text)
        passages = harbour.ask(question).passages
        assert shown.keys() == {passage.id for passage in passages}
        for passage in passages:
            if passage.document.id == "guide.md":
                spans = sorted(passage.evidence, key=lambda span: span.start)
                expected = "".join(get_visible_text(whole, span) for span in spans)
                assert words(Page(shown[passage.id]).marked) == words(expected) != ""


def test_the_headline_is_words_and_the_api_keeps_the_source(client: FlaskClient, harbour: Engine) -> None:
    """The exact slice is in the JSON; the page shows what is visible of it."""
    answer: Answer = harbour.ask(STAY)
    assert answer.answer and answer.answer.text == GUIDE[answer.answer.start : answer.answer.end]
    page = client.get("/", query_string={"q": STAY}).text
    [headline] = find_all("blockquote", 'class="span rendered"', page)
    assert "two weeks" in Page(headline).text
    assert client.get("/v1/ask", query_string={"q": STAY}).json["answer"]["text"] == answer.answer.text  # type: ignore[index]


def test_code_is_shown_as_code(client: FlaskClient) -> None:
    """With its lines and its spaces."""
    shown = "".join(find_passages(client.get("/", query_string={"q": BERTH}).text).values())
    code = [Page(piece).text for piece in re.findall(r"<pre.*?</pre>", shown, re.DOTALL)]
    assert code == ["harbour book --berth 12   # by the west pier\nharbour pay\n"]


def test_a_document_is_rendered_with_its_evidence_marked(client: FlaskClient) -> None:
    """The mark has its anchor, as have the passages; headings, tables and links are what they are."""
    start = GUIDE.index("harbour master is")
    place = Span(start, GUIDE.index(". He decides"))
    page = client.get(f"/documents/guide.md?at={place.start}-{place.end}").text
    [article] = find_all("article", 'class="document rendered"', page)
    assert words(Page(article).marked) == words("harbour master is Hiroyuki Seshita, see his page")
    assert article.count(f'<mark id="{place.start}-{place.end}" tabindex="-1">') == 1
    assert '<span id="p0-40" class="segment">' in article
    assert "<table>" in article and "<h2" in article and '<a href="https://example.org/seshita" rel=' in article
    assert "<script>" not in article


def test_the_source_is_one_click_away(client: FlaskClient) -> None:
    """With the same marks, and back."""
    page = client.get("/documents/guide.md?at=60-70&quote=its").text
    [link] = re.findall(r'href="([^"]*)">View source</a>', page)
    source = client.get(unescape(link)).text
    [article] = find_all("article", 'class="document"', source)
    assert Page(article).text == GUIDE
    [back] = re.findall(r'href="([^"]*)">View rendered</a>', source)
    assert find_all("article", 'class="document rendered"', client.get(unescape(back)).text)


def test_headings_of_a_web_page_are_headings(client: FlaskClient) -> None:
    """Its text has no markup of its own."""
    [article] = find_all("article", 'class="document rendered"', client.get("/documents/lighthouse.html").text)
    assert [level for level, _ in re.findall(r"<h(\d)[^>]*>(.*?)</h\1>", article)] == ["2", "3"]


def test_an_unknown_view_is_refused(client: FlaskClient) -> None:
    """Its name is wrong, not the document."""
    assert client.get("/documents/guide.md?view=raw").status_code == 422
