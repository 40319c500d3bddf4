"""Progress reports of long jobs. The only module that imports tqdm."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Protocol, TextIO

from tqdm import tqdm

Advance = Callable[[int], object]
# Often enough to see in a log that a build is alive, and seldom enough not to fill it.
LOG_INTERVAL_S = 30.0


class Progress(Protocol):
    """Receiver of the steps of a job and of what is done of each."""

    def step(self, name: str, total: int | None) -> AbstractContextManager[Advance]:
        """Open a step of ``total`` things, or of an unknown number; call the result with the number of things done."""


class Silent:
    """Progress that shows nothing, for programs and tests."""

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Advance]:
        """Ignore the step."""
        yield lambda done: None


class Terminal:
    """Progress as a bar on a terminal; elsewhere as a line now and then, and one at the end of each step."""

    def __init__(self, stream: TextIO | None = None, log_interval_s: float = LOG_INTERVAL_S) -> None:
        """Write to ``stream``, by default standard error; if it is no terminal, once in ``log_interval_s`` seconds."""
        self._stream, self._log_interval_s = stream or sys.stderr, log_interval_s

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Advance]:
        """Show the step, unless it has nothing to do."""
        if total == 0:
            yield lambda done: None
            return
        is_terminal, start = self._stream.isatty(), perf_counter()
        last_log = start
        with tqdm(total=total, desc=name, file=self._stream, leave=False, disable=not is_terminal) as bar:
            done_so_far = 0

            def advance(done: int) -> None:
                nonlocal done_so_far, last_log
                done_so_far += done
                bar.update(done)
                now = perf_counter()
                due = not is_terminal and now - last_log >= self._log_interval_s
                if due and total is not None and done_so_far:  # else nothing is known of what is left
                    last_log = now
                    self._log(name, done_so_far, total, now - start)

            yield advance
        self._stream.write(f"{name}: {done_so_far}\n")

    def _log(self, name: str, done: int, total: int, seconds: float) -> None:
        rate = done / seconds
        left = tqdm.format_interval((total - done) / rate)
        self._stream.write(f"{name}: {done} of {total}, {rate:.0f} a second, {left} left\n")
        self._stream.flush()
