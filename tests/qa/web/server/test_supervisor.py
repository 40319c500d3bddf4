"""What the supervisor says and does when a worker dies or a version cannot be found."""

import os
import signal
from pathlib import Path

import pytest

from tests.qa.web.server.process import fetch, ready
from tests.qa.web.server.test_reload import PATIENCE_S, read_error, wait_until


def find_worker(port: int) -> int:
    return int(fetch(port, "/version", PATIENCE_S).split()[1])


def test_a_version_that_cannot_be_found_is_logged_once(tmp_path: Path) -> None:
    """The supervisor asks once a second, and nobody wants to read that every second; once it changes again."""
    pointer, asked = tmp_path / "CURRENT", tmp_path / "asked"
    pointer.write_text("one", encoding="utf-8")
    before = f"""
def find_version():
    with open({str(asked)!r}, "a") as file:
        file.write(".")
    if not Path({str(pointer)!r}).exists():
        raise NetsphereError("CURRENT is missing")
    return Path({str(pointer)!r}).read_text()
"""

    def wait_for_questions(count: int) -> None:
        end = asked.stat().st_size + count
        wait_until(lambda: asked.stat().st_size >= end)

    with ready(before=before, version="find_version()") as (process, port):
        for version in ("two", "three"):
            pointer.unlink()
            wait_for_questions(3)
            pointer.write_text(version, encoding="utf-8")
            wait_until(lambda version=version: fetch(port, "/version", PATIENCE_S).startswith(version))  # type: ignore[misc]
        process.terminate()
        assert process.stderr
        log = process.stderr.read()
    assert log.count("cannot reload: CURRENT is missing; version one is still served") == 1
    assert log.count("cannot reload: CURRENT is missing; version two is still served") == 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (
            signal.SIGBUS,
            "a file of the index was cut off or its disk fails; check each index with: python -m index verify --index INDEX",
        ),
        (signal.SIGKILL, "the machine may be out of memory: a worker needs 200 MB"),
    ],
)
def test_the_log_says_why_a_worker_was_killed(number: signal.Signals, reason: str) -> None:
    """With the remedy; another one takes its place."""
    with ready() as (process, port):
        worker = find_worker(port)
        os.kill(worker, number)
        assert f"({number.name}); {reason}" in read_error(process)
        assert find_worker(port) != worker


def test_a_server_whose_only_worker_cannot_start_again_ends(tmp_path: Path) -> None:
    """It says why: a server that nobody serves would leave every request without a response."""
    broken = tmp_path / "broken"
    app = f"fails(NetsphereError('it is damaged')) if Path({str(broken)!r}).exists() else make_app(version)"
    with ready(app) as (process, port):
        broken.touch()
        os.kill(find_worker(port), signal.SIGKILL)
        assert process.wait(PATIENCE_S) == 1
        assert process.stderr
        assert process.stderr.read().endswith("error: it is damaged\n")
