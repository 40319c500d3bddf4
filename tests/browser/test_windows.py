"""What happens to conversations when several windows, a full storage, an impatient visitor or an old browser are met."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.states import CAPITAL, DIRECTOR
from tests.browser.visitor import ANYTHING, Held, ask, begin, question_box

QUESTIONS = """Object.keys(localStorage).filter(key => key.startsWith("netsphere:"))
    .map(key => JSON.parse(localStorage[key]).questions).sort()"""
# A storage of few characters, as one that is nearly full.
SMALL = """() => { Storage.prototype.setItem = new Proxy(Storage.prototype.setItem, { apply: (set, storage, [key, value]) => {
    const others = Object.entries(storage).filter(([one]) => one !== key).reduce((sum, [, one]) => sum + one.length, 0);
    if (others + value.length > SIZE) throw new DOMException("full", "QuotaExceededError");
    return Reflect.apply(set, storage, [key, value]); } }) }"""
STORE = """([name, size]) => localStorage.setItem("netsphere:old", JSON.stringify(
    {title: name, at: 1, questions: [name], turns: [{asked: {question: name.padEnd(size)}}]}))"""


def test_two_windows_with_one_conversation_lose_nothing(page: Page, server: str) -> None:
    """Whoever goes on with it second goes on with a copy."""
    page.goto(server)
    ask(page, DIRECTOR)
    with page.context.new_page() as other:
        other.goto(server)
        other.get_by_role("complementary", name="Conversations").get_by_role("link", name=DIRECTOR).click()
        ask(other, CAPITAL)
    ask(page, "When was it released?")
    assert page.evaluate(QUESTIONS) == [[DIRECTOR, CAPITAL], [DIRECTOR, "When was it released?"]]
    page.reload()
    expect(page.locator(".turn .question")).to_have_text([DIRECTOR, "When was it released?"])


def test_a_conversation_that_does_not_fit_costs_no_other(page: Page, server: str) -> None:
    """A full storage makes room, but not for an answer that is too long even alone; of that the question is kept."""
    page.goto(server)
    for size, room, kept in ((10, 1_000, ["Old", CAPITAL]), (99_000, 100_000, [CAPITAL, CAPITAL])):
        page.evaluate(STORE, ["Old", size])
        page.reload()
        page.evaluate(SMALL.replace("SIZE", str(room)))
        ask(page, CAPITAL)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(QUESTIONS) == [[one] for one in kept]
        page.goto(server)


def test_a_question_whose_conversation_was_left_can_be_asked_again(page: Page, server: str) -> None:
    """Its answer is not shown elsewhere, and the next question need not wait for it."""
    page.goto(server)
    ask(page, CAPITAL)
    page.goto(server)
    held = Held(page)
    begin(page, DIRECTOR)
    page.get_by_role("complementary", name="Conversations").get_by_role("link", name=CAPITAL).click()
    held.let_go()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status")).not_to_contain_text("Seshita")
    assert DIRECTOR not in page.title()
    ask(page, "And of Spain?")
    expect(page.locator(".turn .question")).to_have_text([CAPITAL, "And of Spain?"])
    page.get_by_role("complementary", name="Conversations").get_by_role("link", name=DIRECTOR).click()
    expect(page.locator(".failed")).to_contain_text("You left before the answer arrived.")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn")).to_have_attribute("data-turn", ANYTHING)


def test_a_name_that_is_being_typed_outlives_a_change_of_the_list(page: Page, server: str) -> None:
    """Another window asks, and the list is drawn again afterwards."""
    page.goto(server)
    ask(page, DIRECTOR)
    page.get_by_role("complementary", name="Conversations").get_by_role("listitem").hover()
    page.get_by_role("button", name=f"Rename {DIRECTOR}").click()
    page.keyboard.type("The film")
    page.evaluate("dispatchEvent(new StorageEvent('storage'))")
    page.keyboard.type(" and its people\n")
    expect(page.get_by_role("link", name="The film and its people")).to_be_focused()


def test_the_focus_stays_in_the_list_when_it_is_drawn_again(page: Page, server: str) -> None:
    """Whoever walks through it by keyboard keeps the place."""
    page.goto(server)
    ask(page, DIRECTOR)
    link = page.get_by_role("complementary", name="Conversations").get_by_role("link", name=DIRECTOR)
    link.focus()
    page.evaluate("dispatchEvent(new StorageEvent('storage'))")
    expect(link).to_be_focused()


def test_an_older_browser_can_ask(window: Window, server: str) -> None:
    """One without popover, grouping and storage."""
    page = window(viewport={"width": 1280, "height": 900})
    page.add_init_script(
        "delete Object.groupBy; delete HTMLElement.prototype.popover; delete HTMLElement.prototype.hidePopover"
    )
    page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get() { throw new Error() } })"
    )
    page.goto(server)
    ask(page, DIRECTOR)
    ask(page, CAPITAL)
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Delete this conversation").click()
    page.wait_for_load_state()
    expect(page.locator(".turn")).to_have_count(0)
    question_box(page).press_sequentially("Enter sends\n")
    expect(page.locator(".turn")).to_have_count(1)
