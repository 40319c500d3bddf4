"""docs/bulk-embedding.md shows sessions: their commands print what the page shows, and its figures are the measured ones."""

import json
from pathlib import Path

import pytest

from benchmarks.documents import find_section
from benchmarks.ray_cluster import FIGURES, SECTION, Figures, describe_figures
from index.shards.parquet import describe_documents, describe_units
from tests.page_session import ROOT, PageSession, check_page

PAGE = ROOT / "docs" / "bulk-embedding.md"


@pytest.mark.slow
def test_the_commands_print_what_the_page_shows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In the order of the page, but for hashes; ``--write`` writes what they print."""
    check_page(PAGE, PageSession, tmp_path, request)


def test_the_page_has_every_column() -> None:
    """Of the files of documents and of units."""
    page = PAGE.read_text(encoding="utf-8")
    names = [*describe_documents().names, *describe_units(1).names]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_figures_are_those_that_were_measured() -> None:
    """The section is written from the file of figures."""
    figures = Figures(**json.loads((ROOT / FIGURES).read_text(encoding="utf-8")))
    assert describe_figures(figures) in find_section(PAGE.read_text(encoding="utf-8"), SECTION)
