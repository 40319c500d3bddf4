"""A process beside the workers, as the supervisor sees it: one builds what is written, one follows a database."""

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from qa.web.server.processes import MAX_RESTART_S, RESTART_S, describe_end, fork_process, restore_signals

log = logging.getLogger(__name__)

# What the supervisor says to it: something was written. A closed socket says that the supervisor is gone.
WAKE = b"W"


@dataclass(slots=True)
class BuilderProcess:
    """A process that is started when there is something to build, and started again if it ends.

    ``run`` is called in it with its socket and whether the one before ended unexpectedly. ``has_work`` says whether
    there is something to build for a process that does not run yet. ``what`` names it in the log.
    """

    run: Callable[[socket.socket, bool], object]
    is_needed: bool
    control: socket.socket | None = None
    pid: int = 0
    _crashed: bool = False
    _started: float = 0.0
    _start_at: float = 0.0
    _delay: float = field(default=RESTART_S)
    has_work: Callable[[], bool] = lambda: True
    what: str = "the builder"

    def start_if_due(self, inherited: Iterable[socket.socket]) -> socket.socket | None:
        """Start the process if it is needed, does not run and may start again; return its socket if it was started."""
        if self.control or not self.is_needed or monotonic() < self._start_at:
            return None
        self._started = monotonic()
        self.pid, self.control = fork_process(partial(_run_builder, self.run, self.what, self._crashed), inherited)
        self.control.setblocking(False)
        return self.control

    def wake(self) -> None:
        """Say that something was written, perhaps to another index."""
        if not self.control and not self.has_work():
            return
        self.is_needed = True
        if self.control:
            try:
                self.control.send(WAKE)
            except OSError:  # it has ended, or it has not read what it was told already
                log.debug("the builder cannot be woken")

    def read(self, control: socket.socket) -> bool:
        """Take what it says, that a generation is published; return False if it has ended."""
        try:
            if control.recv(4096):
                return True
        except OSError:
            log.debug("the builder has reset its socket")
        control.close()
        self._bury()
        return False

    def stop(self) -> None:
        """End it at once: whatever it does can be interrupted."""
        self.is_needed = False
        if self.control:
            os.kill(self.pid, signal.SIGTERM)

    def _bury(self) -> None:
        self.control = None
        _, status = os.waitpid(self.pid, 0)
        if not self.is_needed:
            return
        self._crashed = True
        is_early = monotonic() < self._started + MAX_RESTART_S
        self._delay = min(self._delay * 2, MAX_RESTART_S) if is_early else RESTART_S
        self._start_at = monotonic() + self._delay
        log.error("%s; another one is started", describe_end(os.waitstatus_to_exitcode(status), self.what))


def _run_builder(
    run: Callable[[socket.socket, bool], object], what: str, crashed: bool, control: socket.socket
) -> None:
    restore_signals()
    try:
        run(control, crashed)
    except Exception:
        # Nobody else does: the process ends without the interpreter's own message.
        log.exception("%s has failed", what)
        raise
