"""Every state of the page is accessible, fits every screen, and is kept as a picture in docs/page."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.addresses import Addresses
from tests.browser.conftest import PHONE, WIDE, Window
from tests.browser.states import STATES

GALLERY = Path(__file__).parents[2] / "docs" / "page.md"
PICTURES = GALLERY.with_suffix("")
GALLERY_HEAD = """# The page, state by state

*Written by `python -m pytest tests/browser/test_states.py --write`, which reaches each state as a visitor does, checks
it with axe-core (no violation of WCAG 2.2 AA), and takes the picture.*
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DARK = {"color_scheme": "dark"}
HAND = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
SHOWN = [*((state, "wide", {}) for state in STATES), *((state, "phone-dark", HAND | DARK) for state in (
    "welcome", "answered", "follow-up", "unsure", "not-found", "document", "offline", "right-to-left",
))]  # fmt: skip


def problems(page: Page) -> str:
    """Return the report of axe-core, empty without violations.

    In a window so high that the input line covers nothing: on a real screen the page scrolls.
    """
    page.set_viewport_size({"width": (page.viewport_size or WIDE)["width"], "height": 5000})
    found = Axe().run(page, options={"runOnly": RULES})
    return found.generate_report() if found.violations_count else ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible(window: Window, addresses: Addresses, state: str, scheme: str) -> None:
    """axe-core finds no violation of WCAG 2.2 AA nor of good practice."""
    page = window(color_scheme=scheme)
    STATES[state](page, addresses)
    assert problems(page) == ""


@pytest.mark.parametrize("width", [320, 768])
@pytest.mark.parametrize(
    "state", ["welcome", "answered", "not-found", "menu", "request", "failed", "right-to-left", "moved"]
)
def test_no_state_scrolls_sideways(window: Window, addresses: Addresses, state: str, width: int) -> None:
    """At 320 pixels, which is also a screen of 640 at a zoom of 200 %, everything can be read and reached."""
    page = window(viewport={"width": width, "height": 640})
    STATES[state](page, addresses)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems(page) == ""


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown[0]}-{shown[1]}")
def test_pictures_are_kept(
    request: pytest.FixtureRequest, window: Window, addresses: Addresses, shown: tuple[str, str, dict[str, object]]
) -> None:
    """In docs/page, of the window as a visitor has it; ``--write`` takes them again."""
    state, name, options = shown
    page = window(**({"viewport": WIDE} | options))
    STATES[state](page, addresses)
    page.wait_for_timeout(100)  # fonts and a last frame; nothing is asserted about time
    taken = page.screenshot()
    picture = PICTURES / f"{state}-{name}.png"
    if request.config.getoption("--write"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(taken)
    assert taken.startswith(b"\x89PNG")
    assert picture.is_file()


def test_every_picture_is_shown_in_the_gallery(request: pytest.FixtureRequest) -> None:
    """``docs/page.md`` has each state with what the visitor did, and no picture is left over."""
    names = {state: [name for other, name, _ in SHOWN if other == state] for state in STATES}
    assert {path.stem for path in PICTURES.glob("*.png")} == {f"{s}-{n}" for s, some in names.items() for n in some}
    parts = [GALLERY_HEAD]
    for state, way in STATES.items():
        parts.append(f"## {state.replace('-', ' ').capitalize()}\n\n{(way.__doc__ or '').strip()}\n")
        parts += [f"![{state}, {name}](page/{state}-{name}.png)\n" for name in names[state]]
    expected = "\n".join(parts)
    if request.config.getoption("--write"):
        GALLERY.write_text(expected, encoding="utf-8")
    assert GALLERY.read_text(encoding="utf-8") == expected
