"""The process that builds, as the supervisor sees it: started when it is needed, and again if it ends."""

import logging
import os
import signal
import socket
from collections.abc import Iterator
from multiprocessing.connection import wait

import pytest

from qa.web.server import builder_process
from qa.web.server.builder_process import WAKE, BuilderProcess
from tests.qa.web.server.test_reload import wait_until


def echo(control: socket.socket, crashed: bool) -> None:
    """Say whether the process before has crashed, then return what is received."""
    control.send(b"crashed" if crashed else b"fresh")
    while data := control.recv(64):
        control.send(data)


@pytest.fixture(autouse=True)
def _as_in_a_supervisor(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A child closes the file descriptor for signals that the supervisor has."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno())
    monkeypatch.setattr(builder_process, "RESTART_S", 0.1)
    yield
    signal.set_wakeup_fd(before)
    reader.close()
    writer.close()


def start(builder: BuilderProcess) -> socket.socket:
    """Start the process as soon as it may start, and return its socket."""
    found: list[socket.socket] = []

    def has_started() -> bool:
        control = builder.start_if_due([])
        found.extend([control] if control else [])
        return bool(found)

    wait_until(has_started)
    return found[0]


def receive(control: socket.socket) -> bytes:
    """Return what the process says."""
    assert wait([control], 30)
    return control.recv(64)


def test_it_is_started_when_something_is_written() -> None:
    """And is told of the next write; a second one is not started beside it."""
    builder = BuilderProcess(echo, is_needed=False)
    assert builder.start_if_due([]) is None
    builder.wake()
    control = start(builder)
    assert receive(control) == b"fresh"
    assert builder.start_if_due([]) is None
    builder.wake()
    assert receive(control) == WAKE
    builder.wake()
    assert wait([control], 30)
    assert builder.read(control)
    builder.stop()
    wait_until(lambda: not builder.read(control))


def test_one_that_is_killed_is_replaced_and_told_of_it(caplog: pytest.LogCaptureFixture) -> None:
    """After a moment; the log says how it ended."""
    builder = BuilderProcess(echo, is_needed=True)
    control = start(builder)
    assert receive(control) == b"fresh"
    os.kill(builder.pid, signal.SIGKILL)
    wait_until(lambda: not builder.read(control))
    assert "the builder was killed (SIGKILL)" in caplog.text
    assert builder.start_if_due([]) is None
    control = start(builder)
    assert receive(control) == b"crashed"
    builder.stop()
    wait_until(lambda: not builder.read(control))


def fail(control: socket.socket, crashed: bool) -> None:
    """End as a bug does."""
    raise ZeroDivisionError("a bug")


def test_one_that_fails_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    """With a traceback, because it is our fault."""
    handler = logging.StreamHandler(os.fdopen(os.dup(2), "w"))
    builder_process.log.addHandler(handler)
    builder = BuilderProcess(fail, is_needed=True)
    control = start(builder)
    wait_until(lambda: not builder.read(control))
    builder_process.log.removeHandler(handler)
    handler.stream.close()
    error = capfd.readouterr().err
    assert "the builder has failed\nTraceback" in error
    assert "ZeroDivisionError: a bug" in error


def test_one_that_is_stopped_is_not_replaced(caplog: pytest.LogCaptureFixture) -> None:
    """Nor complained about."""
    builder = BuilderProcess(echo, is_needed=True)
    control = start(builder)
    builder.stop()
    wait_until(lambda: not builder.read(control))
    assert builder.start_if_due([]) is None
    assert caplog.text == ""
