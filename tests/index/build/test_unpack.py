"""Temporary files of what is inside archives: always removed, whoever is killed, and never those in use."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from index.build.load import load_documents
from index.build.parser_process import ParseLimits
from index.build.unpack import PREFIX, Unpacker, create_scratch_folder, remove_abandoned_folders
from index.errors import LoadError
from index.parsers.inner_file import InnerFile
from tests.index.build.test_parser_process import LIMIT, misbehaving
from tests.index.parsers.samples import zipped

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files of this process and its children."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.mark.parametrize("behaviour", ["os.kill(os.getpid(), signal.SIGKILL)", "bytearray(4_000_000_000)"])
def test_a_parser_that_is_killed_leaves_no_file(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    """Whatever ends it; the file is one problem, and others are loaded."""
    monkeypatch.setattr("index.build.parser_process.PROGRAM", misbehaving(behaviour))
    source = tmp_path / "texts"
    source.mkdir()
    (source / "a.zip").write_bytes(zipped({"a.txt": b"Killy walks.", "bad.md": b"x"}))
    (source / "b.txt").write_text("Cibo follows.", encoding="utf-8")
    loaded = load_documents(source, LIMIT, ParseLimits(seconds=120, megabytes=100))
    assert [document.id for document in loaded.documents] == ["a.zip/a.txt", "b.txt"]
    assert [problem.where for problem in loaded.problems] == ["a.zip/bad.md"]
    assert list(temporary.iterdir()) == []


def test_folders_in_use_are_left_alone(temporary: Path) -> None:
    """Of this process and of others; that of a process that was killed is removed by the next one."""
    program = (
        "from index.build.unpack import create_scratch_folder\n"
        "with create_scratch_folder() as folder: print(folder, flush=True); input()"
    )
    command = [sys.executable, "-c", program]
    with (
        create_scratch_folder() as ours,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
    ):
        assert other.stdout
        theirs = Path(other.stdout.readline().strip())
        remove_abandoned_folders()
        assert ours.is_dir()
        assert theirs.is_dir()
        other.send_signal(signal.SIGKILL)
        other.wait()
        remove_abandoned_folders()
        assert ours.is_dir()
        assert not theirs.exists()
    assert list(temporary.iterdir()) == []


def test_without_room_the_reason_says_so(temporary: Path) -> None:
    """And names the variable that gives another folder."""
    temporary.rmdir()
    (temporary.parent / "tmp").write_text("no folder", encoding="utf-8")
    with (
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(LoadError, match=r"cannot be unpacked .*; let TMPDIR name a folder with room"),
    ):
        patch.setattr("tempfile.tempdir", str(temporary))
        with Unpacker(10).unpack(InnerFile("a.txt", 1, lambda: b"x"), ".txt"):
            pass


def test_names_are_not_used(temporary: Path) -> None:
    """A file is written under a name of ours with its extension, with its sidecar beside it."""
    inner = InnerFile("../../a.txt", 5, lambda: b"Hello", InnerFile("../../a.txt.toml", 1, lambda: b"\n"))
    with Unpacker(6).unpack(inner, ".txt") as path:
        assert path.parent.parent == temporary
        assert path.parent.name.startswith(PREFIX)
        assert {file.name for file in path.parent.iterdir()} == {"file.txt", "file.txt.toml"}
    with (
        pytest.raises(LoadError, match=r"unpacks to 6 bytes, and max_file_mb allows 5 for an archive"),
        Unpacker(5).unpack(inner, ".txt"),
    ):
        pass
