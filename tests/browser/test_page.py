"""The first page in a real Chromium, without JavaScript, against a real server."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    # CI installs it and skips nothing.
    pytest.mark.skipif(not CHROMIUM and "CI" not in os.environ, reason="needs chromium: apt-get install chromium"),
]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800}).new_page()
        browser.close()


def test_a_visitor_types_a_question_and_sees_the_words_marked(page: Page, server: str) -> None:
    """The form works by itself; the director's sentence is marked in its passage."""
    page.goto(server)
    page.get_by_role("searchbox").fill("Who directed the film?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=*")
    assert "Hiroyuki Seshita" in page.locator("mark").first.inner_text()
    assert page.get_by_role("heading", level=1).inner_text() == "The texts say"


def test_what_the_texts_do_not_say_looks_like_it(page: Page, server: str) -> None:
    """No mark, no answer, and a sentence that says why."""
    page.goto(f"{server}/?q={quote('What is the capital of France?')}")
    assert page.get_by_role("heading", level=1).inner_text() == "Not in these texts"
    assert page.locator("mark").count() == 0


def test_markup_in_a_question_stays_text(page: Page, server: str) -> None:
    """A script typed as a question is shown, and is no element of the page."""
    page.goto(f"{server}/?q={quote('<script>alert(1)</script> film?')}")
    assert page.locator("script").count() == 0
    assert page.get_by_role("searchbox").input_value() == "<script>alert(1)</script> film?"


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_over(page: Page, server: str) -> None:
    """Every request goes to the server itself, and a phone need not be scrolled sideways."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/?q=Who+directed+the+film%3F", "/docs", "/documents/blame.txt"):
        page.goto(f"{server}{path}")
        overflow = page.locator("body").bounding_box()
        assert overflow is not None
        assert overflow["width"] <= 375
    assert asked
    assert all(url.startswith(server) for url in asked)
