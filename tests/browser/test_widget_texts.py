"""What the question box shows of an answer, and what becomes of a question that is asked early or beside another."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.test_widget import APP, Site, ask, open_site, script
from tests.qa.web.server.process import ready


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The site that the server allows."""
    with open_site() as site:
        yield site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[str]:
    """A server that pages of one other site may ask."""
    folder = tmp_path_factory.mktemp("server")
    with ready(APP.format(folder=str(folder), origin=site.origin)) as (_, port):
        yield f"http://127.0.0.1:{port}"


def answer_from(document: str, title: str, heading: str | None, sentence: str, words: str) -> dict[str, object]:
    """An answer as the API sends it, of words in the plain form of a sentence."""
    start = sentence.index(words)
    text = {"text": words, "start": 118, "end": 125}
    marks = [{"start": start, "end": start + len(words)}]
    return {
        "question": "Who?", "searched_as": "Who?", "status": "answered", "confidence": 0.9,
        "answer": {**text, "document": document, "kind": "span", "confidence": 0.8, "spans": [text],
                   "sentence": {"text": f"**{sentence}**", "start": 100, "end": 126},
                   "plain": {"text": words, "spans": [words], "sentence": {"text": sentence, "marks": marks}}},
        "passages": [{"document": {"id": document, "title": title}, "heading": heading, "start": 90, "end": 200,
                      "plain": {"text": sentence, "marks": marks, "heading": heading}}],
        "reason": None, "retrieval": {"degraded": []},
    }  # fmt: skip


def fulfill(page: Page, answer: dict[str, object]) -> None:
    headers = {"Access-Control-Allow-Origin": "*"}
    page.route("**/v1/ask", lambda route: route.fulfill(json=answer, headers=headers))


def test_characters_beyond_the_first_plane_do_not_move_the_mark(page: Page, site: Site, server: str) -> None:
    """Offsets are code points, of which JavaScript takes two units."""
    site.show(page, script(server))
    fulfill(page, answer_from("a b/ü.txt", "", None, "🎬🎬 The film is by 𝔖eshita.", "𝔖eshita"))
    ask(page, "Who?")
    expect(page.locator("mark")).to_have_text("𝔖eshita")
    link = page.get_by_role("link", name="a b/ü.txt")
    expect(link).to_have_attribute("href", re.compile(r"/documents/a%20b/%C3%BC\.txt\?at=100-126&quote=.*#100-126$"))


@pytest.mark.parametrize(
    ("heading", "shown"), [("Leave", "Leave"), ("Leave: Paid leave", "Leave · Paid leave"), ("Paid", "Leave · Paid")]
)
def test_texts_are_shown_without_marks_and_a_title_once(
    page: Page, site: Site, server: str, heading: str, shown: str
) -> None:
    """As the server writes them, though the heading of a passage begins with the title of its document."""
    site.show(page, script(server))
    fulfill(page, answer_from("leave.md", "Leave", heading, "Everybody has 27 days.", "27 days"))
    ask(page, "Who?")
    expect(page.get_by_role("link")).to_have_text(shown)
    expect(page.locator(".result")).not_to_contain_text("**")
    expect(page.locator("mark")).to_have_text("27 days")


def test_a_page_may_ask_before_the_box_is_there(page: Page, site: Site, server: str) -> None:
    """The question is asked as soon as it is."""
    site.show(page, script(server) + "<netsphere-ask hidden></netsphere-ask>")
    page.evaluate("""() => {
        const element = document.createElement("netsphere-ask");
        element.ask("Who?");
        document.querySelector("main").append(element);
    }""")
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_another_question_replaces_the_one_that_is_running(page: Page, site: Site, server: str) -> None:
    """Its answer never shows; the same question again changes nothing."""
    site.show(page, script(server))
    held = list[Route]()
    page.route(
        "**/v1/ask", lambda route: held.append(route) if "And" in (route.request.post_data or "") else route.continue_()
    )
    ask(page, "And when?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Searching …")
    ask(page, "Who?")
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    expect(page.locator(".asked")).to_have_text("Who?")
    expect(page.locator("button")).not_to_have_attribute("aria-busy", "true")
    assert len(held) == 1
