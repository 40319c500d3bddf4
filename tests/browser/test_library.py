"""The library, and the search inside of a document."""

from playwright.sync_api import Page, expect

from tests.browser.addresses import Addresses
from tests.browser.conftest import Window

MATCHES = "[...CSS.highlights.get('found')].map((range) => range.toString())"


def test_a_document_is_found_opened_and_asked(page: Page, addresses: Addresses) -> None:
    """From the first page, by its title, to an answer from it alone."""
    page.goto(addresses.other)
    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("searchbox").fill("lighthouse")
    page.keyboard.press("Enter")
    expect(page.locator(".library li")).to_have_count(1)
    page.get_by_role("link", name="The lighthouse").click()
    page.get_by_role("textbox", name="Ask about this document").fill("Who built the lighthouse?")
    page.keyboard.press("Enter")
    expect(page.locator("blockquote")).to_contain_text("Ann Lee")
    expect(page.get_by_label("Only “The lighthouse”")).to_be_checked()
    expect(page.locator(".passage")).to_have_count(1)


def test_the_library_works_without_javascript(window: Window, addresses: Addresses) -> None:
    """Its form and its links; a document shows no box that needs a script."""
    page = window(java_script_enabled=False)
    page.goto(f"{addresses.other}/documents")
    page.get_by_label("Sort by").select_option(label="Longest first")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".library li").first).to_be_visible()
    page.locator(".library a").first.click()
    expect(page.locator("article.document")).to_be_visible()
    expect(page.locator(".find-in")).to_be_hidden()


def test_words_are_found_inside_a_document(page: Page, server: str) -> None:
    """All matches are counted and highlighted in any case and across marks; Enter goes on, Shift and Enter back."""
    page.goto(f"{server}/documents/blame.txt?at=2193-2202#2193-2202")
    field = page.get_by_role("searchbox", name="Find in this document")
    field.fill("  the FILM is ")
    count = page.locator(".find-in output")
    expect(count).to_have_text("1 of 1")
    assert page.evaluate(MATCHES) == ["The film is"]
    expect(page.locator("article mark")).to_have_count(1)
    field.fill("safeguard")
    expect(count).to_have_text("1 of 3")
    field.press("Enter")
    expect(count).to_have_text("2 of 3")
    field.press("Shift+Enter")
    field.press("Shift+Enter")
    expect(count).to_have_text("3 of 3")
    page.get_by_role("button", name="Next match").click()
    expect(count).to_have_text("1 of 3")
    field.fill("[it]")
    expect(count).to_have_text("1 of 1")
    field.fill("full-length")
    expect(count).to_have_text("1 of 1")
    assert page.evaluate(MATCHES) == ["full-length"]
    field.fill("no such words")
    expect(count).to_have_text("No match")
    field.press("Escape")
    expect(count).to_have_text("")
    assert page.evaluate(MATCHES) == []
