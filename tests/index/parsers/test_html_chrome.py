"""Pages as Sphinx and MkDocs made them: the text without permalinks and navigation."""

from pathlib import Path

import pytest

from index.parsers.html import parse_html
from tests.index.parsers.conftest import Parse

PAGES = Path(__file__).with_name("pages")
NAVIGATION = (
    "¶",
    "#",
    "\uf0c1",
    "Edit",
    "Previous",
    "Next",
    "Skip to",
    "Quick search",
    "Search",
    "Navigation",
    "GitHub",
)


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda page: page.stem)
def test_pages_of_documentation_are_their_text(page: Path) -> None:
    """Title and headings are words, and nothing of the menus is left."""
    (document,) = parse_html(page, page.name)
    assert document.title in ("Expenses", "Other")
    headings = [document.text[one.start : one.end] for one in document.headings]
    assert set(headings) <= {"Expenses", "Other", "Rates by country", "Use the command line"}
    assert not [word for word in NAVIGATION if word in document.text]
    if document.title == "Expenses":
        assert "receipts" in document.text
        assert headings[:2] == ["Expenses", "Rates by country"]


def test_a_definition_has_no_permalink(parse: Parse) -> None:
    """Its signature is a line of the text."""
    (document,) = parse_html(PAGES / "sphinx-alabaster.html", "a.html")
    assert "add(country, days=1)\n" in document.text


def test_text_beside_a_permalink_stays(parse: Parse) -> None:
    """Only the link itself goes."""
    link = '<a class="headerlink extra" href="#a">¶</a>'
    (item,) = parse("a.html", f"<html><body><h1>One {link}two</h1><p>Words of the page.</p></body></html>".encode())
    assert getattr(item, "title", "") == "One two"
