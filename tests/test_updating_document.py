"""docs/updating.md shows a session: its commands, typed one after the other, print what the page shows."""

import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

import pytest

from index.generation.directory import IndexDirectory
from index.writes.jobs import JobState
from index.writes.journal import Journal
from tests.page_session import PATIENCE_S, ROOT, PageSession, check_page, shorten

PAGE = ROOT / "docs" / "updating.md"


class WritingSession(PageSession):
    """A session that writes documents, and waits after each command until they are served."""

    def __init__(self, folder: Path, log: IO[str]) -> None:
        """Open the second terminal; progress and the log of the server go to ``log``."""
        super().__init__(folder, log)
        self._index = folder / "var" / "index"
        # Jobs whose generation is not compared with the one before, because the server has no questions.
        self._uncompared = sys.maxsize

    def _serve(self, command: str) -> str:
        line = super()._serve(command)
        self._uncompared = len(Journal(self._index).list_jobs(100)) if "--questions" in command else sys.maxsize
        return line

    def _is_settled(self, address: str) -> bool:
        return self._are_jobs_done() and self._is_current_served(address)

    def _are_jobs_done(self) -> bool:
        """Return whether every write is built, and compared if it is to be."""
        jobs = Journal(self._index).list_jobs(100)
        is_compared = len(jobs) <= self._uncompared or bool(jobs[0].changes and jobs[0].changes.questions)
        return is_compared and all(job.state in {JobState.HELD, JobState.PUBLISHED, JobState.FAILED} for job in jobs)

    def _is_current_served(self, address: str) -> bool:
        try:
            with urllib.request.urlopen(f"{address}/v1/updates", timeout=PATIENCE_S) as response:  # noqa: S310  (our own)
                return str(IndexDirectory(self._index).find_current()) in response.read().decode()
        except urllib.error.URLError:
            return False


@pytest.mark.slow
def test_the_commands_print_what_the_page_shows(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """In the order of the page, but for times and hashes; ``--write`` writes what they print."""
    check_page(PAGE, WritingSession, tmp_path, request)


def test_a_generation_has_one_name_on_the_page() -> None:
    """All outputs are of the same run."""
    names = set(re.findall(r"\b\d{6}-[0-9a-f]{8}\b", PAGE.read_text(encoding="utf-8")))
    assert len(names) > 3
    assert len({name.split("-")[0] for name in names}) == len(names)


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("1 at 2026-01-01T00:00:00+00:00, 000001-00000000\n", "1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n"),
        ("1 at …\n", "1 at …\n"),
        ("1 …, 000001-00000000\n", "1 …, 000001-abcdef01\n"),
        ("2 …\n", "1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n"),
        ("", "1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n"),
    ],
)
def test_an_output_may_be_shortened(shown: str, kept: str) -> None:
    """What is left of it is that of the run; what has changed is whole."""
    assert shorten("1 at 2026-11-27T04:30:42.642+00:00, 000001-abcdef01\n", shown) == kept
