"""Documents with structure, in a real Chromium against a real server with the real model."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from tests.browser.conftest import PHONE, Window
from tests.browser.test_states import problems
from tests.browser.visitor import ask
from tests.conftest import serving
from tests.qa.rendering import folder

MASTER, BERTH = "Who is the harbour master?", "How do I book a berth?"
MARKUP = re.compile(r"\*\*|##|\]\(|```|\|")


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[str]:
    """A server over a guide in Markdown and a web page."""
    place = tmp_path_factory.mktemp("harbour")
    build_index(folder.write(place / "texts"), IndexSettings(index=str(place / "index")), encoder)
    with serving(place / "index") as address:
        yield address


def test_an_answer_from_markdown_shows_no_markup_and_the_right_mark(page: Page, harbour: str) -> None:
    """What is marked is what a reader sees of the evidence; what is bold, a link or code looks so."""
    page.goto(harbour)
    turn = ask(page, MASTER)
    expect(turn.locator("blockquote")).to_contain_text("Hiroyuki")
    turn.locator("details").evaluate_all("all => all.forEach((one) => { one.open = !one.matches('.request'); })")
    assert not MARKUP.search(turn.inner_text())
    passage = turn.locator(".whole")
    marked = "".join(passage.locator("mark").all_inner_texts())
    assert " ".join(marked.split()) == "The harbour master is Hiroyuki Seshita, see his page."
    expect(passage.locator("strong mark")).to_have_text("Hiroyuki")
    expect(passage.get_by_role("link", name="his page")).to_have_attribute("href", "https://example.org/seshita")
    assert page.evaluate("document.title") != "1"
    assert "<script>" not in passage.inner_html()


def test_code_keeps_its_lines(page: Page, harbour: str) -> None:
    """As wide as it is, without making the page scroll."""
    page.goto(harbour)
    turn = ask(page, BERTH)
    turn.locator(".whole summary").click()
    code = turn.locator(".whole pre").first
    assert code.inner_text().splitlines() == ["harbour book --berth 12   # by the west pier", "harbour pay"]


def test_the_panel_shows_the_mark_and_a_click_shows_the_source(page: Page, harbour: str) -> None:
    """There the same evidence is marked with its markup, and a click leads back."""
    page.goto(harbour)
    ask(page, MASTER).locator(".open").first.click()
    panel = page.locator("#panel")
    expect(panel.locator("mark.current")).to_be_in_viewport()
    expect(panel.locator("strong mark").first).to_have_text("Hiroyuki")
    panel.get_by_role("link", name="View source").click()
    expect(page.locator(".document mark").first).to_contain_text("**Hiroyuki** *Seshita*")
    page.get_by_role("link", name="View rendered").click()
    expect(page.locator(".document strong mark").first).to_have_text("Hiroyuki")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_rendered_is_accessible_and_fits_a_phone(window: Window, harbour: str, scheme: str) -> None:
    """axe-core finds no violation in an answer and in a document, and nothing scrolls sideways."""
    page = window(color_scheme=scheme, viewport=PHONE)
    for address in (f"{harbour}/?q=How+do+I+book+a+berth?", f"{harbour}/documents/guide.md?at=60-90"):
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(address)
        expect(page.locator(".rendered").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert problems(page) == ""
