"""Adding a file on the page, by a button or by dropping it, and asking about it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from tests.browser.conftest import Window
from tests.browser.visitor import ask
from tests.conftest import ADMIN_KEY, serving

QUESTION = "Who is the harbour master?"
FILE = {"name": "harbour [1].txt", "mimeType": "text/plain", "buffer": b"The harbour master is Ann Lee."}
DROP = """([name, text]) => { const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], name, {type: "text/plain"}));
    for (const type of ["dragenter", "dragover", "drop"]) {
        window.dropped = document.querySelector("main").dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer}));
        if (type === "dragover") window.curtain = document.querySelector(".drop").checkVisibility(); } }"""


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[str]:
    """A server of its own, because documents are added to it."""
    folder = tmp_path_factory.mktemp("writable")
    (folder / "texts").mkdir()
    (folder / "texts" / "first.txt").write_text("The lighthouse is a tower of forty metres.", encoding="utf-8")
    build_index(folder / "texts", IndexSettings(index=str(folder / "index")), encoder)
    with serving(folder / "index") as address:
        yield address


@pytest.fixture
def writer(window: Window, writable: str) -> Page:
    """A visitor whose key may write."""
    page = window()
    page.goto(f"{writable}/sign-in")
    page.get_by_label("Key").fill(ADMIN_KEY)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()
    # Its program comes after the page.
    expect(page.locator(".drop")).to_be_attached()
    return page


def test_a_visitor_who_may_not_write_is_offered_nothing(page: Page, writable: str) -> None:
    """Neither a button nor a place to drop a file."""
    page.goto(writable)
    expect(page.locator("#add-file")).to_have_count(0)
    expect(page.locator(".drop")).to_have_count(0)


def test_a_file_is_added_and_asked_about(writer: Page) -> None:
    """The page says how far it is, and limits the next questions to the document."""
    with writer.expect_file_chooser() as chooser:
        writer.get_by_role("button", name="Add a file").click()
    chooser.value.set_files([FILE])  # type: ignore[list-item]
    expect(writer.locator(".notice")).to_contain_text("being read")
    expect(writer.locator(".notice")).to_contain_text("is ready.", timeout=120_000)
    expect(writer.get_by_role("checkbox", name="Only “harbour [1]”")).to_be_checked()
    turn = ask(writer, QUESTION)
    expect(turn.locator(".passage")).to_have_count(1)
    expect(turn.locator(".passage")).to_contain_text("Ann Lee")
    expect(writer.locator(".notice")).to_have_count(0)
    # The same name again would take its place.
    writer.evaluate(DROP, [FILE["name"], "Something else."])
    expect(writer.locator(".notice")).to_contain_text("A document named harbour [1].txt already exists.")


def test_what_is_dropped_is_refused_in_words(writer: Page) -> None:
    """A file that nothing can read, one that is empty or too large, and several at once; the browser opens none."""
    notice = writer.locator(".notice")
    writer.evaluate(DROP, ["picture.xyz", "?"])
    assert writer.evaluate("[window.curtain, window.dropped]") == [True, False]
    expect(writer.locator(".drop")).to_be_hidden()
    expect(notice).to_contain_text("picture.xyz was not added: No parser")
    writer.evaluate(DROP, ["empty.txt", ""])
    expect(notice).to_contain_text("empty.txt was not added: The body is empty")
    writer.locator(".ask").evaluate("form => { form.dataset.maxBytes = 10; }")
    writer.evaluate(DROP, ["large.txt", "Something else."])
    expect(notice).to_contain_text("large.txt is too large")
    writer.context.set_offline(True)
    writer.evaluate(DROP, ["a.txt", "short"])
    expect(notice).to_contain_text("a.txt could not be sent.")
