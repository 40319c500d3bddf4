"""The page without JavaScript, by keyboard, on a phone, on paper, in every script, and its weight."""

import re
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.addresses import Addresses
from tests.browser.conftest import PHONE, Window
from tests.browser.states import CAPITAL, DIRECTOR
from tests.browser.visitor import ANYTHING, Held, ask, begin, link, question_box

# What an answer says, without what is done with it.
SAID = (
    ".question", ".status", ".confidence .words", "blockquote", ".sentence", ".why", ".searched", ".source .where",
    ".passages summary", ".topics",
)  # fmt: skip

SHIFTS = """() => { window.shifts = []; new PerformanceObserver(list => list.getEntries().forEach(
    entry => window.shifts.push(entry.value))).observe({type: "layout-shift", buffered: true}); }"""


def test_without_a_script_everything_is_there_but_the_conversation(window: Window, server: str) -> None:
    """Ask by the form, read the answer, open the document; nothing that needs a script is shown."""
    page = window(java_script_enabled=False)
    page.goto(server)
    question_box(page).fill(DIRECTOR)
    page.get_by_role("button", name="Ask", exact=True).click()  # without a script, Enter breaks the line
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")
    assert page.locator("button:visible:not(.confidence)").all_inner_texts() == ["Ask"]
    page.locator(".open").first.click()
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="Evidence 1 of 1").click()
    expect(page.locator("mark").first).to_be_in_viewport()


def test_with_a_script_and_without_one_the_same_is_said(window: Window, server: str) -> None:
    """For an answer and for none."""
    for question in (DIRECTOR, CAPITAL):
        shown = []
        for scripted in (True, False):
            page = window(java_script_enabled=scripted)
            if scripted:
                page.goto(server)
                ask(page, question)
            else:
                page.goto(link(server, question))
            shown.append([page.locator(f".turn {part}").all_inner_texts() for part in SAID])
        assert shown[0] == shown[1]


def test_on_a_phone_a_document_is_a_page_and_back_leads_to_the_conversation(window: Window, server: str) -> None:
    """There is no room for a panel; the on-screen keyboard does not cover the answer."""
    page = window(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(server)
    ask(page, DIRECTOR)
    expect(question_box(page)).not_to_be_focused()
    page.locator(".unlikely-sources > summary").tap()
    page.locator(".passages summary").first.tap()
    page.locator(".passages .open").first.tap()
    expect(page).to_have_url(re.compile("/documents/blame"))
    expect(page.locator("mark.current")).to_be_in_viewport()
    page.get_by_role("button", name="Next", exact=True).tap()
    expect(page.locator("mark.current")).to_be_in_viewport()
    page.go_back()
    expect(page.locator("blockquote")).to_have_text("Hiroyuki Seshita")


def test_the_keyboard_alone_is_enough(page: Page, server: str) -> None:
    """Slash to ask, arrow keys through the passages, Enter to open one, Escape to close it."""
    page.goto(server)
    page.locator(".home").focus()
    page.keyboard.press("/")
    expect(question_box(page)).to_be_focused()
    page.keyboard.type(f"{DIRECTOR} a/b")
    expect(question_box(page)).to_have_value(f"{DIRECTOR} a/b")
    ask(page, DIRECTOR).locator(".unlikely-sources > summary").click()
    passages = page.locator(".passage")
    page.keyboard.press("ArrowDown")
    expect(passages.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(passages.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".open").first).to_be_focused()


def test_slash_can_be_turned_off(page: Page, server: str) -> None:
    """For users of speech input (WCAG 2.1.4); the choice is stored."""
    page.goto(server)
    page.locator(".menu summary").click()
    page.get_by_role("checkbox").uncheck()
    page.reload()
    page.locator(".home").focus()
    page.keyboard.press("/")
    expect(page.locator(".home")).to_be_focused()


def test_markup_is_shown_and_never_run(page: Page, addresses: Addresses) -> None:
    """In a question, in a document, and in the stored conversation."""
    page.goto(addresses.other)
    asked = "What did Ann Lee write? <script>document.title='taken over'</script><img src=x onerror=\"document.title='taken over'\">"
    turn = ask(page, asked)
    expect(turn.locator(".question")).to_have_text(asked)
    expect(turn.locator(".text").filter(has_text="<script>")).not_to_have_count(0)
    page.reload()
    expect(page.locator(".question")).to_have_text(asked)
    page.locator(".open").filter(has_text="hostile").first.click()
    expect(page.locator("#panel")).to_contain_text("<b>bold</b>")
    assert page.locator("#turns script, #turns b, #turns img, #panel script, #panel .document b").count() == 0
    assert "taken over" not in page.title().replace(asked, "")


@pytest.mark.parametrize(("question", "direction"), [("من بنى المنارة؟", "rtl"), ("灯台はいつ建てられた", "ltr")])
def test_other_scripts_run_their_own_way(page: Page, addresses: Addresses, question: str, direction: str) -> None:
    """Question, passage and document each have the direction of their script."""
    page.goto(addresses.other)
    turn = ask(page, question)
    for part in (".question", ".passage .text"):
        assert turn.locator(part).first.evaluate("e => getComputedStyle(e).direction") == direction
    turn.locator(".open").first.click()
    assert page.locator("#panel .document").evaluate("e => getComputedStyle(e).direction") == direction


def test_nothing_moves_when_an_answer_comes(page: Page, server: str) -> None:
    """No layout shift, if it arrives long after the last input."""
    page.goto(server)
    page.evaluate(SHIFTS)
    for number, question in enumerate((DIRECTOR, CAPITAL)):
        held = Held(page)
        begin(page, question)
        page.wait_for_timeout(1000)  # browsers do not count shifts within half a second of an input
        held.let_go()
        expect(page.locator(".turn").nth(number)).to_have_attribute("data-turn", ANYTHING)
    page.wait_for_timeout(200)
    assert sum(page.evaluate("window.shifts")) == 0


def test_follow_ups_that_come_late_push_no_later_question_away(page: Page, server: str) -> None:
    """They are left out once another question has been asked."""
    held = list[Route]()
    page.route("**/follow-ups*", lambda route: held.append(route))
    page.goto(server)
    ask(page, DIRECTOR)
    with page.expect_response("**/follow-ups*"):
        ask(page, CAPITAL)
        held[0].continue_()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".turn").first.locator(".follow-ups")).not_to_have_attribute("data-url", ANYTHING)
    expect(page.locator(".turn").first.locator(".follow-ups a")).to_have_count(0)


@pytest.mark.parametrize(
    "before", ["<nav", "<details", "<summary", "<main", "<h2>Documents", '<div id="turns"', "<form"]
)
def test_nothing_moves_while_the_page_arrives(page: Page, server: str, before: str) -> None:
    """No layout shift, wherever a slow connection pauses."""
    with paused(server, before) as address:
        page.goto(address)
        page.evaluate(SHIFTS)
        page.wait_for_timeout(200)
        assert sum(page.evaluate("window.shifts")) == 0


@contextmanager
def paused(server: str, before: str) -> Iterator[str]:
    """Yield the address of a proxy of the server that pauses a page once, before this part, which it must have."""
    pauses = 0

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal pauses
            with urlopen(server + self.path) as reply:  # noqa: S310
                body, kind = reply.read(), reply.headers["Content-Type"]
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.end_headers()
            head, part, rest = body.partition(before.encode())
            self.wfile.write(head)
            if part:
                pauses += 1
                time.sleep(0.5)  # a browser paints what it has after a few hundredths of a second
            self.wfile.write(part + rest)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_port}/"
        proxy.shutdown()
    assert pauses == 1


def test_the_page_is_light_and_loads_from_nowhere_else(page: Page, server: str) -> None:
    """Less than 100 kB in all, uncompressed."""
    weights: dict[str, int] = {}
    page.on("response", lambda reply: weights.__setitem__(reply.url, len(reply.body())))
    page.goto(link(server, DIRECTOR), wait_until="networkidle")
    assert len(weights) >= 4
    assert all(url.startswith((server, "data:")) for url in weights)
    assert sum(weights.values()) < 100_000, weights


def test_motion_is_reduced_for_who_asks_for_it(window: Window, server: str) -> None:
    """Smooth scrolling is on for all others."""
    for motion, behaviour in (("reduce", "auto"), ("no-preference", "smooth")):
        page = window(reduced_motion=motion)
        page.goto(server)
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == behaviour


def test_a_conversation_prints(page: Page, server: str, tmp_path: Path) -> None:
    """Questions, answers and passages, without the buttons."""
    from pypdf import PdfReader

    page.goto(server)
    ask(page, DIRECTOR)
    page.pdf(path=tmp_path / "talk.pdf", format="A4")
    sheets = PdfReader(tmp_path / "talk.pdf").pages
    printed = unicodedata.normalize(
        "NFKC", "".join(sheet.extract_text() for sheet in sheets)
    )  # the PDF has a ligature for "fi"
    assert DIRECTOR in printed and "likely" in printed
    assert "Copy link" not in printed and "Show the request" not in printed
