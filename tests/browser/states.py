"""Every state of the page, and how a visitor reaches it: each is checked for accessibility and kept as a picture."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.visitor import TURN, Held, ask, begin, first, first_page, link

DIRECTOR, CAPITAL = "Who directed the film?", "What is the capital of France?"


@dataclass(frozen=True)
class Addresses:
    """A server over the seed, one over texts of other scripts, and one of several collections."""

    seed: str
    other: str
    several: str


Way = Callable[[Page, Addresses], None]


def welcome(page: Page, to: Addresses) -> None:
    """The first visit: the purpose of the page, its documents, and five suggested questions."""
    first_page(page, to.seed)
    expect(page.locator(".asks-this")).to_have_count(5)


def answered(page: Page, to: Addresses) -> None:
    """The words that answer, their sentence, the confidence, and the passages with their evidence."""
    page.goto(to.seed)
    ask(page, DIRECTOR)


def follow_up(page: Page, to: Addresses) -> None:
    """A follow-up is understood from the conversation; the search text is shown, the exact words are a click away."""
    answered(page, to)
    ask(page, "When was it released?")


def unsure(page: Page, to: Addresses) -> None:
    """A possible answer, marked as such."""
    page.goto(to.seed)
    expect(ask(page, "Which magazine printed the film's manga?")).to_have_class("turn unsure")


def not_found(page: Page, to: Addresses) -> None:
    """No answer in these documents: the reason, questions that are answered, and the closest passages."""
    first_page(page, to.seed)
    expect(ask(page, CAPITAL)).to_have_class("turn not_found")


def panel(page: Page, to: Addresses) -> None:
    """A passage opened in its document, beside the conversation."""
    page.goto(to.seed)
    ask(page, "When was Blame! published in a volume?")
    page.locator(".open").first.click()
    expect(page.locator("#panel mark").first).to_be_visible()


def original_page(page: Page, to: Addresses) -> None:
    """A passage of a PDF: beside its text the page of the original, with the evidence framed."""
    page.goto(to.other)
    ask(page, "Who is the harbour master?").locator(".open").first.click()
    expect(page.locator("#panel rect.current").first).to_be_visible()


def judged(page: Page, to: Addresses) -> None:
    """A passage judged right."""
    answered(page, to)
    page.get_by_role("button", name="Right").first.click()
    expect(page.get_by_role("status")).to_have_text("Saved, thank you.")


def menu(page: Page, to: Addresses) -> None:
    """The menu of a conversation."""
    answered(page, to)
    page.locator(".menu summary").click()


def request(page: Page, to: Addresses) -> None:
    """The request behind an answer, for use in a program."""
    answered(page, to)
    page.locator(".request summary").click()
    page.locator(".request pre").scroll_into_view_if_needed()


def earlier(page: Page, to: Addresses) -> None:
    """Another visit: earlier conversations, stored on this device."""
    answered(page, to)
    page.goto(to.seed)
    page.locator("#earlier a").scroll_into_view_if_needed()


def document(page: Page, to: Addresses) -> None:
    """A document on its own page."""
    page.goto(f"{to.seed}/documents/blame.txt")


def moved(page: Page, to: Addresses) -> None:
    """An old link whose words are elsewhere since the document was edited."""
    page.goto(f"{to.seed}/documents/blame.txt?at=10-26&quote=Hiroyuki+Seshita#10-26")


def gone(page: Page, to: Addresses) -> None:
    """An old link whose words are no longer in the document."""
    page.goto(f"{to.seed}/documents/blame.txt?at=10-26&quote=Some+Body+Else#10-26")


def slow(page: Page, to: Addresses) -> None:
    """An answer that takes a long time."""
    page.goto(to.seed)
    Held(page)
    begin(page, DIRECTOR)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible()


def failed(page: Page, to: Addresses) -> None:
    """An error of the server, with the request id to search its log for."""
    page.goto(to.seed)
    page.route(TURN, first(9, 500, {"X-Request-ID": "7f3a"}))
    begin(page, DIRECTOR)
    expect(page.locator(".failed")).to_contain_text("7f3a")


def offline(page: Page, to: Addresses) -> None:
    """A question asked without a network: it is saved, and sent when the network is back."""
    page.goto(to.seed)
    page.context.set_offline(True)
    begin(page, DIRECTOR)
    expect(page.locator(".failed h3")).to_have_text("You are offline")


def down(page: Page, to: Addresses) -> None:
    """An unreachable server: the question is saved."""
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
    """Markup in a question and in a document is displayed and never run."""
    page.goto(to.other)
    ask(page, "What did Ann Lee write on the wall? <script>document.title = 'taken over'</script>")


def collections(page: Page, to: Addresses) -> None:
    """Several collections in one server: what each is, and below the question the choice between them."""
    first_page(page, to.several)
    expect(page.get_by_label("Collection")).to_be_visible()


def collection(page: Page, to: Addresses) -> None:
    """An answer from the collection that was chosen; without a choice all are asked, and sources name theirs."""
    page.goto(to.several)
    page.get_by_label("Collection").select_option("staff")
    ask(page, "How many days of paid leave does an employee have?")


STATES: Mapping[str, Way] = {
    way.__name__.replace("_", "-"): way
    for way in (
        welcome, answered, follow_up, unsure, not_found, panel, original_page, judged, menu, request, earlier, document, moved, gone,
        slow, failed, offline, down, japanese, right_to_left, hostile, collections, collection,
    )
}  # fmt: skip
