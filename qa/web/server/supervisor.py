"""The supervisor: it starts the worker processes, replaces them, reloads the index and stops.

All workers serve one version of the index. A reload starts workers of the newest version beside the others; only if all
of them are ready do they take over, and otherwise the others go on. Workers share one listening socket, so that a
connection is accepted by whichever is free, and none is refused while they change.
"""

import logging
import os
import selectors
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic

from index.errors import NetsphereError
from qa.web.server.builder_process import BuilderProcess
from qa.web.server.listener import stop_handshakes
from qa.web.server.processes import MAX_RESTART_S, RESTART_S, SIGNALS, Worker, describe_end, fork_process
from qa.web.server.worker import DRAINING, FAILED, READY, SERVE, WROTE, MakeApp, run_worker

log = logging.getLogger(__name__)

# How often the version is looked up, and deadlines are checked.
TICK_S = 1.0
# More than a worker needs to drain and close; less than the ten seconds after which Docker kills everything.
STOP_TIMEOUT_S = 9.0
# A worker stops to accept within milliseconds; one that hangs must not keep its successors waiting.
SWITCH_S = 1.0


@dataclass(frozen=True, slots=True)
class ServedApp:
    """What is served: ``find_version`` names the newest version, and ``make_app`` opens one in a worker.

    Both raise NetsphereError. ``announce`` gets the version once the first workers are ready, ``note_served`` that and
    each later one, and ``forget_worker`` the process id of each worker that has ended. ``builders`` make new versions
    of what is written. ``report_end`` is told why the server ends, if it fails.
    """

    find_version: Callable[[], str]
    make_app: MakeApp
    announce: Callable[[str], None]
    forget_worker: Callable[[int], None]
    builders: Sequence[BuilderProcess] = ()
    note_served: Callable[[str], object] = lambda _: None
    report_end: Callable[[str], object] = logging.getLogger(__name__).critical


@dataclass
class Supervisor:
    """The processes of a server."""

    app: ServedApp
    listener: socket.socket
    workers: int
    threads: int
    _serving: list[Worker] = field(default_factory=list)
    # The workers that shall replace those that serve.
    _starting: list[Worker] = field(default_factory=list)
    _stopping: list[Worker] = field(default_factory=list)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _version: str = ""
    # A version that could not be opened is not tried again until a signal asks for it.
    _failed_version: str = ""
    _reload_requested: bool = False
    # Why the newest version could not be found, so that it is logged once and not every second.
    _find_error: str = ""
    _is_closing: bool = False
    _exit_code: int = 0
    _restart_at: float = 0.0
    _restart_delay: float = RESTART_S

    def run(self) -> int:
        """Serve until SIGTERM or SIGINT and return the exit code. Raises NetsphereError if there is no version."""
        version = self.app.find_version()
        signals = self._install_signals()
        self._start_round(version)
        self._selector.register(signals, selectors.EVENT_READ, partial(self._read_signals, signals))
        while self._all_controls() or not self._is_closing:
            self._start_builders()
            for key, _ in self._selector.select(TICK_S):
                key.data()
            self._check_deadlines()
        return self._exit_code

    def _install_signals(self) -> socket.socket:
        """Make signals wake up the selector, and return the socket on which their numbers arrive."""
        reader, writer = socket.socketpair()
        writer.setblocking(False)
        signal.set_wakeup_fd(writer.detach())
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        return reader

    def _read_signals(self, signals: socket.socket) -> None:
        for number in signals.recv(64):
            self._handle_signal(number)

    def _handle_signal(self, number: int) -> None:
        if number == signal.SIGHUP:
            self._failed_version, self._reload_requested = "", True
        elif self._is_closing:
            for worker in self._all_workers():
                os.kill(worker.pid, signal.SIGKILL)
        else:
            self._close()

    def _check_deadlines(self) -> None:
        """Do what is due: kill what does not stop, replace what died, reload what is outdated."""
        now = monotonic()
        for worker in self._stopping:
            if worker.stopped and now > worker.stopped + STOP_TIMEOUT_S and not worker.is_killed:
                log.warning("worker %d did not stop within %.0f s and is killed", worker.pid, STOP_TIMEOUT_S)
                os.kill(worker.pid, signal.SIGKILL)
                worker.is_killed = True
        if self._starting:
            self._finish_round()
        elif not self._is_closing:
            self._reload_if_outdated()
        if self._version and not self._starting and not self._is_closing and now >= self._restart_at:
            for _ in range(self.workers - len(self._serving)):
                self._serving.append(self._fork_worker(self._version))

    def _reload_if_outdated(self) -> None:
        """Start the newest version if it is not the one that is served, or if a signal asked for it."""
        version = self._find_version()
        if version and (self._reload_requested or version not in {self._version, self._failed_version}):
            self._start_round(version)
        self._reload_requested = False

    def _find_version(self) -> str:
        """Return the newest version; an empty text if it cannot be found."""
        try:
            version = self.app.find_version()
        except (NetsphereError, OSError) as error:
            if self._reload_requested or str(error) != self._find_error:
                log.error("cannot reload: %s; version %s is still served", error, self._version)
            self._find_error = str(error)
            return ""
        self._find_error = ""
        return version

    def _start_round(self, version: str) -> None:
        self._starting = []
        for _ in range(self.workers):
            self._starting.append(self._fork_worker(version))

    def _fork_worker(self, version: str) -> Worker:
        make_app = partial(self.app.make_app, version)
        run = partial(run_worker, make_app, self.listener, threads=self.threads, workers=self.workers)
        worker = Worker(*fork_process(run, self._all_controls()), version)
        self._selector.register(worker.control, selectors.EVENT_READ, partial(self._read_worker, worker))
        return worker

    def _start_builders(self) -> None:
        for builder in self.app.builders:
            if control := builder.start_if_due([self.listener, *self._all_controls()]):
                self._selector.register(control, selectors.EVENT_READ, partial(self._read_builder, builder, control))

    def _read_builder(self, builder: BuilderProcess, control: socket.socket) -> None:
        """Take what the builder says; a new version is looked for after every message."""
        if not builder.read(control):
            self._selector.unregister(control)

    def _read_worker(self, worker: Worker) -> None:
        """Take what a worker says; the end of the stream means that it has ended."""
        try:
            data = worker.control.recv(64 * 1024)
        except OSError:
            data = b""
        if not data:
            self._bury_worker(worker)
        elif worker.message or data.startswith(FAILED):
            worker.message += data
        else:
            self._take_messages(worker, data)
        self._finish_round()

    def _take_messages(self, worker: Worker, messages: bytes) -> None:
        if READY in messages:
            worker.ready = True
            if worker in self._serving:  # it replaces one that died
                self._let_serve(worker)
        if DRAINING in messages:
            worker.accepts = False
        if WROTE in messages:
            for builder in self.app.builders:
                builder.wake()

    def _finish_round(self) -> None:
        """Let the workers of a round take over, once all are ready and those before them accept no more."""
        if not self._starting or not all(worker.ready for worker in self._starting):
            return
        self._stop_workers(self._serving)
        self._serving = []
        # Connections wait in the kernel for these few milliseconds, so that no answer of the newer version is
        # followed by one of the older.
        now = monotonic()
        if any(worker.accepts and now < (worker.stopped or 0) + SWITCH_S for worker in self._stopping):
            return
        is_first = not self._version
        self._serving, self._starting = self._starting, []
        self._version = self._serving[0].version
        self.app.note_served(self._version)
        if is_first:
            self.app.announce(self._version)
        for worker in self._serving:
            self._let_serve(worker)

    def _let_serve(self, worker: Worker) -> None:
        worker.accepts = True
        try:
            worker.control.sendall(SERVE)
        except OSError:
            log.debug("worker %d has ended; the end of its stream is read next", worker.pid)

    def _bury_worker(self, worker: Worker) -> None:
        self._selector.unregister(worker.control)
        worker.control.close()
        _, status = os.waitpid(worker.pid, 0)
        self.app.forget_worker(worker.pid)
        reason = worker.message[1:].decode() or describe_end(os.waitstatus_to_exitcode(status), "a worker")
        if worker in self._starting:
            self._starting.remove(worker)
            self._fail_round(worker, reason)
        elif worker in self._serving:
            self._serving.remove(worker)
            if not worker.ready and not self._serving:
                # Nobody would answer, and requests would wait for ever.
                self._end(reason)
                return
            log.error("worker %d ended: %s; another one is started", worker.pid, reason)
            is_early = monotonic() < worker.started + MAX_RESTART_S
            self._restart_delay = min(self._restart_delay * 2, MAX_RESTART_S) if is_early else RESTART_S
            self._restart_at = monotonic() + self._restart_delay
        else:
            self._stopping.remove(worker)

    def _fail_round(self, worker: Worker, reason: str) -> None:
        """Stop the other workers of the round; those that serve go on, and without any the server ends."""
        self._stop_workers(self._starting)
        self._starting, self._failed_version = [], worker.version
        if self._version:
            log.error("cannot reload version %s: %s; version %s is still served", worker.version, reason, self._version)
            return
        if self._find_version() not in {"", worker.version}:
            return  # a build has replaced it meanwhile; the next look at the version starts that one
        self._end(reason)

    def _end(self, reason: str) -> None:
        self.app.report_end(reason)
        self._exit_code = 1
        self._close()

    def _close(self) -> None:
        self._is_closing = True
        stop_handshakes(self.listener)
        # The workers still hold it, and answer what the kernel has accepted.
        self.listener.close()
        self._stop_workers([*self._serving, *self._starting])
        self._serving, self._starting = [], []
        for builder in self.app.builders:
            builder.stop()

    def _stop_workers(self, workers: Sequence[Worker]) -> None:
        for worker in workers:
            # One that does not serve yet has nothing to finish.
            os.kill(worker.pid, signal.SIGTERM if worker.accepts else signal.SIGKILL)
            worker.stopped = monotonic()
            self._stopping.append(worker)

    def _all_workers(self) -> list[Worker]:
        return [*self._serving, *self._starting, *self._stopping]

    def _all_controls(self) -> list[socket.socket]:
        """Return the sockets of all processes that run."""
        own = (builder.control for builder in self.app.builders if builder.control)
        return [*own, *(worker.control for worker in self._all_workers())]
