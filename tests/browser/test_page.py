"""What a visitor does with the page, in a real Chromium against a real server with the real model."""

import json
import re
from urllib.parse import unquote_plus

from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.states import CAPITAL, DIRECTOR
from tests.browser.visitor import ask, first_page, link, question_box
from tests.conftest import ADMIN_KEY


def test_a_question_is_answered_in_the_exact_words(page: Page, server: str) -> None:
    """The words, their sentence, the passage with its evidence, and the confidence, which says what it means."""
    page.goto(server)
    turn = ask(page, DIRECTOR)
    expect(turn.get_by_role("heading", level=2)).to_have_text(DIRECTOR)
    expect(turn.locator(".status")).to_have_text("Answer")
    expect(turn.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    expect(turn.locator(".sentence mark")).to_have_text("Hiroyuki Seshita")
    expect(turn.locator(".passage mark").first).to_contain_text("Hiroyuki Seshita")
    expect(turn.locator(".confidence .words")).to_have_text(re.compile("certain|likely"))
    expect(page.get_by_role("status")).to_contain_text("Answer: Hiroyuki Seshita")
    expect(question_box(page)).to_be_focused()
    expect(question_box(page)).to_have_value("")


def test_a_follow_up_knows_what_was_said_and_can_be_searched_literally(page: Page, server: str) -> None:
    """The search text is shown; one click searches the words as typed; both have links that need no conversation."""
    page.goto(server)
    ask(page, DIRECTOR)
    turn = ask(page, "When was it released?")
    expect(turn.locator("blockquote")).to_contain_text("May 20, 2017")
    expect(turn.locator(".note q")).to_contain_text("film")
    shared = page.url
    assert "film" in unquote_plus(shared)
    turn.locator(".search-literally").click()
    literal = page.locator(".turn").nth(2)
    expect(literal).to_contain_text("Searched for the exact words.")
    assert "literal=true" in page.url
    page.goto(shared)
    expect(page.locator("blockquote")).to_contain_text("May 20, 2017")


def test_not_found_says_why_and_what_else_to_ask(page: Page, server: str) -> None:
    """Nothing is marked, and a question that is answered is one click away."""
    first_page(page, server)
    turn = ask(page, CAPITAL)
    expect(turn.locator(".status")).to_have_text("Not found in these documents")
    expect(turn.locator(".why")).not_to_be_empty()
    expect(turn.locator("mark")).to_have_count(0)
    turn.locator(".asks-this").first.click()
    expect(page.locator(".turn").nth(1)).to_have_class("turn answered")


def test_the_first_questions_are_answered(page: Page, server: str) -> None:
    """Each of those that the page offers, asked by a click."""
    first_page(page, server)
    offered = page.locator(".welcome .asks-this")
    expect(offered).to_have_count(4)
    for number in range(4):
        offered.nth(number).click()
        expect(page.locator(".turn").nth(number)).to_have_class("turn answered")


def test_evidence_is_opened_in_its_place(page: Page, server: str) -> None:
    """Marked in a panel; previous and next wrap around; Back and Escape close it and restore the focus."""
    page.goto(server)
    turn = ask(page, DIRECTOR)
    turn.locator(".unlikely-sources > summary").click()
    turn.locator(".passages summary").first.click()
    opener = turn.locator(".passages .open").first  # its own evidence and that of the likely passage are marked
    opener.click()
    panel = page.locator("#panel")
    current = panel.locator("mark.current")
    expect(current).to_be_in_viewport()
    expect(panel.get_by_role("heading", level=2)).to_be_focused()
    here = current.get_attribute("id")
    assert (opener.get_attribute("href") or "").endswith(f"#{here}")
    assert panel.locator("mark[id]").count() == 2
    for name in ("Next", "Next", "Previous"):
        panel.get_by_role("button", name=name).click()
        expect(current).to_be_in_viewport()
    assert current.get_attribute("id") != here
    page.go_back()
    expect(panel).to_be_hidden()
    expect(opener).to_be_focused()
    page.go_forward()
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_a_citation_is_copied_and_its_link_leads_to_the_words(window: Window, server: str) -> None:
    """As text with its source, and as a link that needs no script."""
    page = window(permissions=["clipboard-read", "clipboard-write"])
    page.goto(server)
    passage = ask(page, DIRECTOR).locator(".passage").first
    passage.get_by_role("button", name="Copy", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    citation = page.evaluate("navigator.clipboard.readText()")
    assert citation.startswith("“The film is directed by Hiroyuki Seshita")
    assert "blame.txt, characters" in citation
    passage.get_by_role("button", name="Copy link").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert citation.endswith(copied)
    plain = window(java_script_enabled=False)
    plain.goto(copied)
    expect(plain.locator("mark")).to_contain_text("Hiroyuki Seshita")
    expect(plain.locator("mark")).to_be_in_viewport()


def test_a_citation_can_be_copied_where_the_browser_has_no_clipboard(page: Page, server: str) -> None:
    """For example on plain http from another machine."""
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(server)
    ask(page, DIRECTOR).get_by_role("button", name="Copy link").first.click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    question_box(page).focus()
    page.keyboard.press("Control+V")
    expect(question_box(page)).to_have_value(re.compile(r"/documents/blame\.txt\?at="))


def test_right_and_wrong_are_noted_and_can_be_changed(page: Page, server: str) -> None:
    """They reach the server with the question; the last verdict counts, and is still shown after a reload."""
    page.goto(server)
    question = "Who is the director of the film?"
    passage = ask(page, question).locator(".passage").first
    right, wrong = (passage.get_by_role("button", name=name) for name in ("Yes", "Wrong answer"))
    wrong.click()
    expect(page.get_by_role("status")).to_have_text("Saved, thank you.")
    expect(wrong).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/v1/feedback") as sent:
        right.click()
    assert sent.value.ok
    expect(wrong).to_have_attribute("aria-pressed", "false")
    reply = page.request.get(f"{server}/v1/feedback", headers={"Authorization": f"Bearer {ADMIN_KEY}"})
    rows = [row for row in map(json.loads, reply.text().splitlines()) if row["question"] == question]
    assert len(rows) == 1
    assert "Hiroyuki Seshita" in rows[0]["evidence"][0]["quote"]
    page.reload()
    expect(page.locator(".passage").first.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")


def test_a_link_to_a_question_answers_it_and_begins_a_conversation(page: Page, server: str) -> None:
    """The turn that the server rendered is part of the conversation of a follow-up."""
    page.goto(link(server, DIRECTOR))
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    expect(ask(page, "When was it released?").locator("blockquote")).to_contain_text("May 20, 2017")


def test_back_and_reload_lead_to_where_one_was(page: Page, server: str) -> None:
    """Back goes from question to question; a reload and the way back from another page restore all of it."""
    page.goto(server)
    ask(page, DIRECTOR)
    one = page.url
    ask(page, CAPITAL)
    page.go_back()
    expect(page.locator(".turn").first).to_be_focused()
    assert page.url == one
    page.go_forward()
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    page.goto(f"{server}/docs")
    page.go_back()
    expect(page.locator(".turn .question")).to_have_text([DIRECTOR, CAPITAL])


def test_conversations_stay_on_the_device_and_can_be_cleared(page: Page, server: str) -> None:
    """They are listed, can be continued, and are gone when they are deleted."""
    page.goto(server)
    ask(page, DIRECTOR)
    page.goto(server)
    page.get_by_role("complementary", name="Conversations").get_by_role("link", name=DIRECTOR).click()
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    expect(ask(page, "When was it released?").locator("blockquote")).to_contain_text("May 20, 2017")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Delete this conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("[data-conversation]")).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('netsphere:'))") == []
