"""docs/collections.md shows a session: its commands, typed one after the other, print what the page shows."""

import re
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.test_updating_document import BLOCK, COMMAND, ROOT, VARIABLE, Reader, shorten

PAGE = ROOT / "docs" / "collections.md"
# What differs from run to run, beside generations.
TIME = re.compile(r'(?<="took_ms":)[\d.]+')


class ReaderOfMany(Reader):
    """A reader of a page on which nothing is written, so that there is nothing to wait for."""

    def _are_jobs_done(self) -> bool:
        return True

    def _is_current_served(self) -> bool:
        return True


@pytest.mark.slow
def test_the_commands_print_what_the_page_shows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In the order of the page, but for times and hashes; ``--write`` writes what they print."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    page = PAGE.read_text(encoding="utf-8")
    with (tmp_path / "log.txt").open("w", encoding="utf-8") as log, ExitStack() as stack:
        reader = ReaderOfMany(tmp_path, log)
        stack.callback(reader.leave)

        def run(command: re.Match[str]) -> str:
            printed = TIME.sub("2.9", reader.type(command[1]))
            return f"$ {command[1]}{shorten(printed, command[2])}"

        session = BLOCK.sub(lambda block: COMMAND.sub(run, block[0]), page)
    if request.config.getoption("--write"):
        PAGE.write_text(session, encoding="utf-8")
        return
    assert VARIABLE.sub("#", session).splitlines() == VARIABLE.sub("#", page).splitlines()
