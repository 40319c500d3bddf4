"""Pages of a PDF beside its text, in a real Chromium against a real server with the real model."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect
from reportlab.pdfgen.canvas import Canvas

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from qa.client import Client
from tests.browser.conftest import PHONE, Window
from tests.browser.test_states import problems
from tests.browser.visitor import ask
from tests.conftest import serving
from tests.index.parsers.pdf_samples import draw, draw_prose

MASTER = "Who is the harbour master?"
FIRST = "The harbour master is Hiroyuki Seshita, who lives in the lighthouse by the west pier of the old town. "
SECOND = "A berth costs twenty-two crowns a night, and visitors pay it at the office before they leave the harbour. "


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[str]:
    """A server over a PDF of two pages."""
    place = tmp_path_factory.mktemp("harbour")
    (place / "texts").mkdir()
    file = draw([partial(draw_prose, text=text) for text in (FIRST, SECOND)])
    (place / "texts" / "guide.pdf").write_bytes(file)
    build_index(place / "texts", IndexSettings(index=str(place / "index")), encoder)
    with serving(place / "index") as address:
        yield address


def link(address: str, *quotes: str) -> str:
    """Return the address of the document page with words marked."""
    with Client(address) as client:
        text = client.get_document("guide.pdf").text
    places = [(text.index(quote), text.index(quote) + len(quote)) for quote in quotes]
    return f"{address}/documents/guide.pdf?" + "&".join(f"at={start}-{end}" for start, end in places)


def expect_picture(part: Page | Locator) -> None:
    """Wait until the picture of a page is shown with a frame around the current evidence."""
    expect(part.locator("figure:visible rect.current").first).to_be_visible()
    image = part.locator("figure:visible img").first
    expect(image).to_be_visible()
    assert image.evaluate("image => image.naturalWidth") == 1200


def measure(part: Page | Locator) -> list[float]:
    """Return the left, top, right and bottom of the current frame, in parts of the picture."""
    rect, image = (part.locator(f"figure:visible {name}").first.bounding_box() for name in ("rect.current", "img"))
    assert rect
    assert image
    x, y = (rect["x"] - image["x"]) / image["width"], (rect["y"] - image["y"]) / image["height"]
    return [x, y, x + rect["width"] / image["width"], y + rect["height"] / image["height"]]


def test_the_evidence_is_framed_where_it_is(page: Page, harbour: str) -> None:
    """The frame lies on the words, in the picture as large as it is shown, beside the text."""
    page.goto(link(harbour, "The harbour master is"))
    expect_picture(page)
    left, top, right, bottom = measure(page)
    width = Canvas("x.pdf").stringWidth("The harbour master is", "Helvetica", 12)
    assert left == pytest.approx(60 / 600, abs=0.01)
    assert right == pytest.approx((60 + width) / 600, abs=0.01)
    assert top < 100 / 800 < bottom < 110 / 800
    text, picture = (page.locator(name).bounding_box() for name in (".document", ".paper"))
    assert text
    assert picture
    assert picture["x"] >= text["x"] + text["width"]
    expect(page.get_by_role("img", name="Page 1 of the original, with the evidence framed")).to_be_visible()
    original = page.get_by_role("link", name="Open page 1 of the original")
    expect(original).to_have_attribute("href", "/v1/documents/guide.pdf/original#page=1")


def test_the_page_follows_the_evidence(page: Page, harbour: str) -> None:
    """By button and by keyboard; only the page of the current mark is shown."""
    page.goto(link(harbour, "Hiroyuki Seshita", "A berth costs"))
    for number, button in enumerate(("Next", "Previous", "Next")):
        expect(page.get_by_role("img", name=f"Page {1 + number % 2} of the original, with")).to_be_visible()
        expect(page.locator("figure:visible")).to_have_count(1)
        expect_picture(page)
        page.get_by_role("button", name=button, exact=True).press("Enter")


def test_the_panel_shows_the_page(page: Page, harbour: str) -> None:
    """Below the text, at the evidence, while the marked words stay in sight."""
    page.goto(harbour)
    ask(page, MASTER).locator(".open").first.click()
    panel = page.locator("#panel")
    expect_picture(panel)
    expect(panel.locator("rect.current").first).to_be_in_viewport()
    mark, pictures = panel.locator("mark.current").bounding_box(), panel.locator(".originals").bounding_box()
    assert mark
    assert pictures
    assert mark["y"] + mark["height"] <= pictures["y"]


@pytest.mark.parametrize("broken", ["**/*.png", "**/pages/1?at=*"])
def test_a_picture_or_a_frame_that_is_not_to_be_had(page: Page, harbour: str, broken: str) -> None:
    """What is there is shown: the picture without a frame, or the link without the picture."""
    page.route(broken, lambda route: route.fulfill(status=404, content_type="application/problem+json", body="{}"))
    page.goto(link(harbour, "The harbour master is"))
    if broken.endswith(".png"):
        expect(page.locator(".paper")).to_be_hidden()
    else:
        expect(page.get_by_role("img", name="Page 1 of the original", exact=True)).to_be_visible()
    expect(page.locator("rect")).to_have_count(0)
    expect(page.get_by_role("link", name="Open page 1 of the original")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(window: Window, harbour: str, scheme: str) -> None:
    """axe-core finds no violation, nothing scrolls sideways, and a link leads from the evidence to the picture."""
    page = window(color_scheme=scheme)
    page.goto(link(harbour, "The harbour master is"))
    expect_picture(page)
    assert problems(page) == ""
    page = window(color_scheme=scheme, viewport=PHONE)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(link(harbour, "The harbour master is"))
    page.get_by_role("link", name="Picture of the page").press("Enter")
    expect_picture(page)
    expect(page.locator("#originals img")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert problems(page) == ""


def test_without_scripts_the_pages_are_there(window: Window, harbour: str) -> None:
    """All pages with evidence, without frames, which scripts draw."""
    page = window(java_script_enabled=False)
    page.goto(link(harbour, "Hiroyuki Seshita", "A berth costs"))
    expect(page.locator("figure")).to_have_count(2)
    expect(page.get_by_role("img", name="Page 1 of the original")).to_be_visible()
