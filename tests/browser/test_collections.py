"""The choice between several collections: part of the question, of its link, of its sources and of a verdict."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import ask
from tests.qa.web.server.test_collections_served import FILM, LEAVE, built, serving

__all__ = ["built"]


@pytest.fixture(scope="module")
def several(built: Path) -> Iterator[str]:
    """A server of two collections."""
    with serving(built) as server:
        yield f"http://127.0.0.1:{server.port}"


def test_a_collection_is_chosen_and_asked(page: Page, several: str) -> None:
    """Only its passages are sources, also after opening the link; each opens in its document."""
    page.goto(several)
    expect(page.get_by_role("heading", name="Collections")).to_be_visible()
    page.get_by_label("Collection").select_option("staff")
    turn = ask(page, LEAVE)
    expect(turn.locator(".passage .collection")).to_have_text(["Staff handbook"])
    assert "collection=staff" in page.url
    page.goto(page.url)
    expect(page.locator(".passage")).to_have_count(1)
    expect(page.get_by_label("Collection")).to_have_value("staff")
    page.locator(".open").first.click()
    expect(page.locator("#panel mark").first).to_contain_text("27 days")


def test_without_a_choice_all_are_asked_and_a_verdict_names_its_collection(page: Page, several: str) -> None:
    """The surest answers, whichever collection it is in; what is said of its passage goes there."""
    page.goto(several)
    turn = ask(page, FILM)
    expect(turn.locator(".passage .collection").first).to_have_text("films")
    with page.expect_request("**/v1/feedback") as sent:
        turn.get_by_role("button", name="Yes").first.click()
    assert json.loads(sent.value.post_data or "")["collection"] == "films"
    expect(page.locator("#announcement")).to_contain_text("Saved")


def test_the_first_page_of_a_collection_says_what_it_is(page: Page, several: str) -> None:
    """Its title and description, one click away from the list of all."""
    page.goto(several)
    page.get_by_role("link", name="Staff handbook").click()
    expect(page.get_by_role("heading", name="Staff handbook")).to_be_visible()
    expect(page.get_by_text("Rules for employees.")).to_be_visible()
    expect(page.get_by_role("link", name="Leave")).to_be_visible()
