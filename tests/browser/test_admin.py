"""What an administrator does on the pages, in a browser: signing in, looking, adding, publishing, going back."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.addresses import Addresses
from tests.browser.administered import administered, open_admin
from tests.browser.conftest import PHONE, Window
from tests.browser.test_states import problems
from tests.qa.web.documents.served import KEY

PAGES = ("", "/feedback", "/questions", "/documents", "/builds")
SERVED = re.compile("served$")


@pytest.fixture
def address(tmp_path: Path, seed_index: Path) -> Iterator[str]:
    """A server of its own, for what changes it."""
    with administered(tmp_path, seed_index) as address:
        yield address


def text_file(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def test_a_key_opens_the_administration_and_the_way_to_it(page: Page, addresses: Addresses) -> None:
    """The first page has no link to it for a visitor; the form leads back, and then there is one."""
    page.goto(addresses.admin)
    navigation = page.get_by_role("navigation", name="Site")
    expect(navigation.get_by_role("link", name="Administration")).to_have_count(0)
    page.goto(f"{addresses.admin}/admin/builds")
    page.get_by_label("Key").fill(KEY)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{addresses.admin}/admin/builds")
    expect(navigation.get_by_role("link", name="Administration")).to_have_attribute("aria-current", "page")


def test_feedback_is_filtered_and_leads_to_its_passage(page: Page, addresses: Addresses) -> None:
    """Only what was called right remains, with its words; the link opens the document with the passage marked."""
    open_admin(page, addresses.admin, "/feedback")
    page.get_by_label("Verdict").select_option("right")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".verdicts > li")).to_have_count(1)
    expect(page.locator(".verdicts h2")).to_have_text("Who directed the film?")
    page.get_by_role("link", name="blame.txt").click()
    expect(page.locator("article mark").first).to_be_visible()


def test_the_export_is_what_the_evaluation_reads(page: Page, addresses: Addresses) -> None:
    """A link downloads it, by the key of the cookie."""
    open_admin(page, addresses.admin, "/feedback")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as judgements").click()
    assert '"question": "Who directed the film?"' in Path(download.value.path()).read_text(encoding="utf-8")


def test_unanswered_questions_are_opened_and_asked(page: Page, addresses: Addresses) -> None:
    """A group shows its other questions on demand, and its first one can be asked again."""
    open_admin(page, addresses.admin, "/questions")
    row = page.get_by_role("row").filter(has_text="France")
    row.get_by_text("2 more like it").click()
    expect(row.locator("li")).to_have_count(2)
    expect(page.locator(".words")).to_contain_text("password")
    row.get_by_role("link").click()
    expect(page.locator(".turn")).to_contain_text("Not found in these documents")


def test_files_are_added_published_and_taken_back(page: Page, address: str) -> None:
    """What was built appears by itself; publishing and going back are a click each."""
    open_admin(page, address, "/documents")
    page.get_by_label("Add documents").set_input_files(
        [text_file("one.txt", "Bees buzz."), text_file("two.txt", "Owls hunt.")]
    )
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The files were received")).to_be_visible()
    expect(page.locator("#jobs tbody tr").first).to_contain_text("held", timeout=60_000)
    page.get_by_role("link", name="Builds").click()
    expect(page.locator(".card.held")).to_contain_text("Documents: 3 added, 0 changed, 0 removed.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("row").filter(has_text="served")).to_contain_text("4")
    page.get_by_role("button", name=re.compile("Serve version 000001")).click()
    expect(page.get_by_role("row").filter(has_text="000001-").filter(has_text=SERVED)).to_have_count(1)
    expect(page.get_by_text("An earlier version was chosen.")).to_be_visible()


def test_a_document_is_removed_by_keyboard_after_a_question(page: Page, address: str) -> None:
    """Cancel leads back and changes nothing; the button removes it."""
    open_admin(page, address, "/documents")
    page.get_by_role("link", name="Remove Blame!").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Remove this document?")
    page.get_by_role("link", name="Cancel").press("Enter")
    expect(page.locator("#jobs tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Remove Blame!").press("Enter")
    page.get_by_role("button", name="Remove").press("Enter")
    expect(page.locator("#jobs tbody tr")).to_have_count(2)


def test_it_works_without_javascript(window: Window, address: str) -> None:
    """A document is replaced by a file of another name."""
    page = window(java_script_enabled=False)
    open_admin(page, address, "/documents")
    page.get_by_text("Replace", exact=True).first.click()
    page.get_by_label("File that replaces Blame!").set_input_files(text_file("other.txt", "Another text."))
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.get_by_role("status").first).to_have_text("The new file was received and is being built.")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_scrolls_sideways(window: Window, addresses: Addresses, path: str) -> None:
    """At 320 pixels everything can be read and reached, and is accessible on a phone."""
    page = window(viewport={"width": 320, "height": 640}, has_touch=True, color_scheme="dark")
    open_admin(page, addresses.admin, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert problems(page) == ""


@pytest.mark.parametrize("path", PAGES)
def test_what_is_touched_is_large_enough(window: Window, addresses: Addresses, path: str) -> None:
    """Buttons and fields have 44 pixels in height under a finger."""
    page = window(viewport=PHONE, has_touch=True, is_mobile=True)
    open_admin(page, addresses.admin, path)
    small = "main :is(button, select, input:not([type=hidden]))"
    heights = page.eval_on_selector_all(small, "all => all.filter(e => e.checkVisibility()).map(e => e.offsetHeight)")
    assert all(height >= 44 for height in heights), heights
