"""Run the parsers in a child process with limits of time and memory, which one bad file cannot pull down.

The child is a new interpreter that imports only the parsers, not a fork: forking a process that has threads may
deadlock, and the address space of a process with torch in it leaves nothing to limit. It is used for many files, and
started again after each file that it does not survive.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, Pipe, wait
from time import monotonic
from types import TracebackType
from typing import NoReturn, Self

from index.build.load_file import SourceFile, escape_surrogates, load_file
from index.build.process_limits import OUT_OF_MEMORY, end_with_parent, limit_resources
from index.build.unpack import Unpacker, remove_abandoned_folders
from index.parsers.ocr import set_options
from index.types import Document, LoadProblem

# More time and memory for each byte of a file: several times what the slowest formats, PDF and HTML, need.
SECONDS_PER_MB = 10
MEMORY_PER_BYTE = 20
# Documents, and characters of them, in one message from the child.
MAX_BATCH, MAX_BATCH_CHARS = 100, 1_000_000
# How many files inside one file may end the process before all of it is given up: it is read again after each.
MAX_BAD_FILES = 3
# The share of the time for all of them that one must have taken to be the one that takes too long.
MIN_BLAMED_SHARE = 0.5
# How long a busy machine may take to start the process.
MAX_START_S = 60
# How often to look whether a file takes too long.
TICK_S = 0.5
# sys.path is passed on, so that the child imports the same code, wherever it was started.
PROGRAM = f"import sys; sys.path[:] = sys.argv[1:]; from {__name__} import run_child; run_child()"


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """The time and memory for parsing one file; a large file gets more of both."""

    seconds: int = 120
    megabytes: int = 1000
    # Whether pages without text are read by OCR, and in which languages.
    ocr: str = "auto"
    ocr_languages: str = ""

    def allow_seconds(self, size: int) -> float:
        """Return the seconds for a file of ``size`` bytes."""
        return self.seconds + SECONDS_PER_MB * size / 1_000_000

    def allow_bytes(self, size: int) -> int:
        """Return the bytes of memory for a file of ``size`` bytes."""
        return self.megabytes * 1_000_000 + MEMORY_PER_BYTE * size


@dataclass(frozen=True, slots=True)
class _Task:
    """What the child gets for each file: the arguments of ``load_file``, and how much it may use."""

    file: SourceFile
    max_bytes: int
    has_sidecar: bool
    seconds: float
    memory: int
    ocr: str
    ocr_languages: str
    # The ids of files inside it that are left out.
    excluded: frozenset[str] = frozenset()


class ParserProcess:
    """The child process that parses files, one after the other; a context manager, which ends it."""

    def __init__(self, limits: ParseLimits, max_bytes: int) -> None:
        """Start the process; files of more than ``max_bytes`` are problems."""
        self._limits = limits
        self._max_bytes = max_bytes
        self._task: _Task | None = None
        # What the file has given so far, and the problems of files inside it that ended the process.
        self._items, self._bad = list[Document | LoadProblem](), dict[str, LoadProblem]()
        # The id of what is being parsed, and since when; "" and the time of the request until the process has begun.
        self._current, self._since = "", 0.0
        # When the whole file takes too long.
        self._deadline = 0.0
        # Whether the system has killed the process while it parsed the file, probably for lack of memory.
        self.was_killed = False
        self._start()

    def __enter__(self) -> Self:
        """Return the process, which is running."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process."""
        self.end()

    @property
    def is_running(self) -> bool:
        """Whether the process is there, rather than killed while it had nothing to do."""
        return self._child.poll() is None

    @property
    def has_begun(self) -> bool:
        """Whether the process has begun to parse a file, rather than to start."""
        return self._current != ""

    def load(self, file: SourceFile, has_sidecar: bool) -> list[Document | LoadProblem]:
        """Return the documents and problems of a file; one that goes beyond a limit has a problem that says which.

        If a file inside it ends the process, as a member of an archive may, the others are read without that one.
        """
        self.begin(file, has_sidecar)
        while (items := self.receive()) is None:
            wait_for([self])
        return items

    def begin(self, file: SourceFile, has_sidecar: bool) -> None:
        """Let the process parse a file, as ``load`` does, but do not wait for it; ``receive`` returns the result."""
        size, limits = file.read_size(), self._limits
        self._task = _Task(
            file,
            self._max_bytes,
            has_sidecar,
            limits.allow_seconds(size),
            limits.allow_bytes(size),
            limits.ocr,
            limits.ocr_languages,
        )
        self._bad, self.was_killed = {}, False
        self._send_task(self._task)

    def receive(self) -> list[Document | LoadProblem] | None:
        """Take what the process has sent, if anything; return all that is in the file, or None if there is more."""
        task = self._task
        if task is None:
            raise ValueError("no file is being parsed; call begin first")
        try:
            if self._connection.poll():
                is_done = self._take(self._connection.recv(), task.seconds)
            elif monotonic() >= self._deadline:
                raise TimeoutError
            else:
                return None
        except (EOFError, OSError, TimeoutError) as error:
            is_done = self._recover(task, error)
        if not is_done:
            return None
        self._task, items = None, [*self._items, *self._bad.values()]
        self._items, self._bad = [], {}
        return items

    def end(self) -> None:
        """End the process, with what it has started; ``begin`` starts it again."""
        self._end()

    def fileno(self) -> int:
        """Return the descriptor that can be read when the process has sent something."""
        return self._connection.fileno()

    def _send_task(self, task: _Task) -> None:
        if not self.is_running:
            self._end()
            self._start()
        self._items, self._current, self._since = [], "", monotonic()
        self._deadline = self._since + MAX_START_S + task.seconds
        # If the process has just been killed, there is an end of file to receive.
        with suppress(OSError):
            self._connection.send(replace(task, excluded=frozenset(self._bad)))

    def _take(self, message: str | list[Document | LoadProblem] | None, seconds: float) -> bool:
        """Take a message; return whether the file is done.

        A text is the id of what is being parsed from now on: of the file itself, which has ``seconds`` from the first
        one on, or of a file inside it.
        """
        if isinstance(message, str):
            if not self.has_begun:
                self._deadline = monotonic() + seconds
            self._current, self._since = message, monotonic()
        elif message is not None:
            self._items += message
        return message is None

    def _recover(self, task: _Task, error: Exception) -> bool:
        """Find out why the process has ended; begin again without the file inside the file that is to blame.

        Return whether the file is done, because there is none or there were too many of them.
        """
        reason = self._explain_end(error, task.seconds, task.memory)
        is_inner = self._current not in ("", task.file.id) and self._took_long_enough(error, task.seconds)
        if not is_inner or len(self._bad) == MAX_BAD_FILES:
            self._items, self._bad = [LoadProblem(escape_surrogates(task.file.id), reason)], {}
            return True
        self._bad[self._current] = LoadProblem(self._current, reason)
        self._send_task(task)
        return False

    def _took_long_enough(self, error: Exception, seconds: float) -> bool:
        """Return whether the file that was being parsed is to blame, and not all that came before it in its archive."""
        return not isinstance(error, TimeoutError) or monotonic() - self._since > seconds * MIN_BLAMED_SHARE

    def _start(self) -> None:
        self._connection, theirs = Pipe()
        descriptor = theirs.fileno()
        # A group of its own, so that what it starts can be ended with it; Ctrl+C goes to the parent, which ends it.
        self._child = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-c", PROGRAM, *sys.path], stdin=descriptor, stdout=subprocess.DEVNULL, process_group=0
        )
        theirs.close()

    def _explain_end(self, error: Exception, seconds: float, memory: int) -> str:
        """End the child, and return the reason why it has not parsed a file to its end."""
        is_late = isinstance(error, TimeoutError)
        status = self._end(kill=is_late)
        if is_late or status == -signal.SIGXCPU:
            return f"takes more than {seconds:.0f} seconds to parse; split it, leave it out or raise parse_seconds"
        if status == OUT_OF_MEMORY:
            megabytes = f"{memory / 1_000_000:,.0f} MB"
            return f"takes more than {megabytes} of memory to parse; split it, leave it out or raise parse_mb"
        if status == -signal.SIGKILL:
            self.was_killed = True
            return "was being parsed when the system killed the parser, probably for lack of memory; split it"
        ended = f"signal {-status}" if status < 0 else f"exit code {status}"
        return f"makes the parser fail ({ended}); save it again in another format or leave it out"

    def _end(self, kill: bool = True) -> int:
        """End the child and return its exit status, a negative signal number if it was killed by one."""
        self._connection.close()
        is_first = self._child.returncode is None
        if is_first and kill:
            self._kill_group()
        status = self._child.wait()
        if is_first:
            # Tesseract may still read a page.
            self._kill_group()
            remove_abandoned_folders()
        return status

    def _kill_group(self) -> None:
        with suppress(ProcessLookupError, PermissionError):  # nobody is left
            os.killpg(self._child.pid, signal.SIGKILL)


def wait_for(processes: Iterable[ParserProcess]) -> bool:
    """Wait until one of the processes has sent something, or for a moment; return whether one has."""
    return bool(wait([process.fileno() for process in processes], TICK_S))


def run_child() -> NoReturn:
    """Parse files for the process at the other end of standard input, until that closes it or ends."""
    end_with_parent()
    connection = Connection(os.dup(sys.stdin.fileno()))
    try:
        while True:
            task: _Task = connection.recv()
            limit_resources(task.memory, task.seconds)
            set_options(task.ocr, task.ocr_languages, task.seconds)
            connection.send(task.file.id)
            unpacker = Unpacker(task.max_bytes, task.excluded, connection.send)
            for batch in _batch(load_file(task.file, task.max_bytes, task.has_sidecar, unpacker)):
                connection.send(batch)
            connection.send(None)
    except MemoryError:
        # At once: what else Python would do here may need memory.
        os._exit(OUT_OF_MEMORY)
    except (EOFError, OSError):  # not of the file, whose errors are problems: the parent is gone
        os._exit(0)


def _batch(items: Iterable[Document | LoadProblem]) -> Iterator[list[Document | LoadProblem]]:
    """Yield the items in lists: a message for each document of a large file would take longer than parsing it."""
    batch: list[Document | LoadProblem] = []
    characters = 0
    for item in items:
        batch.append(item)
        characters += len(item.text) if isinstance(item, Document) else 0
        if len(batch) >= MAX_BATCH or characters >= MAX_BATCH_CHARS:
            yield batch
            batch, characters = [], 0
    yield batch
