"""How a long job says how far it is. The only module that imports tqdm."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Protocol, TextIO

from tqdm import tqdm

Advance = Callable[[int], object]
EVERY_S = 30.0


class Progress(Protocol):
    """Told of each step and of each part of it that is done."""

    def step(self, name: str, total: int | None) -> AbstractContextManager[Advance]:
        """Enter at the start of a step; call what it gives with the number of things done."""


class Silent:
    """For programs and tests."""

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Advance]:
        """Says nothing."""
        yield lambda done: None


class Terminal:
    """A bar with rate and time left on a terminal; elsewhere a line now and then, and one at the end of each step."""

    def __init__(self, stream: TextIO = sys.stderr, every_s: float = EVERY_S) -> None:
        """Writes to ``stream``, where that is no terminal at most once in ``every_s`` seconds of a step."""
        self._stream, self._every_s = stream, every_s

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Advance]:
        """Shows nothing for a step that has nothing to do."""
        if total == 0:
            yield lambda done: None
            return
        if self._stream.isatty():
            with tqdm(total=total, desc=name, file=self._stream, leave=False) as bar:
                counted = _Count(bar.update)
                yield counted
        else:
            counted = _Count(_Lines(self._stream, self._every_s, name, total))
            yield counted
        self._stream.write(f"{name}: {counted.done}\n")


class _Count:
    def __init__(self, tell: Advance) -> None:
        self._tell = tell
        self.done = 0

    def __call__(self, done: int) -> None:
        self.done += done
        self._tell(done)


class _Lines:
    """For logs: how much is done, how fast, and what is left at that rate."""

    def __init__(self, stream: TextIO, every_s: float, name: str, total: int | None) -> None:
        self._stream, self._every_s, self._name, self._total = stream, every_s, name, total
        self._begun = self._told = perf_counter()
        self._done = 0

    def __call__(self, done: int) -> None:
        self._done += done
        now = perf_counter()
        if self._total is None or now - self._told < self._every_s:
            return
        self._told = now
        rate = self._done / (now - self._begun)
        left = tqdm.format_interval((self._total - self._done) / rate)
        self._stream.write(f"{self._name}: {self._done} of {self._total}, {rate:.0f} a second, {left} left\n")
        self._stream.flush()
