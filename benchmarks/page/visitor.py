"""A visitor of the page in a real browser, whose actions are counted and whose waiting is timed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from playwright.sync_api import Locator, Page


@dataclass(slots=True)
class Visitor:
    """A window, the actions that were taken in it, in words, and the seconds that were waited for what they show.

    Typing a text and pressing its Enter are one action each, as is each click; opening the address is none. The time
    that a person needs to read and to type is in no figure.
    """

    page: Page
    actions: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def open(self, address: str) -> None:
        """Open an address and wait until the question can be typed."""
        self._wait(lambda: self.page.goto(address), self.page.locator("#q"))

    def click(self, what: str, target: Locator, seen: Locator) -> None:
        """Click, and wait until what it shows is seen; ``what`` says in words what is clicked."""
        self.actions.append(f"click {what}")
        self._wait(target.click, seen)

    def type(self, what: str, target: Locator, text: str) -> None:
        """Type a text into a field; ``what`` says in words what is typed."""
        self.actions.append(f"type {what}")
        target.fill(text)

    def press_enter(self, seen: Locator) -> None:
        """Press Enter, and wait until what it shows is seen."""
        self.actions.append("press Enter")
        self._wait(lambda: self.page.keyboard.press("Enter"), seen)

    def _wait(self, act: Callable[[], object], seen: Locator) -> None:
        begun = perf_counter()
        act()
        seen.wait_for()
        self.seconds += perf_counter() - begun
