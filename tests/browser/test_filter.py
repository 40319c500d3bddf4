"""The filter beside the question: hidden if there is nothing to choose, and otherwise part of question and link."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index.build.pipeline import build_index
from index.settings import IndexSettings
from index.types import Encoder
from tests.browser.conftest import Window
from tests.browser.visitor import ask, question_box
from tests.conftest import serving

QUESTION = "What is the daily allowance?"
FILES = {
    "hr/2024.txt": "The daily allowance is 40 euros.",
    "hr/2024.txt.toml": 'tags = ["travel"]\ndate = 2024-01-05\n',
    "hr/abroad/2025.txt": "The daily allowance is 58 euros.",
    "hr/abroad/2025.txt.toml": 'tags = ["travel", "abroad"]\ndate = 2025-01-05\n',
    "it.md": "The daily backup runs at night.",
}


@pytest.fixture(scope="module")
def filtered(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[str]:
    """A server over files in folders, some with tags and dates."""
    folder = tmp_path_factory.mktemp("filtered")
    for name, text in FILES.items():
        path: Path = folder / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    build_index(folder / "texts", IndexSettings(index=str(folder / "index")), encoder)
    with serving(folder / "index") as server:
        yield server


def test_there_is_no_filter_if_there_is_nothing_to_choose(page: Page, server: str) -> None:
    """The seed has one folder, one format and one language."""
    page.goto(server)
    expect(question_box(page)).to_be_visible()
    expect(page.locator(".filter")).to_have_count(0)


def test_what_is_chosen_is_part_of_the_question_and_of_its_link(page: Page, filtered: str) -> None:
    """Passages of other documents are not among the sources, also after opening the link."""
    page.goto(filtered)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Tag").select_option("abroad")
    turn = ask(page, QUESTION)
    expect(turn.locator(".passage")).to_have_count(1)
    expect(turn.locator(".passage")).to_contain_text("58 euros")
    assert "tag=abroad" in page.url
    page.goto(page.url)
    expect(page.locator(".passage")).to_have_count(1)
    expect(page.get_by_label("Tag")).to_have_value("abroad")


def test_a_folder_has_all_below_it_and_dates_leave_others_out(page: Page, filtered: str) -> None:
    """Conditions are combined; a filter that is taken back leaves nothing behind."""
    page.goto(filtered)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Folder").select_option(label="hr")
    expect(ask(page, QUESTION).locator(".passage")).to_have_count(2)
    page.get_by_label("To", exact=True).fill("2024-12-31")
    turn = ask(page, QUESTION)
    expect(turn.locator(".passage")).to_have_count(1)
    expect(turn.locator(".passage")).to_contain_text("40 euros")
    page.get_by_label("Folder").select_option("")
    page.get_by_label("To", exact=True).fill("")
    expect(ask(page, QUESTION).locator(".passage")).to_have_count(3)


def test_the_form_works_without_javascript(window: Window, filtered: str) -> None:
    """Menus that are left empty are no condition."""
    page = window(java_script_enabled=False)
    page.goto(filtered)
    page.locator(".filter summary").click()
    page.get_by_label("Format").select_option("md")
    question_box(page).fill(QUESTION)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".passage")).to_have_count(1)
    expect(page.locator(".passage")).to_contain_text("backup")
    expect(page.get_by_label("Format")).to_have_value("md")
