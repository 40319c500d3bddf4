"""A file that takes too much time or memory, or ends the parser, is one problem, and the others are loaded."""

import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from time import sleep
from zipfile import ZipFile

import psutil
import pytest

from index.build import parser_process
from index.build.load import load_documents
from index.build.load_file import SourceFile
from index.build.parser_process import ParseLimits, ParserProcess
from index.types import Document, LoadProblem

ROOT = Path(__file__).parents[3]
LIMIT = 1_000_000_000
LIMITS = ParseLimits(seconds=2, megabytes=100)

# What the parser of Markdown does in the child, as an expression.
ENDLESS = "all(number == 0 for number in iter(int, 1))"
GREEDY = "bytearray(4_000_000_000)"
CRASH = "os.kill(os.getpid(), signal.SIGSEGV)"
BUG = "1 / 0"


def misbehaving(behaviour: str) -> str:
    """The program of the child, in which the parser of Markdown misbehaves."""
    parser = f"index.parsers.PARSERS['.md'] = lambda path, id: {behaviour}"
    return parser_process.PROGRAM.replace("run_child()", f"import os, signal, index.parsers; {parser}; run_child()")


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive of files."""
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file that can be parsed, one that cannot, and one more."""
    for name in ("a.txt", "bad.md", "c.txt"):
        (tmp_path / name).write_text("Killy walks.", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (ENDLESS, "takes more than 2 seconds to parse; split it, leave it out or raise parse_seconds"),
        (GREEDY, "takes more than 100 MB of memory to parse; split it, leave it out or raise parse_mb"),
        (CRASH, "makes the parser fail (signal 11); save it again in another format or leave it out"),
        (BUG, "makes the parser fail (exit code 1); save it again in another format or leave it out"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "the system killed the parser, probably for lack of memory"),
    ],
)
def test_a_bad_file_does_not_cost_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str, reason: str
) -> None:
    """The problem says what happened and which setting to raise, and the files before and after it are loaded."""
    monkeypatch.setattr(parser_process, "PROGRAM", misbehaving(behaviour))
    loaded = load_documents(folder, LIMIT, LIMITS)
    assert [document.id for document in loaded.documents] == ["a.txt", "c.txt"]
    (problem,) = loaded.problems
    assert problem.where == "bad.md"
    assert reason in problem.reason


def test_what_a_file_gave_before_it_went_wrong_is_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a limit stops a file depends on the machine, so none of its documents is kept."""
    several = f"({GREEDY} if number == 500 else Document(str(number), 'x') for number in range(1000))"
    program = misbehaving(several).replace("import os,", "from index.types import Document; import os,")
    monkeypatch.setattr(parser_process, "PROGRAM", program)
    loaded = load_documents(folder, LIMIT, LIMITS)
    assert [document.id for document in loaded.documents] == ["a.txt", "c.txt"]


@pytest.mark.parametrize("behaviour", [CRASH, ENDLESS, GREEDY])
def test_a_bad_file_in_an_archive_does_not_cost_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    """It is a problem under its own name; if there are many, the archive is given up."""
    names = ["a.txt", "bad.md", "c.txt", "inner.zip"]
    (tmp_path / "all.zip").write_bytes(zipped({**dict.fromkeys(names, b"x"), "inner.zip": zipped({"d.txt": b"x"})}))
    monkeypatch.setattr(parser_process, "PROGRAM", misbehaving(behaviour))
    loaded = load_documents(tmp_path, LIMIT, LIMITS)
    assert [document.id for document in loaded.documents] == [
        "all.zip/a.txt",
        "all.zip/c.txt",
        "all.zip/inner.zip/d.txt",
    ]
    assert [problem.where for problem in loaded.problems] == ["all.zip/bad.md"]


def test_an_archive_of_bad_files_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a few of them, because it is read again after each."""
    (tmp_path / "all.zip").write_bytes(zipped({f"{number}.md": b"x" for number in range(5)}))
    monkeypatch.setattr(parser_process, "PROGRAM", misbehaving(CRASH))
    loaded = load_documents(tmp_path, LIMIT, LIMITS)
    assert [(problem.where, "signal 11" in problem.reason) for problem in loaded.problems] == [("all.zip", True)]


def test_a_large_file_gets_more() -> None:
    """Time and memory grow with the size of a file."""
    limits = ParseLimits(seconds=120, megabytes=1000)
    assert (limits.allow_seconds(0), limits.allow_seconds(100_000_000)) == (120, 1120)
    assert (limits.allow_bytes(0), limits.allow_bytes(100_000_000)) == (10**9, 3 * 10**9)


def test_one_child_parses_all_files(folder: Path) -> None:
    """A new interpreter for each file would make a build slow, so the same one goes on."""
    # Servers that other tests share.
    others = {child.pid for child in psutil.Process().children()}
    with ParserProcess(LIMITS, LIMIT) as parsers:
        children = set()
        for name in ("a.txt", "bad.md", "c.txt"):
            items = parsers.load(SourceFile(folder / name, name), has_sidecar=False)
            assert [item.id for item in items if isinstance(item, Document)] == [name]
            children |= {child.pid for child in psutil.Process().children()} - others
    assert len(children) == 1
    assert not psutil.pid_exists(children.pop())


def test_a_child_without_its_parent_ends(folder: Path) -> None:
    """Also in an endless loop: at once on Linux, elsewhere after the processor time that its file may take."""
    program = (
        "import sys; from pathlib import Path; from index.build import parser_process as p; "
        "from index.build.load_file import SourceFile; p.PROGRAM = sys.argv[1]; "
        "q = p.ParserProcess(p.ParseLimits(3, 100), 10**9); print(q._child.pid, flush=True); "
        "q.load(SourceFile(Path(sys.argv[2]), 'bad.md'), False)"
    )
    started = folder / "started"
    command = [sys.executable, "-c", program, misbehaving(f"open({str(started)!r}, 'w') and {ENDLESS}")]
    with subprocess.Popen([*command, str(folder / "bad.md")], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        while not started.exists():
            assert parent.poll() is None
            sleep(0.01)
        parent.send_signal(signal.SIGKILL)
    child.wait(60)


def test_what_a_parser_has_started_ends_with_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program such as tesseract does not go on with a file that was given up."""
    noted = folder.parent / "noted"
    run = f"open({str(noted)!r}, 'w').write(str(subprocess.Popen(['sleep', '9999']).pid)) and subprocess.run(['sleep', '9999'])"
    monkeypatch.setattr(parser_process, "PROGRAM", misbehaving(run).replace("import os,", "import subprocess, os,"))
    assert len(load_documents(folder, LIMIT, LIMITS).problems) == 1
    _, alive = psutil.wait_procs(
        [psutil.Process(pid) for pid in [int(noted.read_text())] if psutil.pid_exists(pid)], 60
    )
    assert [process.status() for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_problems_of_lines_come_through(folder: Path) -> None:
    """What a parser reports about parts of a file is reported as it is, in order."""
    (folder / "lines.jsonl").write_text('{"text": "x"}\n[]\n' * 300, encoding="utf-8")
    with ParserProcess(LIMITS, LIMIT) as parsers:
        items = parsers.load(SourceFile(folder / "lines.jsonl", "lines.jsonl"), has_sidecar=False)
    assert [type(item) for item in items] == [Document, LoadProblem] * 300
    assert items[599].where == "lines.jsonl:600"
