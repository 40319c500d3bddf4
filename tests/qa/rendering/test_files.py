"""Real files render without an error, with nothing lost and every mark right."""

import site
from itertools import chain, islice
from pathlib import Path

import pytest

from index.types import Span
from qa.rendering.html import Anchors, write_html
from qa.rendering.markdown import MarkdownText
from qa.rendering.source_map import get_visible_text
from tests.qa.rendering.page import Page, words

# Files of installed packages, of other writers than us. The number is bounded, and so is what is read of each.
MAX_FILES, MIN_FILES, MAX_CHARS, STEP = 1500, 300, 40_000, 2_000


def find_files() -> list[Path]:
    """Return files in Markdown, then others whose markup is another one, which must be shown without an error, too."""
    folders = [Path(folder) for folder in site.getsitepackages()]
    patterns = ("*.md", "*.markdown", "*.rst", "METADATA")
    found = chain.from_iterable(sorted(folder.rglob(pattern)) for pattern in patterns for folder in folders)
    return list(islice(found, MAX_FILES))


def test_there_are_several_hundred_files() -> None:
    """Otherwise the next test would test little."""
    assert len(find_files()) >= MIN_FILES


@pytest.mark.parametrize("part", range(10))
def test_real_files_are_rendered(part: int) -> None:
    """Each as a page, and in parts of the length of a passage, which together show the same."""
    for path in find_files()[part::10]:
        source = path.read_text(encoding="utf-8", errors="replace")[:MAX_CHARS]
        text = MarkdownText(source)
        marks = [Span(start, min(start + 50, len(source))) for start in range(0, len(source), STEP)]
        nodes = text.render(Span(0, len(source)), marks)
        page = Page(write_html(nodes, Anchors([(f"m{mark.start}", mark) for mark in marks]), 2))
        assert words(page.text) == words(get_visible_text(nodes)), path
        for start in range(0, min(len(source), 10 * STEP), STEP):
            text.render(Span(start, min(start + STEP, len(source))))
