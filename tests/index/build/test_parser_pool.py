"""Files that are parsed side by side give what they give one after the other, in the same order."""

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from math import inf
from pathlib import Path
from time import sleep

import psutil
import pytest

from index.build import parser_pool, parser_process
from index.build.load import load_documents
from index.build.load_file import SourceFile
from index.build.parser_pool import ParseJob, ParserPool
from index.build.parser_process import ParseLimits, ParserProcess
from index.build.pipeline import BuildReport, build_index
from index.progress import Terminal
from index.settings import IndexSettings
from index.types import Document, LoadProblem
from tests.doubles import WordEncoder

ROOT = Path(__file__).parents[3]
LIMIT = 1_000_000_000
LIMITS = ParseLimits(seconds=60, megabytes=300)
# How many small files are done before the large one is.
AHEAD = 3


def replace_parsers(parsers: dict[str, str]) -> str:
    """The program of the child, with other parsers, given as expressions, for some extensions."""
    imports = "import os, signal, time, index.parsers; from pathlib import Path; from index.types import Document"
    lines = [f"index.parsers.PARSERS[{name!r}] = lambda path, id: {behaviour}" for name, behaviour in parsers.items()]
    return parser_process.PROGRAM.replace("run_child()", "; ".join([imports, *lines, "run_child()"]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    return folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[ParserProcess]:
    """The processes that a pool starts, each as soon as there is a file for it; there are four processors."""
    processes: list[ParserProcess] = []

    class Noted(ParserProcess):
        def __init__(self, limits: ParseLimits, max_bytes: int) -> None:
            super().__init__(limits, max_bytes)
            processes.append(self)

    monkeypatch.setattr(parser_pool, "ParserProcess", Noted)
    monkeypatch.setattr(parser_pool, "PATIENCE_S", -inf)
    monkeypatch.setattr(parser_pool, "count_cpus", lambda: 4)
    return processes


def write(folder: Path, *names: str) -> list[ParseJob]:
    for name in names:
        (folder / name).write_text(f"{name} walks.", encoding="utf-8")
    return [ParseJob(SourceFile(folder / name, name), False, len(name)) for name in names]


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, started: list[ParserProcess]
) -> None:
    """The generation is the same byte for byte, each bad file costs only itself, and problems are in order."""
    bad = {"crash.md": "crash", "late.md": "late", "greedy.md": "greedy", "b/crash.md": "crash"}
    (folder / "b").mkdir()
    write(folder, *(f"{number}.txt" for number in range(30)), *(f"b/{number}.csv" for number in range(10)))
    for name, text in bad.items():
        (folder / name).write_text(text, encoding="utf-8")
    behaviours = (
        "dict(crash='os.kill(os.getpid(), signal.SIGSEGV)', late='time.sleep(999)', greedy='bytearray(4*10**9)')"
    )
    program = replace_parsers({".md": f"eval({behaviours}[path.read_text()])"})
    monkeypatch.setattr(parser_process, "PROGRAM", program)

    def build(processes: int) -> BuildReport:
        monkeypatch.setattr(parser_pool, "count_cpus", lambda: processes)
        settings = IndexSettings(index=str(folder.parent / f"index-{processes}"), parse_seconds=5, parse_mb=300)
        started.clear()
        report = build_index(folder, settings, WordEncoder())
        assert len(started) == processes
        return report

    one, two, four = (build(processes) for processes in (1, 2, 4))
    assert [problem.where for problem in one.problems] == sorted(bad)
    assert one.manifest.counts["documents"] == 40
    for other in (two, four):
        assert other.problems == one.problems
        assert other.manifest.generation == one.manifest.generation
        assert other.manifest.files == one.manifest.files


def test_results_are_in_order_and_no_process_is_left(folder: Path, started: list[ParserProcess]) -> None:
    """Whichever is done first; four processors have four processes, which are waited for at the end."""
    names, others = [f"{number:02}.txt" for number in range(20)], psutil.Process().children()
    with ParserPool(LIMITS, LIMIT) as pool:
        found = [
            [item.id for item in items if isinstance(item, Document)] for items in pool.parse(write(folder, *names))
        ]
        assert len(psutil.Process().children()) - len(others) == len(started) == 4
    assert found == [[name] for name in names]
    assert psutil.Process().children() == others


@pytest.mark.parametrize(("patience", "processes"), [(inf, 1), (-inf, 3)])
def test_no_more_processes_than_are_needed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, started: list[ParserProcess], patience: float, processes: int
) -> None:
    """One for what is done in a moment, and never more than there are files."""
    monkeypatch.setattr(parser_pool, "PATIENCE_S", patience)
    write(folder, "a.txt", "b.txt", "c.txt")
    assert len(load_documents(folder, LIMIT).documents) == 3
    assert len(started) == processes


def test_a_system_without_room_for_another_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch, started: list[ParserProcess]
) -> None:
    """The files are parsed by those that could be started."""

    def refuse(*_: object) -> ParserProcess:
        if started:
            raise BlockingIOError("Resource temporarily unavailable")
        return start(LIMITS, LIMIT)

    start = parser_pool.ParserProcess
    monkeypatch.setattr(parser_pool, "ParserProcess", refuse)
    write(folder, "a.txt", "b.txt", "c.txt")
    assert len(load_documents(folder, LIMIT).documents) == 3
    assert len(started) == 1


@pytest.mark.parametrize("bound", ["MAX_WAITING_FILES", "MAX_WAITING_CHARS"])
def test_few_files_wait_for_a_large_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, started: list[ParserProcess], bound: str
) -> None:
    """By number and by characters; those that wait are counted as done, because they are."""
    notes = folder.parent / "notes"
    notes.mkdir()
    small = f"((Path({str(notes)!r}) / id).touch(), [Document(id, 'x')])[1]"
    enough = f"lambda: (time.sleep(0.01), len(os.listdir({str(notes)!r})) >= {AHEAD})[1]"
    large = f"[Document(id, str(list(iter({enough}, True))))]"
    monkeypatch.setattr(parser_process, "PROGRAM", replace_parsers({".md": large, ".txt": small}))
    monkeypatch.setattr(parser_pool, bound, AHEAD)
    monkeypatch.setattr(parser_pool, "count_cpus", lambda: 2)
    leads, begin = list[int](), ParserProcess.begin

    def begin_and_note(self: ParserProcess, file: SourceFile, has_sidecar: bool) -> None:
        leads.append(len(leads) - yielded)
        begin(self, file, has_sidecar)

    monkeypatch.setattr(ParserProcess, "begin", begin_and_note)
    told: list[tuple[int, str]] = []
    yielded = 0
    with ParserPool(LIMITS, LIMIT, lambda done, note="": told.append((done, note))) as pool:
        for items in pool.parse(write(folder, "a.md", *(f"b{number}.txt" for number in range(10)))):
            assert isinstance(items[0], Document)
            yielded += 1
    assert (yielded, max(leads)) == (11, AHEAD)
    assert [call for call in told if call[0]][:2] == [(6, "1 of 11 files"), (6, "2 of 11 files")]


@pytest.mark.parametrize(("times", "documents"), [(1, ["a.txt", "bad.md", "c.txt"]), (2, ["a.txt", "c.txt"])])
def test_a_file_that_lacked_memory_is_parsed_again_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, started: list[ParserProcess], times: int, documents: list[str]
) -> None:
    """If the system killed its process; with one process there might have been enough. A second time it is a problem."""
    notes = folder.parent / "notes"
    notes.mkdir()
    count = f"len(os.listdir({str(notes)!r}))"
    note = f"(Path({str(notes)!r}) / str({count})).touch()"
    killed = f"{count} < {times} and not {note} and os.kill(os.getpid(), signal.SIGKILL) or [Document(id, 'x')]"
    monkeypatch.setattr(parser_process, "PROGRAM", replace_parsers({".md": killed}))
    write(folder, "a.txt", "bad.md", "c.txt")
    loaded = load_documents(folder, LIMIT, LIMITS)
    assert [document.id for document in loaded.documents] == documents
    assert len(loaded.problems) == times - 1


def test_no_file_begins_beside_one_that_is_parsed_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, started: list[ParserProcess]
) -> None:
    """Also none of the many that are left: it is alone until it is done."""
    again = f"Path({str(folder.parent / 'again')!r})"
    killed = f"{again}.exists() or ({again}.touch(), os.kill(os.getpid(), signal.SIGKILL))"
    waits = f"[Document(id, str(list(iter(lambda: (time.sleep(0.01), {again}.exists())[1], True))))]"
    program = replace_parsers({".md": f"({killed}) and [Document(id, 'x')]", ".txt": waits})
    monkeypatch.setattr(parser_process, "PROGRAM", program)
    monkeypatch.setattr(parser_pool, "count_cpus", lambda: 2)
    begin, receive, active, begun = ParserProcess.begin, ParserProcess.receive, dict[int, str](), list[list[str]]()

    def begin_and_note(self: ParserProcess, file: SourceFile, has_sidecar: bool) -> None:
        active[id(self)] = file.id
        begun.append(sorted(active.values()))
        begin(self, file, has_sidecar)

    def receive_and_note(self: ParserProcess) -> list[Document | LoadProblem] | None:
        items = receive(self)
        if items is not None:
            del active[id(self)]
        return items

    monkeypatch.setattr(ParserProcess, "begin", begin_and_note)
    monkeypatch.setattr(ParserProcess, "receive", receive_and_note)
    write(folder, "a.md", *(f"b{number}.txt" for number in range(8)))
    assert len(load_documents(folder, LIMIT, LIMITS).documents) == 9
    place = begun.index(["a.md"], 1)
    assert not any("a.md" in together for together in begun[place + 1 :])


def test_progress_says_how_many_files_were_parsed(folder: Path, started: list[ParserProcess]) -> None:
    """And the line that stays has all of them."""
    write(folder, "a.txt", "b.txt", "c.txt")
    stream = io.StringIO()
    load_documents(folder, LIMIT, LIMITS, progress=Terminal(stream))
    assert "parsing: 36 B, 3 of 3 files\n" in stream.getvalue()


@pytest.fixture
def endless(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[psutil.Process]]]:
    """A process that loads two files whose parsers never end, and its children."""
    write(folder, "a.md", "b.md", "c.txt")
    program = (
        "import sys; from pathlib import Path; from index.build import load, parser_pool, parser_process; "
        "parser_pool.count_cpus, parser_pool.PATIENCE_S, parser_process.PROGRAM = lambda: 2, float('-inf'), sys.argv[1]; "
        "load.load_documents(Path(sys.argv[2]), 10**9)"
    )
    child = replace_parsers({".md": f"(Path({str(folder.parent)!r}) / f'{{id}}.started').touch() or time.sleep(9999)"})
    command = [sys.executable, "-c", program, child, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as parent:
        try:
            while len(list(folder.parent.glob("*.started"))) < 2:
                assert parent.poll() is None
                sleep(0.01)
            children = psutil.Process(parent.pid).children(recursive=True)
            yield parent, children
            for child in children:
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        finally:
            parent.kill()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_cancelled_leaves_no_process(
    endless: tuple[subprocess.Popen[bytes], list[psutil.Process]], how: signal.Signals
) -> None:
    """Whatever ends it, its children end, too."""
    parent, children = endless
    assert len(children) == 2
    parent.send_signal(how)
    assert parent.wait(60) == -how
    _, alive = psutil.wait_procs(children, 30)
    assert [child.status() for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []
