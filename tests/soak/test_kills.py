"""Builds, publishes and rollbacks killed at random moments: the index is whole every time."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.integrity import find_violations
from index.settings import IndexSettings
from tests.doubles import WordEncoder

ROOT = Path(__file__).parents[2]
# Documents of the collection, of which each build changes one.
DOCUMENTS = 6


def write_document(folder: Path, number: int, version: int) -> None:
    lines = [f"Version {version} of document {number} has line {line} of its own." for line in range(30)]
    (folder / f"{number}.txt").write_text("\n\n".join(lines), encoding="utf-8")


def start_build(folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.index.build.helpers", str(folder / "texts"), str(folder / "index")]
    return subprocess.Popen(command, cwd=ROOT)


def start_rollback(folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "index", "rollback", "--index", str(folder / "index")]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def find_faults(folder: Path, written: list[list[int]]) -> list[str]:
    """Return what is wrong with the index; ``written`` has the versions of each document that it may hold."""
    directory = IndexDirectory(folder / "index")
    current = directory.require_current()
    generation = directory.open_current()
    faults = [] if generation.folder.name == current else [f"{current} is damaged"]
    generation.verify()
    for document in generation.contents.documents:
        number, version = int(document.id[0]), int(document.text.split()[1])
        if version not in written[number] or document.text.count(f"Version {version} ") != 30:
            faults.append(f"{document.id} has another text")
    return [*faults, *find_violations(generation)]


def test_an_index_is_whole_after_every_kill(tmp_path: Path, soak: bool) -> None:
    """A generation that was written is served, nothing is mixed, no lock stays, and the next build works."""
    chance, (folder, texts) = Random(7), (tmp_path, tmp_path / "texts")
    texts.mkdir()
    written = [[0] for _ in range(DOCUMENTS)]
    for number in range(DOCUMENTS):
        write_document(texts, number, 0)
    build_index(texts, IndexSettings(index=str(folder / "index"), keep=2), WordEncoder())
    started = time.monotonic()
    assert start_build(folder).wait(60) == 0
    whole = time.monotonic() - started
    killed = 0
    for version in range(1, 301 if soak else 6):
        number = chance.randrange(DOCUMENTS)
        write_document(texts, number, version)
        written[number].append(version)
        start = start_rollback if version % 5 == 0 else start_build
        with start(folder) as process:
            time.sleep(whole * chance.uniform(0.3, 1.2))
            killed += process.poll() is None
            process.kill()
        assert find_faults(folder, written) == []
    assert killed
    write_document(texts, 0, 1000)
    written[0].append(1000)
    assert start_build(folder).wait(60) == 0
    assert find_faults(folder, written) == []
    assert not list((folder / "index").glob(".unfinished-*"))
