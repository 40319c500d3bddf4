"""Builds that meet a fault at each of their file operations in turn."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def outcomes(how: str, folder: Path) -> list[list[str]]:
    """A row for each operation of a build: what it was, how the build ended, what was wrong then."""
    command = [sys.executable, "-W", "error", "-m", "tests.index.build.faults", how, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.split("\t") for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_operation_leaves_what_was_served(tmp_path: Path) -> None:
    """A build that fails says so and the old generation is served; one that says nothing serves the new one."""
    rows = outcomes("fail", tmp_path)
    assert [row for row in rows if row[2]] == []
    ended = Counter(row[1] for row in rows)
    assert ended.keys() == {"refused", "built"}
    assert ended["refused"] > 30
    reached = " ".join(row[0] for row in rows)
    for name in (
        "texts.npy",
        "units.npy",
        "index.faiss",
        "lexical.json",
        "manifest.json",
        "CURRENT.new",
    ):
        assert name in reached


@pytest.mark.slow
def test_a_build_killed_at_any_operation_leaves_a_whole_generation(tmp_path: Path) -> None:
    """Old or new, the lock free, and the next build succeeds and clears what is left."""
    rows = outcomes("kill", tmp_path)
    assert [row for row in rows if row[2]] == []
    assert Counter(row[1] for row in rows)["killed"] > 40
    assert rows[-1][1] == "built"
