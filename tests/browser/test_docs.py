"""Requests are tried at /docs, in a browser that follows the content security policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Window
from tests.qa.web.helpers import DOCUMENT
from tests.qa.web.server.process import ready


@pytest.fixture
def page(window: Window) -> Iterator[Page]:
    """The page of a server with hand-made answers."""
    with ready() as (_, port):
        page = window()
        page.goto(f"http://127.0.0.1:{port}/docs")
        yield page


def open_form(page: Page, operation: str) -> Locator:
    """Open the form of an operation and return its section."""
    section = page.locator(f'[id="{operation}"]')
    section.get_by_text("Try it").click()
    return section


def test_the_example_is_sent_and_its_response_shown(page: Page) -> None:
    """With status, headers and the body, indented."""
    section = open_form(page, "api.ask")
    body = section.get_by_label("Body of the request")
    body.fill('{"question": "Who directed the film?"}')
    section.get_by_role("button", name="Send").click()
    output = section.locator("output")
    expect(output).to_contain_text("200 OK")
    expect(output).to_contain_text("x-request-id: ")
    expect(output).to_contain_text('"text": "Hiroyuki Seshita"')


def test_parameters_go_where_they_belong(page: Page) -> None:
    """An id with a slash into the path, others into the query; a failure is shown as it is."""
    section = open_form(page, "api.document")
    section.get_by_label("id").fill(DOCUMENT)
    section.get_by_label("start").fill("0")
    section.get_by_label("end").fill("5")
    section.get_by_role("button", name="Send").click()
    expect(section.locator("output")).to_contain_text('"text": "Plans"')
    section.get_by_label("end").fill("x")
    section.get_by_role("button", name="Send").click()
    expect(section.locator("output")).to_contain_text('"code": "wrong_type"')


def test_a_key_is_sent_that_the_visitor_gives(page: Page) -> None:
    """And none before."""
    section = open_form(page, "documents.jobs")
    section.get_by_role("button", name="Send").click()
    expect(section.locator("output")).to_contain_text('"code": "unauthorized"')
    page.get_by_label("Key, if the server needs one").fill("the-key")
    section.get_by_role("button", name="Send").click()
    expect(section.locator("output")).to_contain_text('"code": "not_stored"')
