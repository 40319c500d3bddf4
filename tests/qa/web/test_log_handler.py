"""Writing the log: nobody waits for whoever collects it, and lost lines are counted."""

import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from qa.web.log_handler import LOST, PatientHandler
from tests.qa.web.server.process import fetch, ready
from tests.qa.web.test_log import APP, ENGINE, read

ROUTE = "/v1/index"


class Pipe:
    """A log that ends in a pipe, and what is read from it."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self.handler = PatientHandler(self.writer)
        self.handler.setFormatter(logging.Formatter("%(message)s"))

    def log(self, message: str) -> None:
        self.handler.handle(logging.makeLogRecord({"msg": message}))

    def read(self) -> str:
        data = b""
        with suppress(BlockingIOError):
            while piece := os.read(self.reader, 1 << 20):
                data += piece
        return data.decode()


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.handler.close()
    for descriptor in (pipe.reader, pipe.writer):
        with suppress(OSError):
            os.close(descriptor)


def test_a_server_whose_log_nobody_reads_answers() -> None:
    """More lines than a pipe holds; later lines say how many are missing, and every request has one or is counted."""
    count = 1_000
    with ready(APP, ENGINE.format(format="json", error="None")) as (process, port):
        for _ in range(count):
            fetch(port, ROUTE)
        assert process.stderr
        os.set_blocking(process.stderr.fileno(), False)
        early = process.stderr.read()
        os.set_blocking(process.stderr.fileno(), True)
        fetch(port, ROUTE)
        process.send_signal(signal.SIGTERM)
        _, late = process.communicate(timeout=30)
    entries = [entry for entry in read((early + late).splitlines()) if "route" in entry or "lost" in entry]
    lost = sum(entry.get("lost", 0) for entry in entries)
    assert lost > 0
    assert lost + sum(entry.get("route") == ROUTE for entry in entries) == count + 1


def test_losses_are_told_before_the_next_line(pipe: Pipe) -> None:
    """And once."""
    for number in range(40_000):
        pipe.log(f"line {number}")
    written = pipe.read().splitlines()
    pipe.log("next")
    pipe.log("last")
    assert pipe.read().splitlines() == [LOST, "next", "last"]
    assert written == [f"line {number}" for number in range(len(written))]
    assert 0 < len(written) < 40_000


def test_losses_are_told_at_the_end(pipe: Pipe) -> None:
    """Though no line follows."""
    for _ in range(40_000):
        pipe.log("line")
    pipe.read()
    pipe.handler.close()
    assert pipe.read() == f"{LOST}\n"


def test_a_line_that_was_cut_off_does_not_swallow_the_next_one(pipe: Pipe) -> None:
    """A traceback can be longer than what a full pipe takes."""
    pipe.log("x" * 1_000_000)
    cut = pipe.read()
    pipe.log("next")
    assert 0 < len(cut) < 1_000_000 and set(cut) == {"x"}
    assert pipe.read() == f"\n{LOST}\nnext\n"


def test_a_long_line_is_written_whole(pipe: Pipe) -> None:
    """A traceback is longer than what a pipe takes at once."""
    pipe.log("x" * 20_000)
    assert pipe.read() == "x" * 20_000 + "\n"


def test_no_line_waits_for_ever_where_several_processes_write(pipe: Pipe) -> None:
    """Another one may take the room that was there a moment ago."""
    chance = Random(0)
    program = "import os, sys\nwhile True: os.write(1, b'x' * 3_000)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=pipe.writer) as other:
        try:
            for _ in range(2_000):
                pipe.log("y" * 3_000)
                if chance.random() < 0.01:
                    os.read(pipe.reader, 1 << 16)
        finally:
            other.kill()


def test_a_slow_reader_is_waited_for_seldom(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a second and not with every line, lest all requests go as slowly as it reads."""
    waits: list[float] = []
    monkeypatch.setattr("qa.web.log_handler.time.monotonic", lambda: 100.0 + len(waits) * 0.1)
    monkeypatch.setattr("qa.web.log_handler.select.poll", lambda: _Poll(waits))
    for _ in range(40_000):
        pipe.log("line")
    assert len(waits) == 1


class _Poll:
    """Notes each wait, and says that nothing can be written."""

    def __init__(self, waits: list[float]) -> None:
        self._waits = waits

    def register(self, descriptor: int, events: int) -> None:
        pass

    def poll(self, milliseconds: float) -> list[tuple[int, int]]:
        self._waits.append(milliseconds)
        return []


def test_a_socket_takes_lines_as_a_pipe_does() -> None:
    """The standard error of a service of systemd is one."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        handler = PatientHandler(ours.fileno())
        handler.setFormatter(logging.Formatter("%(message)s"))
        for _ in range(5_000):
            handler.handle(logging.makeLogRecord({"msg": "x" * 1_000}))
        handler.close()
        assert theirs.recv(1_001) == b"x" * 1_000 + b"\n"
        assert ours.getblocking()


def test_a_file_is_appended_to(tmp_path: Path) -> None:
    """Though it is opened once more."""
    file = tmp_path / "log"
    with file.open("w") as stream:
        stream.write("first\n")
        stream.flush()
        handler = PatientHandler(stream.fileno())
        handler.handle(logging.makeLogRecord({"msg": "second"}))
        handler.close()
        assert file.read_text() == "first\nsecond\n"


def test_a_forked_process_does_not_tell_the_losses_of_another(pipe: Pipe) -> None:
    """Each is told once."""
    for _ in range(40_000):
        pipe.log("line")
    pipe.read()
    for last_words in (lambda: pipe.log("child"), pipe.handler.close):
        if not (child := os.fork()):
            last_words()
            os._exit(0)
        os.waitpid(child, 0)
    assert pipe.read() == "child\n"


def test_a_reader_that_is_gone_fails_nothing(pipe: Pipe, capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever collected the log may have ended."""
    os.close(pipe.reader)
    pipe.log("line")
    pipe.handler.close()
    assert capfd.readouterr() == ("", "")


def test_a_message_that_utf8_cannot_encode_is_written(pipe: Pipe) -> None:
    """A file name can hold a byte that is no character."""
    pipe.log("a\udcffb")
    assert pipe.read() == "a\\udcffb\n"
