"""Writing a question: a box that grows, a limit that is said, keys, earlier questions, and completions."""

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.addresses import Addresses
from tests.browser.conftest import PHONE, Window
from tests.browser.states import CAPITAL, DIRECTOR
from tests.browser.visitor import ANYTHING, ask, question_box

LISTBOX = "#completions"
# What moves, except the box itself, whose upper edge rises.
SHIFTED = """() => { window.moved = []; new PerformanceObserver(list => list.getEntries().forEach(entry => window.moved.push(
    ...entry.sources.filter(({node}) => !node?.parentElement?.closest(".ask")).map(({node}) => node?.nodeName)))).observe({type: "layout-shift"}); }"""
# A microphone that hears this at once, and how many times the browser was asked for it.
RECOGNITION = """window.SpeechRecognition = class extends EventTarget {
    start() { const said = [[{transcript: "Who directed the film?"}]];
        this.dispatchEvent(Object.assign(new Event("result"), {results: said})); this.stop(); }
    stop() { this.dispatchEvent(new Event("end")); } }"""


def height(page: Page) -> float:
    return float(question_box(page).evaluate("e => e.getBoundingClientRect().height"))


def test_the_box_grows_with_its_lines_and_nothing_else_moves(page: Page, server: str) -> None:
    """Up to a height, and back when the question is sent; Shift and Enter break the line, and the line is kept."""
    page.goto(server)
    empty = height(page)
    page.evaluate(SHIFTED)
    page.keyboard.type("Who directed")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("the film?")
    expect(question_box(page)).to_have_value("Who directed\nthe film?")
    two = height(page)
    question_box(page).fill("line\n" * 40)
    page.wait_for_timeout(200)
    assert empty < two < height(page) < 10 * (two - empty)
    assert page.evaluate("window.moved") == []
    turn = ask(page, "Who directed\nthe film?")
    expect(turn.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    assert height(page) == empty


def test_the_box_grows_where_the_browser_cannot_do_it(page: Page, server: str) -> None:
    """Browsers without the property field-sizing."""
    page.add_init_script("CSS.supports = () => false")
    page.goto(server)
    page.evaluate("document.getElementById('q').style.fieldSizing = 'fixed'")
    empty = height(page)
    question_box(page).fill("one\ntwo\nthree")
    assert height(page) > empty
    ask(page, DIRECTOR)
    assert height(page) == empty


def test_enter_while_characters_are_chosen_sends_nothing(page: Page, server: str) -> None:
    """In Japanese, Enter takes what the input method proposes."""
    page.goto(server)
    question_box(page).fill("灯台")
    for options in ("isComposing: true", "keyCode: 229"):
        page.evaluate(
            f"document.getElementById('q').dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, {options}}}))"
        )
    expect(question_box(page)).to_have_value("灯台")
    expect(page.locator(".turn")).to_have_count(0)


def test_a_question_that_is_too_long_is_not_cut_and_not_sent(page: Page, server: str) -> None:
    """Characters are counted as the server counts them; only near the limit the rest is shown."""
    page.goto(server)
    count = page.locator("#count")
    question_box(page).fill("x" * 899)
    expect(count).to_be_hidden()
    question_box(page).fill("🗼" * 990 + "  \n")
    expect(count).to_have_text("10 characters left")
    question_box(page).fill("x" * 1001)
    expect(count).to_have_text("1 character too long")
    page.keyboard.press("Enter")
    expect(question_box(page)).to_have_value("x" * 1001)
    expect(page.locator(".turn")).to_have_count(0)
    question_box(page).fill("🗼" * 1000)
    page.keyboard.press("Enter")
    expect(page.locator(".turn")).to_have_attribute("data-turn", ANYTHING)
    expect(count).to_be_hidden()


def test_earlier_questions_come_back_with_the_arrow_up(page: Page, server: str) -> None:
    """Also those of other conversations, the last one first; a changed one is not lost."""
    page.goto(server)
    ask(page, DIRECTOR)
    page.goto(server)
    ask(page, CAPITAL)
    for key, words in (("Up", CAPITAL), ("Up", DIRECTOR), ("Up", DIRECTOR), ("Down", CAPITAL), ("Down", "")):
        page.keyboard.press(f"Arrow{key}")
        expect(question_box(page)).to_have_value(words)
    page.keyboard.type("Something else")
    page.keyboard.press("ArrowUp")
    expect(question_box(page)).to_have_value("Something else")
    question_box(page).fill("")
    page.keyboard.press("ArrowUp")
    page.keyboard.type(" Paris?")
    page.keyboard.press("ArrowUp")
    expect(question_box(page)).to_have_value(f"{CAPITAL} Paris?")


def test_titles_and_headings_complete_what_is_typed(page: Page, addresses: Addresses) -> None:
    """By the arrows and Enter, or by a click; Escape closes the list, and the box says what is chosen."""
    page.goto(addresses.other)
    box, options = question_box(page), page.get_by_role("listbox").get_by_role("option")
    box.press_sequentially("Who built the light")
    expect(page.get_by_role("status")).to_have_text("1 suggestion, arrow down to choose")
    expect(options).to_have_text("The lighthouse Document")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", str(options.first.get_attribute("id")))
    page.keyboard.press("Enter")
    expect(box).to_have_value("Who built The lighthouse ")
    expect(page.locator(LISTBOX)).to_be_hidden()
    box.fill("")
    box.press_sequentially("harb")
    options.first.click()
    expect(box).to_have_value("harbour ")
    box.fill("")
    box.press_sequentially("灯台")
    box.press_sequentially("x")
    page.keyboard.press("Escape")
    expect(page.locator(LISTBOX)).to_be_hidden()


def test_words_of_an_input_method_are_completed(page: Page, addresses: Addresses) -> None:
    """When their choice has ended, after which Chrome says nothing more."""
    page.goto(addresses.other)
    question_box(page).evaluate("""box => { box.value = "the lightho"; box.setSelectionRange(11, 11);
        box.dispatchEvent(new InputEvent("input", {isComposing: true})); box.dispatchEvent(new CompositionEvent("compositionend")); }""")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)


def test_enter_sends_what_was_typed_if_no_completion_is_chosen(page: Page, addresses: Addresses) -> None:
    """A list that is open is never in the way."""
    page.goto(addresses.other)
    question_box(page).press_sequentially("the lightho")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".turn .question")).to_have_text("the lightho")
    expect(page.locator(LISTBOX)).to_be_hidden()


@pytest.mark.parametrize("status", [500, 503])
def test_completions_that_fail_disturb_nobody(page: Page, server: str, status: int) -> None:
    """There are none, and the question is asked as before; one that comes late is not shown."""
    page.goto(server)
    held: list[Route] = []
    page.route("**/completions?*", lambda route: route.fulfill(status=status, body="{}"))
    with page.expect_response("**/completions?*"):
        question_box(page).press_sequentially("ancient term")
    page.unroute("**/completions?*")
    page.route("**/completions?*", lambda route: held.append(route))
    with page.expect_request("**/completions?*"):
        question_box(page).press_sequentially("i")
    question_box(page).fill(DIRECTOR)
    late = {"completions": [{"text": "late", "kind": "title", "replaces": 1}]}
    held[0].fulfill(status=200, content_type="application/json", body=json.dumps(late))
    page.wait_for_timeout(300)
    expect(page.locator(LISTBOX)).to_be_hidden()
    page.unroute("**/completions?*")
    expect(ask(page, DIRECTOR).locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_questions_are_about_the_documents_that_are_ticked(page: Page, addresses: Addresses) -> None:
    """A link may name them; the title says which, and without the tick all are searched again."""
    page.goto(f"{addresses.other}/?document=lighthouse.md")
    tick = page.get_by_role("checkbox", name="Only “The lighthouse”")
    expect(ask(page, "How tall is it?").locator(".passage")).to_have_count(1)
    assert "document=lighthouse.md" in page.url
    tick.uncheck()
    ask(page, "Who is the harbour master?")
    assert "document=" not in page.url


def test_on_a_phone_enter_sends_too(window: Window, server: str) -> None:
    """As its key says."""
    page = window(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(server)
    expect(question_box(page)).to_have_attribute("enterkeyhint", "search")
    expect(ask(page, DIRECTOR).locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_a_question_is_not_spoken_unless_the_server_allows_it(page: Page, server: str) -> None:
    """Browsers may send what they hear to their makers."""
    page.add_init_script(RECOGNITION)
    response = page.goto(server)
    assert response
    assert "microphone=()" in response.headers["permissions-policy"]
    expect(page.get_by_role("button", name="Speak")).to_have_count(0)
