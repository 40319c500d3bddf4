"""Every state of the page, and how a visitor reaches it: each is checked for accessibility and kept as a picture."""

from collections.abc import Callable, Mapping

from playwright.sync_api import Page, expect

from tests.browser import document_states as documents
from tests.browser.addresses import Addresses
from tests.browser.shared_links import make_shared, pack
from tests.browser.visitor import TURN, Held, ask, begin, first, first_page, link, question_box

DIRECTOR, CAPITAL = "Who directed the film?", "What is the capital of France?"

Way = Callable[[Page, Addresses], None]


def welcome(page: Page, to: Addresses) -> None:
    """The first visit: the purpose of the page, its documents, and questions to begin with."""
    first_page(page, to.seed)
    expect(page.locator(".asks-this")).to_have_count(4)


def answered(page: Page, to: Addresses) -> None:
    """One card: the words that answer, their sentence, how sure they are, and the source; questions to go on with."""
    page.goto(to.seed)
    ask(page, DIRECTOR)
    expect(page.locator(".follow-ups a").first).to_be_visible()


def confidence(page: Page, to: Addresses) -> None:
    """What a confidence means, for whoever points at it or reaches it by keyboard."""
    answered(page, to)
    page.locator(".confidence").focus()
    expect(page.locator(".tip")).to_be_visible()


def sources(page: Page, to: Addresses) -> None:
    """The passage of the answer, and another source opened; unlikely ones are shown on request."""
    answered(page, to)
    page.locator(".whole summary").click()
    page.locator(".unlikely-sources > summary").click()
    page.locator(".passages summary").first.click()


def german(page: Page, to: Addresses) -> None:
    """The page in German; the documents stay as they are."""
    page.context.add_cookies([{"name": "netsphere_language", "value": "de", "url": to.seed}])
    page.goto(link(to.seed, DIRECTOR))
    expect(page.locator(".status")).to_have_text("Antwort")


def japanese_interface(page: Page, to: Addresses) -> None:
    """The page in Japanese, with a question that is not answered."""
    page.context.add_cookies([{"name": "netsphere_language", "value": "ja", "url": to.seed}])
    page.goto(link(to.seed, CAPITAL))
    expect(page.locator(".status")).to_have_text("これらの文書にはありません")


def table(page: Page, to: Addresses) -> None:
    """A row of a table that answers, in its table."""
    page.goto(to.other)
    ask(page, "How much is a ticket to the tower?")
    page.locator(".whole summary").click()


def code(page: Page, to: Addresses) -> None:
    """Code in a passage."""
    page.goto(to.other)
    ask(page, "How is the lamp configuration restored?")
    page.locator(".whole summary").first.click()


def long_words(page: Page, to: Addresses) -> None:
    """Words that are longer than a line."""
    page.goto(to.other)
    ask(page, "Which authority checks the lamp?")


def follow_up(page: Page, to: Addresses) -> None:
    """A follow-up is understood from the conversation; the search text is shown, the exact words are a click away."""
    answered(page, to)
    ask(page, "When was it released?")


def unsure(page: Page, to: Addresses) -> None:
    """A possible answer, marked as such."""
    page.goto(to.seed)
    expect(ask(page, "Which magazine printed the film's manga?")).to_have_class("turn unsure")


def not_found(page: Page, to: Addresses) -> None:
    """No answer in these documents: the reason, what was searched, what comes closest, and what there is to ask."""
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
    """An answer judged wrong: wrong words and a wrong passage are told apart."""
    answered(page, to)
    page.get_by_role("button", name="Wrong answer").click()
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
    """Another visit: the conversations on this device, by day, and a name that was given to one."""
    answered(page, to)
    page.goto(to.seed)
    ask(page, CAPITAL)
    page.locator(".conversations li").first.hover()
    page.get_by_role("button", name=f"Rename {CAPITAL}").click()
    page.keyboard.type("Geography\n")


def drawer(page: Page, to: Addresses) -> None:
    """The list of conversations on a narrow screen, and how one that was deleted is brought back."""
    answered(page, to)
    page.set_viewport_size({"width": 768, "height": 900})
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name=f"Delete {DIRECTOR}").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def completion(page: Page, to: Addresses) -> None:
    """Titles and headings that begin with what is being typed."""
    page.goto(to.other)
    question_box(page).press_sequentially("Who built the light")
    page.get_by_role("listbox").get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


def too_long(page: Page, to: Addresses) -> None:
    """A question that is longer than the server takes: by how much is said, and nothing is cut."""
    page.goto(to.seed)
    question_box(page).fill("Who directed the film? " * 44)


def one_document(page: Page, to: Addresses) -> None:
    """Questions about one document only, until the tick is taken away."""
    page.goto(f"{to.other}/?document=lighthouse.md")
    ask(page, "How tall is it?")


def shared(page: Page, to: Addresses) -> None:
    """A link that holds an answer: the quotation is checked against the document."""
    page.goto(f"{to.seed}/shared#{pack(make_shared(to.seed))}")
    expect(page.locator(".valid")).to_be_visible()


def forged(page: Page, to: Addresses) -> None:
    """A link whose words somebody has changed: they are not in the document."""
    held = make_shared(to.seed)
    held["turns"][0]["sources"][0]["text"] = "The film is directed by Somebody Else."
    page.goto(f"{to.seed}/shared#{pack(held)}")
    expect(page.locator(".gone")).to_be_visible()


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
        welcome, answered, confidence, sources, follow_up, unsure, not_found, panel, original_page, judged, menu, request,
        earlier, drawer, completion, too_long, one_document, shared, forged, *documents.WAYS, slow, failed, offline, down,
        german, japanese_interface, japanese, right_to_left, table, code, long_words, hostile, collections, collection,
    )
}  # fmt: skip
