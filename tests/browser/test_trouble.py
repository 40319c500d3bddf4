"""No question is lost if the server is slow, busy, failing or stopped, or the visitor offline."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.states import DIRECTOR
from tests.browser.visitor import TURN, Held, ask, begin, first, question_box
from tests.conftest import serving


def test_a_verdict_that_is_not_kept_is_not_shown_as_kept(page: Page, server: str) -> None:
    """The button returns to its state, and a message says so."""
    page.goto(server)
    passage = ask(page, DIRECTOR).locator(".passage").first
    page.route("**/v1/feedback", lambda route: route.abort())
    passage.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("status")).to_have_text("Your feedback could not be saved; try again.")
    expect(passage.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "false")


def test_a_slow_answer_is_waited_for_and_can_be_given_up(page: Page, server: str) -> None:
    """A message says that it takes long; a cancelled question is saved and can be sent again."""
    page.goto(server)
    held = Held(page)
    turn = begin(page, DIRECTOR)
    expect(turn).to_contain_text("Still searching.")
    turn.get_by_role("button", name="Cancel").click()
    expect(turn.locator("h3")).to_have_text("Cancelled")
    held.let_go()
    turn.get_by_role("button", name="Ask again").click()
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_when_it_says(page: Page, server: str, status: int) -> None:
    """The visitor sees the countdown and need not do anything."""
    page.goto(server)
    page.route(TURN, first(2, status, {"Retry-After": "1"}))
    turn = begin(page, DIRECTOR)
    expect(turn.locator(".waiting")).to_contain_text("sent again in 1 s")
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_a_server_that_stays_busy_keeps_the_question(page: Page, server: str) -> None:
    """After a few tries a message says so, and the question can be sent again or edited."""
    page.goto(server)
    page.route(TURN, first(9, 503, {"Retry-After": "1"}))
    turn = begin(page, DIRECTOR)
    expect(turn.locator("h3")).to_have_text("Still busy")
    turn.get_by_role("button", name="Edit the question").click()
    expect(question_box(page)).to_have_value(DIRECTOR)


@pytest.mark.parametrize(("headers", "words"), [({"X-Request-ID": "7f3a"}, "request id 7f3a"), ({}, "Try again later")])
def test_an_error_of_the_server_names_its_request(page: Page, server: str, headers: dict[str, str], words: str) -> None:
    """If there is an id: a proxy in front of the server sends none."""
    page.goto(server)
    page.route(TURN, first(1, 500, headers))
    turn = begin(page, DIRECTOR)
    expect(turn.locator("h3")).to_have_text("Server error")
    expect(turn).to_contain_text(words)
    expect(turn).not_to_contain_text("null")


def test_what_was_asked_offline_is_answered_when_one_is_back(page: Page, server: str) -> None:
    """Without a click."""
    page.goto(server)
    page.context.set_offline(True)
    turn = begin(page, DIRECTOR)
    expect(turn.locator("h3")).to_have_text("You are offline")
    page.context.set_offline(False)
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_a_server_that_was_stopped_loses_no_question(page: Page, seed_index: Path) -> None:
    """A real server, stopped and started again; the question survives a reload meanwhile."""
    with serving(seed_index) as address:
        page.goto(address)
        ask(page, DIRECTOR)
    turn = begin(page, "When was it released?")
    expect(turn.locator("h3")).to_have_text("The server is unreachable")
    with serving(seed_index, int(address.rsplit(":", 1)[1])):
        page.reload()
        expect(turn.locator("h3")).to_have_text("Not answered yet")
        turn.get_by_role("button", name="Ask again").click()
        expect(page.locator("blockquote").nth(1)).to_contain_text("May 20, 2017")


def test_a_problem_is_shown_in_the_words_of_the_server(page: Page, server: str) -> None:
    """For example a link that asks about a document that is gone."""
    page.goto(f"{server}/?document=gone.txt")
    turn = begin(page, DIRECTOR)
    expect(turn.locator("h3")).to_have_text("Invalid question")
    expect(turn).to_contain_text("gone.txt")
