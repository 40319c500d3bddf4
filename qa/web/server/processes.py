"""Processes that the supervisor forks, each with a socket to it."""

import os
import signal
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import NoReturn, TypeAlias

from index.commands import format_verify

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# One that dies is replaced after this time, doubled for each that lived for less than the maximum.
RESTART_S, MAX_RESTART_S = 0.5, 30.0

Run: TypeAlias = Callable[[socket.socket], object]


@dataclass(slots=True, eq=False)
class Worker:
    """A worker process, seen from outside."""

    pid: int
    control: socket.socket
    version: str
    started: float = field(default_factory=monotonic)
    ready: bool = False
    # True from the moment it is let serve until it says that it accepts no more connections.
    accepts: bool = False
    message: bytes = b""
    # When it was asked to stop.
    stopped: float | None = None
    is_killed: bool = False


# Measured with a small index, as the least memory limit under which a worker starts and answers.
MEMORY = "a worker needs 200 MB, and more for a large index (docs/performance.md)"


def fork_process(run: Run, inherited: Iterable[socket.socket]) -> tuple[int, socket.socket]:
    """Fork a process that calls ``run`` with its end of a socket pair; return its id and the other end.

    The process closes the ``inherited`` sockets, and starts with ``SIGNALS`` blocked: a signal must not reach it before
    it has its own handlers.
    """
    ours, theirs = socket.socketpair()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    pid = os.fork()
    if not pid:
        _run_child(run, theirs, [ours, *inherited])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    theirs.close()
    return pid, ours


def _run_child(run: Run, control: socket.socket, inherited: Iterable[socket.socket]) -> NoReturn:
    try:
        os.close(signal.set_wakeup_fd(-1))
        # A process sees that the supervisor has died only if no other process holds the socket.
        for one in inherited:
            one.close()
        run(control)
    finally:
        os._exit(1)


def restore_signals() -> None:
    """Let SIGTERM end the process, and leave SIGINT and SIGHUP to the supervisor."""
    # Ctrl-C reaches every process of the terminal; the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def describe_end(code: int, process: str) -> str:
    """Return why a process ended, from its exit code (negative: a signal)."""
    match -code:
        case signal.SIGKILL:
            return f"error: {process} was killed (SIGKILL); the machine may be out of memory: {MEMORY}"
        case signal.SIGBUS:
            remedy = f"check each index with: {format_verify('INDEX')}"
            return f"error: {process} was killed (SIGBUS); a file of the index was cut off or its disk fails; {remedy}"
    return f"error: {process} ended with {signal.Signals(-code).name if code < 0 else f'code {code}'}"
