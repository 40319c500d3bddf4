"""What a visitor does on the page, in words."""

import re
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Locator, Page, Route, expect

TURN = "**/turn"
ANYTHING = re.compile(".+")


def first_page(page: Page, server: str) -> None:
    """Comes to the page, again and again until the server, which has just been started, has made its questions."""
    page.goto(server)
    for _ in range(60):
        if page.locator(".asks-this").count():
            return
        page.wait_for_timeout(500)
        page.reload()


def ask(page: Page, question: str) -> Locator:
    """Types a question, sends it, and returns the answered turn."""
    turn = begin(page, question)
    expect(turn).to_have_attribute("data-turn", ANYTHING)
    return page.locator(".turn").last


def begin(page: Page, question: str) -> Locator:
    """Types a question and sends it; returns its turn, whatever becomes of it."""
    before = page.locator(".turn").count()
    page.get_by_role("searchbox").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    expect(turn).to_be_visible()
    return turn


def link(server: str, question: str) -> str:
    return f"{server}/?q={quote(question)}"


class Held:
    """Requests that do not reach the server before they are let through."""

    def __init__(self, page: Page) -> None:
        self._page, self._routes = page, list[Route]()
        page.route(TURN, lambda route: self._routes.append(route))

    def let_go(self) -> None:
        """The real server answers them, and all that come later."""
        while self._routes:
            self._routes.pop().continue_()
        self._page.unroute(TURN)


def first(times: int, status: int, headers: dict[str, str]) -> Callable[[Route], None]:
    """A route that refuses so many times and then asks the real server."""
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
