"""The states of the pages about documents, and of those for administrators."""

from playwright.sync_api import Page, expect

from tests.browser.addresses import Addresses
from tests.browser.administered import open_admin


def no_document(page: Page, to: Addresses) -> None:
    """A link to a document that is gone."""
    page.goto(f"{to.seed}/documents/none.txt")


def document(page: Page, to: Addresses) -> None:
    """A document on its own page."""
    page.goto(f"{to.seed}/documents/blame.txt")


def library(page: Page, to: Addresses) -> None:
    """All documents, with what is known of each; by title and metadata."""
    page.goto(f"{to.other}/documents")


def nothing_matches(page: Page, to: Addresses) -> None:
    """No document with these words in its title."""
    page.goto(f"{to.other}/documents?q=elephants")


def found_inside(page: Page, to: Addresses) -> None:
    """Words found inside a document, with its contents beside it."""
    page.goto(f"{to.seed}/documents/blame.txt")
    page.locator("#find").fill("safeguard")
    expect(page.locator(".find-in output")).to_have_text("1 of 3")


def moved(page: Page, to: Addresses) -> None:
    """An old link whose words are elsewhere since the document was edited."""
    page.goto(f"{to.seed}/documents/blame.txt?at=10-26&quote=Hiroyuki+Seshita#10-26")


def gone(page: Page, to: Addresses) -> None:
    """An old link whose words are no longer in the document."""
    page.goto(f"{to.seed}/documents/blame.txt?at=10-26&quote=Some+Body+Else#10-26")


def admin_overview(page: Page, to: Addresses) -> None:
    """The administration: what is served, what waits to be published, and what visitors say."""
    open_admin(page, to.admin)
    expect(page.locator(".notice").first).to_be_visible()


def admin_feedback(page: Page, to: Addresses) -> None:
    """Each verdict with its question, the words and the passage."""
    open_admin(page, to.admin, "/feedback")


def admin_questions(page: Page, to: Addresses) -> None:
    """Questions without an answer, those that ask for the same together, and words that no document has."""
    open_admin(page, to.admin, "/questions")
    page.locator("main details summary").first.click()


def admin_documents(page: Page, to: Addresses) -> None:
    """Documents are added, replaced and removed."""
    open_admin(page, to.admin, "/documents")
    page.locator(".actions summary").first.click()


def admin_builds(page: Page, to: Addresses) -> None:
    """A version that is held, what it changes, and the versions to go back to."""
    open_admin(page, to.admin, "/builds")
    expect(page.get_by_role("button", name="Publish")).to_be_visible()


WAYS = (
    library, nothing_matches, document, found_inside, moved, gone, no_document,
    admin_overview, admin_feedback, admin_questions, admin_documents, admin_builds,
)  # fmt: skip
