"""Every state of the page, and how a visitor comes to it: each is looked at, listened to and kept as a picture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.visitor import TURN, Held, ask, begin, first, first_page, link

DIRECTOR, CAPITAL = "Who directed the film?", "What is the capital of France?"


@dataclass(frozen=True)
class Addresses:
    """A server over the seed, one over texts of other scripts, and one that is not there."""

    seed: str
    other: str


Way = Callable[[Page, Addresses], None]


def welcome(page: Page, to: Addresses) -> None:
    """The first visit: what this is, what it knows, five questions made of the collection."""
    first_page(page, to.seed)
    expect(page.locator(".asks-this")).to_have_count(5)


def answered(page: Page, to: Addresses) -> None:
    """The words that answer, their sentence, how sure it is, and the passages with their evidence."""
    page.goto(to.seed)
    ask(page, DIRECTOR)


def follow_up(page: Page, to: Addresses) -> None:
    """A follow-up is understood from the conversation; what was searched is shown, the literal words are a click away."""
    answered(page, to)
    ask(page, "When was it released?")


def unsure(page: Page, to: Addresses) -> None:
    """Something is close, and it looks and says so."""
    page.goto(to.seed)
    expect(ask(page, "Who composed the music of the film?")).to_have_class("turn unsure")


def not_found(page: Page, to: Addresses) -> None:
    """Not in these texts: why, what the texts do answer, and what comes closest."""
    first_page(page, to.seed)
    expect(ask(page, CAPITAL)).to_have_class("turn not_found")


def panel(page: Page, to: Addresses) -> None:
    """A passage opened in its document, beside the conversation."""
    page.goto(to.seed)
    ask(page, "When was Blame! published in a volume?")
    page.locator(".open").first.click()
    expect(page.locator("#panel mark").first).to_be_visible()


def judged(page: Page, to: Addresses) -> None:
    """A passage called right."""
    answered(page, to)
    page.get_by_role("button", name="Right").first.click()
    expect(page.get_by_role("status")).to_have_text("Saved, thank you.")


def menu(page: Page, to: Addresses) -> None:
    """What can be done with a conversation."""
    answered(page, to)
    page.locator(".menu summary").click()


def request(page: Page, to: Addresses) -> None:
    """The request of an answer, to be asked by a program."""
    answered(page, to)
    page.locator(".request summary").click()
    page.locator(".request pre").scroll_into_view_if_needed()


def earlier(page: Page, to: Addresses) -> None:
    """Another visit: conversations that were kept on this device."""
    answered(page, to)
    page.goto(to.seed)
    page.locator("#earlier a").scroll_into_view_if_needed()


def document(page: Page, to: Addresses) -> None:
    """A document as a page of its own."""
    page.goto(f"{to.seed}/documents/blame.txt")


def moved(page: Page, to: Addresses) -> None:
    """An old link, whose words stand elsewhere since the document was edited."""
    page.goto(f"{to.seed}/documents/blame.txt?at=10-26&quote=Hiroyuki+Seshita#10-26")


def gone(page: Page, to: Addresses) -> None:
    """An old link, whose words are no longer there."""
    page.goto(f"{to.seed}/documents/blame.txt?at=10-26&quote=Some+Body+Else#10-26")


def slow(page: Page, to: Addresses) -> None:
    """An answer that takes long."""
    page.goto(to.seed)
    Held(page)
    begin(page, DIRECTOR)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()


def busy(page: Page, to: Addresses) -> None:
    """A server that is busy says when it will be asked again."""
    page.goto(to.seed)
    page.route(TURN, first(9, 503, {"Retry-After": "30"}))
    begin(page, DIRECTOR)
    expect(page.locator(".waiting")).to_contain_text("The server is busy.")


def limited(page: Page, to: Addresses) -> None:
    """A visitor who asks too much is told when the question is asked again."""
    page.goto(to.seed)
    page.route(TURN, first(9, 429, {"Retry-After": "30"}))
    begin(page, DIRECTOR)
    expect(page.locator(".waiting")).to_contain_text("many questions in a short time")


def failed(page: Page, to: Addresses) -> None:
    """A fault of the server, with the number under which its log has it."""
    page.goto(to.seed)
    page.route(TURN, first(9, 500, {"X-Request-ID": "7f3a"}))
    begin(page, DIRECTOR)
    expect(page.locator(".failed")).to_contain_text("7f3a")


def offline(page: Page, to: Addresses) -> None:
    """Asked without a network: the question is kept, and asked when there is one."""
    page.goto(to.seed)
    page.context.set_offline(True)
    begin(page, DIRECTOR)
    expect(page.locator(".failed h3")).to_have_text("You are offline")


def down(page: Page, to: Addresses) -> None:
    """The server is not there: the question is kept."""
    page.goto(to.seed)
    page.route(TURN, lambda route: route.abort("connectionrefused"))
    begin(page, DIRECTOR)
    expect(page.locator(".failed h3")).to_have_text("The server is unreachable")


def japanese(page: Page, to: Addresses) -> None:
    """A question and a text in Japanese."""
    page.goto(link(to.other, "灯台はいつ建てられた"))


def right_to_left(page: Page, to: Addresses) -> None:
    """A question and a text in Arabic."""
    page.goto(link(to.other, "من بنى المنارة؟"))


def hostile(page: Page, to: Addresses) -> None:
    """Markup in a question and in a document is shown, and is never run."""
    page.goto(to.other)
    ask(page, "What did Ann Lee write on the wall? <script>document.title = 'taken over'</script>")


STATES: Mapping[str, Way] = {
    way.__name__.replace("_", "-"): way
    for way in (
        welcome, answered, follow_up, unsure, not_found, panel, judged, menu, request, earlier, document, moved, gone,
        slow, busy, limited, failed, offline, down, japanese, right_to_left, hostile,
    )
}  # fmt: skip
