"""Conversations of this device: listed, searched, renamed, deleted and brought back; the language of the page."""

import json
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Window
from tests.browser.states import CAPITAL, DIRECTOR
from tests.browser.visitor import ask, question_box

# As earlier versions stored them: without questions and a name.
STORE = (
    """([id, at, html]) => localStorage.setItem(`netsphere:${id}`, JSON.stringify({title: id, at, turns: [{html}]}))"""
)
DATA = '{"request": {"question": "x"}, "answer": {"status": "not_found", "passages": []}}'
KEYS = "Object.keys(localStorage).filter(key => key.startsWith('netsphere:')).length"


def side(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Conversations")


def store(page: Page, title: str, days: int) -> None:
    """Store a conversation of an earlier version and an earlier day."""
    then = datetime.now(UTC) - timedelta(days=days)
    turn = f"<article class='turn answered' tabindex='-1' data-link='/?q=x' data-turn='{DATA}'>"
    turn += f"<h2 class='question'>{title}</h2></article>"
    page.evaluate(STORE, [title, int(then.timestamp() * 1000), turn])


def test_conversations_are_listed_by_day_and_the_one_that_is_shown_is_marked(page: Page, server: str) -> None:
    """Newest first; those of earlier versions load as before."""
    page.goto(server)
    expect(side(page)).to_contain_text("Your conversations will be listed here.")
    store(page, "Older", 9)
    store(page, "Newer", 8)
    page.reload()
    ask(page, DIRECTOR)
    expect(side(page).get_by_role("heading", level=3)).to_have_text(["Today", "Earlier"])
    expect(side(page).get_by_role("listitem")).to_have_text([DIRECTOR, "Newer", "Older"])
    expect(side(page).locator("[aria-current=true]")).to_have_text(DIRECTOR)
    side(page).get_by_role("link", name="Older").click()
    expect(page.locator(".turn .question")).to_have_text("Older")
    expect(side(page).locator("[aria-current=true]")).to_have_text("Older")
    page.go_back()
    expect(page.locator(".turn .question")).to_have_text(DIRECTOR)
    side(page).get_by_role("link", name="New conversation").click()
    expect(page.locator(".turn")).to_have_count(0)


def test_a_conversation_is_found_by_its_words_and_by_its_name(page: Page, server: str) -> None:
    """Those of the answers, too, and never by the markup around them."""
    page.goto(server)
    ask(page, DIRECTOR)
    page.goto(server)
    ask(page, CAPITAL)
    search, items = side(page).get_by_role("searchbox", name="Search conversations"), side(page).get_by_role("listitem")
    search.fill("FRANCE capital")
    expect(items).to_have_text([CAPITAL])
    search.fill("seshita")
    expect(items.filter(has_text=DIRECTOR)).to_have_count(1)
    search.fill("blockquote")
    expect(side(page)).to_contain_text("No conversation contains these words.")
    search.fill("")
    items.first.hover()
    page.get_by_role("button", name=f"Rename {CAPITAL}").click()
    page.keyboard.type("Geography")
    page.keyboard.press("Enter")
    expect(side(page).get_by_role("link", name="Geography")).to_be_focused()
    search.fill("geography")
    expect(items).to_have_text(["Geography"])
    page.reload()
    ask(page, "And of Spain?")
    expect(side(page).get_by_role("listitem").first).to_have_text("Geography")


def test_a_name_is_left_as_it_was_with_escape(page: Page, server: str) -> None:
    """And an empty one is none."""
    page.goto(server)
    ask(page, DIRECTOR)
    for typed, key in (("Something", "Escape"), (" ", "Enter")):
        side(page).get_by_role("listitem").hover()
        page.get_by_role("button", name=f"Rename {DIRECTOR}").click()
        page.keyboard.type(typed)
        page.keyboard.press(key)
        expect(side(page).get_by_role("link", name=DIRECTOR)).to_be_focused()


def test_a_deleted_conversation_is_brought_back(page: Page, server: str) -> None:
    """Another one, and the one that is shown, which leads to the first page."""
    page.goto(server)
    ask(page, DIRECTOR)
    page.goto(server)
    ask(page, CAPITAL)
    for title in (DIRECTOR, CAPITAL):
        side(page).get_by_role("link", name=title).hover()
        page.get_by_role("button", name=f"Delete {title}").click()
        expect(side(page).get_by_role("link", name=title)).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(side(page).get_by_role("link", name=title)).to_be_focused()
    expect(page.locator(".welcome")).to_be_visible()
    side(page).get_by_role("link", name=DIRECTOR).click()
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_all_conversations_are_deleted_after_a_question(page: Page, server: str) -> None:
    """Nothing is left of them, not even for the arrow up; whoever says no keeps them."""
    page.goto(server)
    ask(page, DIRECTOR)
    for answer, left in (("dismiss", 1), ("accept", 0)):
        page.once("dialog", lambda dialog, answer=answer: getattr(dialog, answer)())
        page.locator(".menu summary").click()
        page.get_by_role("button", name="Delete all conversations").click()
        page.wait_for_load_state()
        assert page.evaluate(KEYS) == left
    question_box(page).focus()
    page.keyboard.press("ArrowUp")
    expect(question_box(page)).to_have_value("")
    assert DIRECTOR not in json.dumps(page.evaluate("[{...localStorage}, {...sessionStorage}]"))


def test_on_a_narrow_screen_the_list_is_a_drawer(window: Window, server: str) -> None:
    """A button opens it, a choice and Escape close it."""
    page = window(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(server)
    ask(page, DIRECTOR)
    page.goto(server)
    expect(side(page)).to_be_hidden()
    opener = page.get_by_role("button", name="Conversations")
    opener.tap()
    page.keyboard.press("Escape")
    expect(side(page)).to_be_hidden()
    opener.tap()
    side(page).get_by_role("link", name=DIRECTOR).tap()
    expect(side(page)).to_be_hidden()
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_the_list_makes_room_for_a_document(window: Window, server: str) -> None:
    """Three columns need a very wide window."""
    for width, is_shown in ((1280, False), (1900, True)):
        page = window(viewport={"width": width, "height": 900})
        page.goto(server)
        ask(page, DIRECTOR).locator(".open").first.click()
        expect(page.locator("#panel mark").first).to_be_visible()
        expect(side(page)).to_be_visible(visible=is_shown)
        page.keyboard.press("Escape")
        expect(side(page)).to_be_visible()


def test_a_language_is_chosen_and_kept(page: Page, server: str) -> None:
    """In a cookie of this server; without a choice it is the browser's."""
    page.goto(server)
    choice = page.get_by_label("Language")
    page.locator(".menu summary").click()
    expect(choice).to_have_value("")
    with page.expect_navigation():
        choice.select_option("English")
    expect(choice).to_have_value("en")
    assert page.evaluate("document.cookie") == "netsphere_language=en"
    page.locator(".menu summary").click()
    with page.expect_navigation():
        choice.select_option("")
    assert page.evaluate("document.cookie") == ""
