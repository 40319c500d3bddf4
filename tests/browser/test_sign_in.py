"""Signing in and out in a browser, and what a page of another site achieves there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from qa.web.access.keys import KeyStore
from tests.browser.conftest import Window
from tests.browser.visitor import question_box
from tests.qa.web.server.process import ready

APP = """create_app(HandMade(), __import__("qa.web.service").web.service.AppOptions(
    feedback=Path({folder!r}, "f.sqlite"), keys=Path({folder!r}, "keys.sqlite")))"""
# A form, an image and two requests of scripts, one of them with the browser's cookies.
EVIL = """<!doctype html><form method="post" enctype="text/plain" action="{address}/v1/feedback">
<input name='{{"question": "' value='x"}}'></form><img src="{address}/v1/ask?q=Who">
<script>
fetch("{address}/v1/ask?q=Who", {{credentials: "include"}}).catch(() => 0)
  .then(() => fetch("{address}/turn", {{method: "POST", mode: "no-cors", body: "{{}}"}})).catch(() => 0)
  .then(() => document.forms[0].submit());
</script>"""


@pytest.fixture
def store(tmp_path: Path) -> KeyStore:
    """The file of keys of the server."""
    return KeyStore(tmp_path / "keys.sqlite")


@pytest.fixture
def key(store: KeyStore) -> str:
    """The key of a visitor."""
    return store.add_key("visitor", ["ask"])


@pytest.fixture
def address(tmp_path: Path, key: str) -> Iterator[str]:
    """A server on which asking needs a key."""
    with ready(APP.format(folder=str(tmp_path))) as (_, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def other_site(page: str) -> Iterator[str]:
    """Serve one page, as another site: for a browser, localhost is another one than 127.0.0.1."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def sign_in(page: Page, key: str) -> None:
    """Send the form and wait until the next page's scripts have run: before, a question would load a page anew."""
    page.get_by_label("Key").fill(key)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def test_a_visitor_signs_in_asks_and_signs_out(window: Window, address: str, store: KeyStore, key: str) -> None:
    """A shared link leads to the form and back; scripts do not see the key; a revoked key is said to be none."""
    page = window()
    page.goto(f"{address}/?q=Who")
    sign_in(page, "ns_wrong_key")
    expect(page.get_by_role("alert")).to_contain_text("unknown")
    sign_in(page, key)
    expect(page.locator(".turn")).to_have_count(1)
    assert page.url == f"{address}/?q=Who"
    assert page.evaluate("document.cookie") == ""
    question_box(page).fill("And when?")
    page.keyboard.press("Enter")
    expect(page.locator(".turn.answered")).to_have_count(2)
    store.revoke_key("visitor")
    question_box(page).fill("Why?")
    page.keyboard.press("Enter")
    expect(page.locator(".failed")).to_contain_text("Not signed in")
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_label("Key")).to_be_visible()
    sign_in(page, store.add_key("again", ["ask"]))
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Key")).to_be_visible()
    page.goto(address)
    expect(page.get_by_label("Key")).to_be_visible()


def test_a_page_of_another_site_achieves_nothing(window: Window, address: str, key: str) -> None:
    """Also while its visitor is signed in: a form, an image and requests of scripts are refused."""
    page = window()
    page.goto(address)
    sign_in(page, key)
    expect(question_box(page)).to_be_visible()
    with other_site(EVIL.format(address=address)) as evil:
        page.goto(evil)
        page.wait_for_url(f"{address}/v1/feedback")
    # The browser does not tell scripts what was answered, so the server is asked.
    metrics = page.request.get(f"{address}/metrics", headers={"Authorization": f"Bearer {key}"}).text()
    counted = re.findall(r'_requests_total{method="(.*)",route="(.*)",status="(.*)"}', metrics)
    for method, route in (("GET", "/v1/ask"), ("POST", "/turn"), ("POST", "/v1/feedback")):
        assert [status for *seen, status in counted if seen == [method, route]] == ["403"]
    assert "cross_site" in page.content()
