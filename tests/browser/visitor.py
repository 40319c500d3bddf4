"""Actions of a visitor of the page."""

import re
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Locator, Page, Route, expect

TURN = "**/turn"
ANYTHING = re.compile(".+")


def first_page(page: Page, server: str) -> None:
    """Open the page, and reload it until a server that was just started has made its suggestions."""
    page.goto(server)
    for _ in range(60):
        if page.locator(".asks-this").count():
            return
        page.wait_for_timeout(500)
        page.reload()


def ask(page: Page, question: str) -> Locator:
    """Type a question, send it, and return the answered turn."""
    turn = begin(page, question)
    expect(turn).to_have_attribute("data-turn", ANYTHING)
    return page.locator(".turn").last


def begin(page: Page, question: str) -> Locator:
    """Type a question and send it; return its turn, answered or not."""
    before = page.locator(".turn").count()
    question_box(page).fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    expect(turn).to_be_visible()
    return turn


def question_box(page: Page) -> Locator:
    """Return the box that a question is typed into."""
    return page.get_by_role("textbox", name="Your question")


def link(server: str, question: str) -> str:
    return f"{server}/?q={quote(question)}"


class Held:
    """Requests held back until they are released."""

    def __init__(self, page: Page) -> None:
        self._page, self._routes = page, list[Route]()
        page.route(TURN, lambda route: self._routes.append(route))

    def let_go(self) -> None:
        """Let the server answer them and all later ones."""
        while self._routes:
            self._routes.pop().continue_()
        self._page.unroute(TURN)


def first(times: int, status: int, headers: dict[str, str]) -> Callable[[Route], None]:
    """Return a route that fails this number of times and then asks the server."""
    left = [times]

    def handle(route: Route) -> None:
        if left[0] > 0:
            left[0] -= 1
            route.fulfill(
                status=status, headers=headers, content_type="application/problem+json", body='{"detail": "no"}'
            )
        else:
            route.continue_()

    return handle
