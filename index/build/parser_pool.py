"""Parse files side by side, in as many processes as there are processors, and return them in the order of the list.

One thread gives the processes their files and takes what they send, so which of them is faster decides nothing but the
time: the results are the same with one process.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import inf
from time import monotonic

from index.build.load_file import SourceFile
from index.build.parser_process import ParseLimits, ParserProcess, wait_for
from index.processors import count_cpus
from index.progress import NO_PROGRESS, Advance
from index.types import Document, LoadProblem

Items = list[Document | LoadProblem]

# Each process takes memory even before it reads a file, and one thread takes what all of them send.
MAX_PROCESSES = 16
# How long the first process parses before there are others: starting one takes about a quarter of a second of work, and
# a few small files are parsed before that.
PATIENCE_S = 0.25
# What may wait for a file before it that takes long: enough to keep the others busy, and little beside a collection.
MAX_WAITING_FILES, MAX_WAITING_CHARS = 1000, 20_000_000


@dataclass(frozen=True, slots=True)
class ParseJob:
    """A file to be parsed, and its bytes, by which progress is counted."""

    file: SourceFile
    has_sidecar: bool
    size: int


class ParserPool(AbstractContextManager["ParserPool"]):
    """Processes that parse files side by side, started when they are needed; a context manager, which ends them."""

    def __init__(self, limits: ParseLimits, max_bytes: int, advance: Advance = NO_PROGRESS) -> None:
        """Start nothing yet; files of more than ``max_bytes`` are problems. ``advance`` is told each file that is done.

        It is also called with 0 now and then.
        """
        self._arguments, self._advance = (limits, max_bytes), advance
        # ``begun_at`` is when the first process was ready and began to parse.
        self._max_processes, self._begun_at = min(count_cpus(), MAX_PROCESSES), inf
        self._jobs: Sequence[ParseJob] = ()
        # The places of jobs that were not begun, of those that are begun again, and of those that have a process.
        self._left, self._again, self._retried = deque[int](), deque[int](), set[int]()
        self._busy, self._idle = dict[ParserProcess, int](), list[ParserProcess]()
        # What waits for its turn, by place.
        self._done, self._waiting_chars, self._finished = dict[int, Items](), 0, 0

    def __exit__(self, *error: object) -> None:
        """End all processes."""
        for process in [*self._busy, *self._idle]:
            process.end()
        self._busy, self._idle = {}, []

    def parse(self, jobs: Sequence[ParseJob]) -> Iterator[Items]:
        """Yield the documents and problems of each file, in the order of the jobs; to be called once.

        Raise OSError if no process can be started.
        """
        self._jobs, self._left = jobs, deque(range(len(jobs)))
        for place in range(len(jobs)):
            self._begin_jobs()
            while place not in self._done:
                self._receive()
                self._begin_jobs()
            items = self._done.pop(place)
            self._waiting_chars -= _count_characters(items)
            yield items

    def _begin_jobs(self) -> None:
        """Give a file to each process that has none, and start another one if there is too much for them."""
        while (queue := self._choose_queue()) and (process := self._find_process()):
            place = queue.popleft()
            self._busy[process] = place
            process.begin(self._jobs[place].file, self._jobs[place].has_sidecar)

    def _choose_queue(self) -> deque[int] | None:
        """Return the queue of the job to begin next, or None if none may begin now.

        The job whose turn it is may always begin: jobs begin in order, so without it nothing waits.
        """
        if self._again or not self._retried.isdisjoint(self._busy.values()):
            return None if self._busy else self._again
        is_full = len(self._done) >= MAX_WAITING_FILES or self._waiting_chars >= MAX_WAITING_CHARS
        return None if is_full else self._left

    def _find_process(self) -> ParserProcess | None:
        """Return a process that is idle or has just been started, or None if the others must be waited for."""
        if self._idle:
            return self._idle.pop()
        is_soon = monotonic() - self._begun_at < PATIENCE_S
        if self._busy and (is_soon or len(self._busy) >= self._max_processes):
            return None
        try:
            return ParserProcess(*self._arguments)
        except OSError:  # the system allows no more processes
            if not self._busy:
                raise
            self._max_processes = len(self._busy)
            return None

    def _receive(self) -> None:
        """Wait for the processes for a moment, and keep what they have done."""
        if not wait_for(self._busy):
            self._advance(0)
        for process in list(self._busy):
            items = process.receive()
            if process.has_begun:
                self._begun_at = min(self._begun_at, monotonic())
            if items is not None:
                self._finish(process, items)

    def _finish(self, process: ParserProcess, items: Items) -> None:
        place = self._busy.pop(process)
        is_alone = not self._busy and not self._idle
        self._idle.append(process)
        if process.was_killed and not is_alone and place not in self._retried:
            self._retry_alone(place)
            return
        self._done[place] = items
        self._waiting_chars += _count_characters(items)
        self._finished += 1
        self._advance(self._jobs[place].size, f"{self._finished} of {len(self._jobs)} files")

    def _retry_alone(self, place: int) -> None:
        """Parse a file again while no other is being parsed: it may have lacked the memory that they took."""
        self._again.append(place)
        self._retried.add(place)
        for idle in self._idle:
            idle.end()


def _count_characters(items: Items) -> int:
    return sum(len(item.text) for item in items if isinstance(item, Document))
