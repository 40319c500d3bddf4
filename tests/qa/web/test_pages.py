"""The pages work without JavaScript and escape everything they show."""

import json
import re
import shlex
from html import unescape
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from qa.answer.wording import describe_confidence
from qa.messages import ENGLISH
from qa.types import PassageCopy, Source, Turn
from qa.web.errors.problems import Code
from tests.qa.web.helpers import DOCUMENT, SENTENCE, TEXT, TITLE, HandMade

PAGES = [
    "/", "/?q=Who", "/?q=the+capital", "/?q=perhaps", "/?q=Who&literal=true",
    "/documents", "/documents?q=x", f"/documents/{DOCUMENT}", f"/documents/{DOCUMENT}?at=22-63&at=64-70#22-63", "/docs",
]  # fmt: skip
SCRIPT = re.compile(r'<script type="module" src="/static/\w+\.js\?v=[0-9a-f]+"></script>')


@pytest.mark.parametrize("url", PAGES)
def test_pages_hold_no_script_and_load_nothing(client: FlaskClient, url: str) -> None:
    """There is no inline script, no inline style and nothing from another host; the request shown contains an address."""
    page = client.get(url)
    assert page.content_type == "text/html; charset=utf-8"
    rest = re.sub(r"<pre.*?</pre>", "", SCRIPT.sub("", page.text), flags=re.DOTALL)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|https?://", rest)


@pytest.mark.parametrize("url", PAGES)
def test_every_link_of_a_page_leads_somewhere(client: FlaskClient, url: str) -> None:
    """Each link and the style sheet are served, and each anchor exists."""
    for link in re.findall(r'(?:href|action|src|data-link)="(?!data:)([^"]*)"', client.get(url).text):
        path, _, anchor = unescape(link).partition("#")
        with client.get(path or url) as target:
            assert target.status_code == 200, link
            assert not anchor or f'id="{anchor}"' in target.get_data(as_text=True), link


def test_an_empty_question_is_the_first_page(client: FlaskClient, engine: HandMade) -> None:
    """A form sent empty, or a link with other parameters, asks nothing."""
    for url in ("/?q=", "/?q=+++", "/?utm_source=x"):
        assert "welcome" in client.get(url).text
    assert all(question.top_k == 1 for question in engine.asked)  # what is asked to see what can be asked


def test_the_answer_is_shown_with_its_evidence_marked(client: FlaskClient) -> None:
    """Answer, status and confidence in words, and the sentence marked in its passage."""
    page = unescape(client.get("/?q=Who").text)
    assert "Answer" in page
    assert "almost certain (91%)" in page
    assert f"<mark>{TEXT[SENTENCE.start : SENTENCE.end]}</mark>" in page


def test_the_copies_of_a_passage_are_linked(client: FlaskClient, engine: HandMade) -> None:
    """How many there are, and each with its document, opened at the place, its date, and whether the words differ."""
    copies = (
        PassageCopy("b.txt#3-9", Source("b.txt", "Second", "cd" * 32), 3, 9),
        PassageCopy("c.txt#0-6", Source("c.txt", "", "ef" * 32, "2023-02-01"), 0, 6, identical=False),
    )
    assert "Also in" not in client.get("/?q=Who").text
    engine.copies = copies
    page = unescape(client.get("/?q=Who+has+copies").text)
    assert "<summary>Also in 2 other documents</summary>" in page
    assert '<a href="/documents/b.txt?at=3-9#3-9" dir="auto">Second</a> <span class="heading">b.txt</span>' in page
    assert '<span class="heading">c.txt · 2023-02-01, not word for word</span>' in page
    assert '<a href="/documents/c.txt?at=0-6#0-6" dir="auto">c.txt</a>' in page


def test_a_question_that_looks_for_nothing_shows_no_passages(client: FlaskClient) -> None:
    """What is nearest to "thanks!" helps nobody; the reason is shown."""
    page = client.get("/?q=thanks!").text
    assert "Not found in these documents" in page
    assert "No word of the question says what to look for." in page
    assert "Closest passages" not in page


def test_unsure_says_what_was_searched_and_why(client: FlaskClient) -> None:
    """The search text is shown if it differs from the question."""
    page = client.get("/?q=perhaps").text
    assert "perhaps (Blame! film)" in page
    assert "Possible answer" in page and "closely enough" in page
    assert "Searched as" not in re.sub(r"data-texts='[^']*'", "", client.get("/?q=Who").text)


def test_not_found_quotes_nothing(client: FlaskClient) -> None:
    """Nothing is quoted and nothing is marked; the closest passages are shown."""
    page = client.get("/?q=the+capital").text
    assert "Not found in these documents" in page
    assert "<blockquote" not in page and "<mark>" not in page


def test_the_literal_words_are_one_link_away(client: FlaskClient, engine: HandMade) -> None:
    """If the search text differs, a link that needs no script searches the words as typed."""
    link = re.search(r'class="search-literally" href="([^"]*)"', client.get("/?q=perhaps").text)
    assert link
    client.get(unescape(link[1]))
    assert (engine.asked[-1].question, engine.asked[-1].literal) == ("perhaps", True)


def test_a_turn_is_the_same_piece_that_the_page_has(client: FlaskClient, engine: HandMade) -> None:
    """The fragment for the script equals the page without it; the history reaches the engine."""
    timed = re.compile(r'"took_ms": [0-9.]+')  # the second time it is remembered
    piece = timed.sub("", client.post("/turn", json={"question": "Who"}).text)
    assert piece.strip() in timed.sub("", client.get("/?q=Who").text)
    client.post("/turn", json={"question": "When?", "history": [{"question": "Who", "answer": "He"}]})
    assert engine.asked[-1].history == (Turn("Who", "He"),)


def test_the_link_of_a_follow_up_asks_what_was_searched(client: FlaskClient) -> None:
    """Alone, "And perhaps?" would be another question."""
    body = {"question": "perhaps", "history": [{"question": "Who"}]}
    assert 'data-link="/?q=perhaps+(Blame!+film)"' in unescape(client.post("/turn", json=body).text)


def test_the_link_of_a_long_follow_up_can_be_asked(client: FlaskClient) -> None:
    """The search text may be too long for a question; then the link has the words as typed."""
    asked = f"perhaps {'x' * 990}"
    page = client.post("/turn", json={"question": asked, "history": [{"question": "Who"}]}).text
    link = re.search(r'data-link="([^"]*)"', page)
    assert link
    assert client.get(unescape(link[1])).status_code == 200


def test_the_request_is_shown_as_a_command_that_asks_the_same(client: FlaskClient) -> None:
    """With any quotation marks; the API accepts its body."""
    page = client.post("/turn", json={"question": 'Who\'s "he"?', "literal": True}).text
    shown = re.search(r"<code>(.*?)</code>", page, re.DOTALL)
    assert shown
    words = shlex.split(unescape(shown[1]))
    assert words[:2] == ["curl", "http://localhost/v1/ask"]
    assert client.post("/v1/ask", data=words[-1], content_type="application/json").status_code == 200
    assert json.loads(words[-1]) == {"question": 'Who\'s "he"?', "literal": True}


def test_a_citation_names_its_source(client: FlaskClient) -> None:
    """The words, the document, the place, and the version of the document."""
    citation = re.search(r'data-citation="([^"]*)"', client.get("/?q=Who").text)
    assert citation
    shown = unescape(citation[1])
    for part in (TEXT[SENTENCE.start : SENTENCE.end], TITLE, "Film", DOCUMENT, "characters 22–63", "abab"):
        assert part in shown


def test_a_quotation_that_moved_is_marked_at_its_new_place(client: FlaskClient) -> None:
    """Its old link leads there, and the page says so; for words that are gone nothing is marked."""
    stays = client.get(f"/documents/{DOCUMENT}?at=22-63&quote={quote(TEXT[22:63])}").text
    assert f'<mark id="22-63" tabindex="-1">{TEXT[22:63]}</mark>' in stays and "citation-check" not in stays
    moved = client.get(f"/documents/{DOCUMENT}?at=90-131&quote={quote(TEXT[22:63])}").text
    assert f'<mark id="90-131" tabindex="-1">{TEXT[22:63]}</mark>' in moved and "the quotation is now here" in moved
    gone = client.get(f"/documents/{DOCUMENT}?at=22-38&quote=Quite+other+words").text
    assert "no longer in the document" in gone and "Quite other words" in gone and "<mark" not in gone


@pytest.mark.parametrize("at", ["5", "a-b", "-1-5", "1-2-3", "1-99999999999999"])
def test_an_invalid_place_is_rejected(client: FlaskClient, at: str) -> None:
    """A place is two numbers with a hyphen; a place outside of the text is ignored."""
    assert client.get(f"/documents/{DOCUMENT}?at={at}").status_code == 422
    assert "<mark" not in client.get(f"/documents/{DOCUMENT}?at=9000-9001&at=7-7").text


def test_a_failed_leg_is_reported(client: FlaskClient, engine: HandMade) -> None:
    """``degraded`` is shown, not hidden."""
    engine.degraded = ("dense",)
    assert "Part of the search failed (dense)" in client.get("/?q=Who").text


def test_a_language_that_is_not_read_is_reported_in_words(client: FlaskClient, engine: HandMade) -> None:
    """It is no failure, and the word of the API is not shown."""
    engine.degraded = ("reader:language",)
    page = client.get("/?q=Who").text
    assert f'<p class="note">{ENGLISH("reason.unread_language")}</p>' in page
    assert "Part of the search failed" not in page
    engine.degraded = ("dense", "reader:language")
    page = client.get("/?q=Who+else").text
    assert "Part of the search failed (dense);" in page
    assert ENGLISH("reason.unread_language") in page


@pytest.mark.parametrize("url", ["/?q=%3Cscript%3Ealert(2)%3C/script%3E%22%3E'", f"/documents/{DOCUMENT}"])
def test_markup_is_shown_and_not_run(client: FlaskClient, url: str) -> None:
    """Question, title and text may hold markup; the page shows its characters."""
    page = SCRIPT.sub("", client.get(url).text)
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "Blame! &lt;script&gt;" in page


def test_a_document_is_shown_whole(client: FlaskClient) -> None:
    """Text between the passages is shown, too."""
    article = re.search(r"<article[^>]*>(.*)</article>", client.get(f"/documents/{DOCUMENT}").text, re.DOTALL)
    assert article
    assert unescape(re.sub(r"<[^>]+>", "", article[1])) == TEXT


def test_every_code_is_in_the_docs(client: FlaskClient) -> None:
    """``type`` of a problem links to its row."""
    page = client.get("/docs").text
    assert all(f'id="{code.word}"' in page for code in Code)


@pytest.mark.parametrize(("probability", "words"), [(1.0, "almost certain"), (0.8, "likely"), (0.0, "unlikely")])
def test_certainty(probability: float, words: str) -> None:
    """Both ends of the scale have words."""
    assert describe_confidence(probability).startswith(words)


def test_requests_are_tried_below_a_prefix(client: FlaskClient) -> None:
    """The forms of /docs start with the address of the first page, and have the examples of the OpenAPI document."""
    page = client.get("/docs", environ_overrides={"SCRIPT_NAME": "/x"}).text
    assert 'data-root="/x/"' in page and 'data-root="/"' not in page
    body = client.get("/openapi.json").get_json()["paths"]["/v1/ask"]["post"]["requestBody"]["content"]
    assert json.dumps(body["application/json"]["example"]["question"]) in unescape(page)
    lines = client.get("/openapi.json").get_json()["paths"]["/v1/documents"]["post"]["requestBody"]["content"]
    assert lines["application/x-ndjson"]["example"] in unescape(page)
