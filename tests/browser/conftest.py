"""Chromium, and windows of it like those of visitors."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from tests.browser import texts
from tests.browser.addresses import Addresses
from tests.browser.administered import administered
from tests.conftest import serving
from tests.qa.web.server.test_collections_served import build_collections
from tests.qa.web.server.test_collections_served import serving as serve_collections

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# A busy machine may take seconds for what takes a tenth of a second elsewhere.
TIMEOUT_MS = 20_000
expect.set_options(timeout=TIMEOUT_MS)
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}

Window = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """CI installs chromium and skips nothing."""
    needs = pytest.mark.skipif(
        not CHROMIUM and "CI" not in os.environ, reason="needs chromium: apt-get install chromium"
    )
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.slow)
            item.add_marker(needs)


# Of a module, because Playwright's event loop counts as running in this thread until it is closed: no other can be run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def addresses(
    server: str, seed_index: Path, tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> Iterator[Addresses]:
    """Servers over the seed, over small texts of other scripts, over two collections, and one to administer."""
    folder = tmp_path_factory.mktemp("other")
    build_index(texts.write(folder / "texts"), IndexSettings(index=str(folder / "index")), encoder)
    build_collections(folder, encoder)
    with (
        serving(folder / "index") as other,
        serve_collections(folder) as several,
        administered(tmp_path_factory.mktemp("admin"), seed_index) as admin,
    ):
        yield Addresses(server, other, f"http://127.0.0.1:{several.port}", admin)


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """Open windows that share nothing; fail if a script of theirs raises an error."""
    contexts = []
    failed: list[str] = []

    def opened(**options: Any) -> Page:  # noqa: ANN401  (what Playwright takes)
        context = browser.new_context(**({"viewport": WIDE, "reduced_motion": "reduce"} | options))
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: failed.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not failed


@pytest.fixture
def page(window: Window) -> Page:
    """A wide window in the light colour scheme."""
    return window()
