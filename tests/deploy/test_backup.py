"""The backup of docs/operations.md loses no write that was acknowledged before it."""

import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Document
from index.writes.journal import Journal, Write
from tests.doubles import WordEncoder
from tests.test_house import ROOT

MIN_WRITES = 5
BLOCK = re.compile(r"<!-- backup: .*?-->\n```sh\n(.*?)```", re.DOTALL)


def read_ids(path: Path) -> set[str]:
    """Return the ids of what a journal holds; fail if the file is damaged."""
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {name for (name,) in database.execute("SELECT id FROM uploads UNION SELECT id FROM documents")}


def test_every_backup_while_writing_is_whole(tmp_path: Path) -> None:
    """With every write of before, the generation, and the other files, while somebody goes on writing; the second too."""
    index, backup = tmp_path / "var" / "index", tmp_path / "backup"
    build_index(None, IndexSettings(index=str(index)), WordEncoder(), None, {"a": Document("a", "Cats sleep.")})
    backup.mkdir()
    with closing(sqlite3.connect(tmp_path / "var" / "keys.sqlite")) as keys:
        keys.execute("CREATE TABLE kept (id)")
    journal, acknowledged, begun, stopped = Journal(index), list[str](), Event(), Event()

    def write() -> None:
        while not stopped.is_set():
            name = f"written-{len(acknowledged)}"
            journal.add([Write.of_document(Document(name, "Dogs dig."))])
            acknowledged.append(name)
            if len(acknowledged) == MIN_WRITES:
                begun.set()

    writer = Thread(target=write)
    writer.start()
    assert begun.wait(60)
    script = BLOCK.search((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    assert script
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    text = script[1].replace("/backup/", f"{backup}/")
    made: list[tuple[set[str], subprocess.CompletedProcess[str]]] = []
    for _ in range(2):
        before, second = {*acknowledged}, int(time.time())
        command = ["/bin/sh", "-ec", text]
        done = subprocess.run(command, cwd=tmp_path, env=os.environ | {"PATH": path}, capture_output=True, text=True)
        made.append((before, done))
        while int(time.time()) == second:  # the folder of a backup is named by it
            time.sleep(0.1)
    stopped.set()
    writer.join()
    assert [(done.returncode, done.stderr) for _, done in made] == [(0, "")] * 2
    for (before, _), folder in zip(made, sorted(backup.iterdir()), strict=True):
        assert before <= read_ids(folder / "index" / "writes.sqlite")
        assert (folder / "keys.sqlite").stat().st_mode & 0o077 == 0
        assert IndexDirectory(folder / "index").open_current().contents.documents.ids[0] == "a"
        assert not (folder / "index" / "index").exists()
