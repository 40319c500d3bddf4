"""Builds that meet a full disk, or are killed, at each of their file operations or at any moment."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from index.build.embedding_cache import PREFIX
from index.build.pipeline import build_index
from index.errors import GenerationNotFound
from index.generation.directory import UNFINISHED, IndexDirectory
from index.generation.integrity import find_violations
from tests.doubles import WordEncoder
from tests.index.build.test_pipeline import served, settings, texts

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


def child(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "tests.index.build.helpers", str(folder / "t"), str(folder / "index"), *more]


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, 150, 700, 2_000, 6_000, 20_000])
def test_a_full_disk_leaves_the_old_generation_served_and_whole(tmp_path: Path, room: int) -> None:
    """Wherever the writing stops: one sentence, exit code 1, nothing left behind, and the next build works."""
    old, new = "Cats sleep on mats. " * 30, "Dogs dig deep holes in gardens. " * 400
    source = texts(tmp_path / "t", a=old)
    build_index(source, settings(tmp_path), WordEncoder())
    texts(source, a=new)
    done = subprocess.run(child(tmp_path, str(room)), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("error: the new index could not be written"), done.stderr
    assert "the old one stays" in done.stderr
    assert served(tmp_path) == {"a.txt": old}
    assert find_violations(IndexDirectory(tmp_path / "index").open_current()) == []
    assert not list((tmp_path / "index").glob(f"{UNFINISHED}*"))
    build_index(source, settings(tmp_path), WordEncoder())
    assert served(tmp_path) == {"a.txt": new}


@pytest.mark.slow
def test_a_build_killed_at_any_moment_leaves_a_whole_generation(tmp_path: Path) -> None:
    """Twenty-five real processes killed at random moments: old or new is served, whole, and no lock stays."""
    chance = random.Random(5)
    contents = ["Cats sleep on mats. " * 200, "Dogs dig holes in gardens. " * 200]
    source = texts(tmp_path / "t", a=contents[0])
    build_index(source, settings(tmp_path), WordEncoder())
    started = time.monotonic()
    subprocess.run(child(tmp_path), cwd=ROOT, check=True, timeout=60)
    whole = time.monotonic() - started
    for attempt in range(1, 26):
        texts(source, a=contents[attempt % 2] + str(attempt))
        with subprocess.Popen(child(tmp_path), cwd=ROOT) as process:
            time.sleep(whole * chance.uniform(0.3, 1.1))
            process.kill()
        generation = IndexDirectory(tmp_path / "index").open_current()
        assert find_violations(generation) == []
        assert served(tmp_path)["a.txt"].rstrip("0123456789") in contents
    texts(source, a="At last.")
    build_index(source, settings(tmp_path), WordEncoder())
    assert served(tmp_path) == {"a.txt": "At last."}
    assert not list((tmp_path / "index").glob(f"{UNFINISHED}*"))


def test_a_first_build_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Neither a generation nor part of one, only a cache of embeddings, and the next build succeeds."""
    source = texts(tmp_path / "t", a="Cats sleep.")
    done = subprocess.run(child(tmp_path, "0"), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    with pytest.raises(GenerationNotFound):
        IndexDirectory(tmp_path / "index").open_current()
    left = [path.name for path in (tmp_path / "index").iterdir() if not path.name.startswith(PREFIX)]
    assert left == ["build.lock"]
    build_index(source, settings(tmp_path), WordEncoder())
    assert served(tmp_path) == {"a.txt": "Cats sleep."}
