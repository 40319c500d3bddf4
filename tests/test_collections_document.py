"""docs/collections.md shows a session: its commands, typed one after the other, print what the page shows."""

from pathlib import Path

import pytest

from tests.page_session import ROOT, PageSession, check_page


@pytest.mark.slow
def test_the_commands_print_what_the_page_shows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In the order of the page, but for times and hashes; ``--write`` writes what they print."""
    check_page(ROOT / "docs" / "collections.md", PageSession, tmp_path, request)
