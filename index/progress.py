"""How a long job says how far it is. The only module that imports tqdm."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from tqdm import tqdm

Advance = Callable[[int], object]


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
    """A bar with rate and time left on a terminal, one line a step elsewhere."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        """Writes to ``stream``."""
        self._stream = stream

    @contextmanager
    def step(self, name: str, total: int | None) -> Iterator[Advance]:
        """Shows nothing for a step that has nothing to do."""
        if total == 0:
            yield lambda done: None
            return
        terminal = self._stream.isatty()
        with tqdm(total=total, desc=name, file=self._stream, disable=not terminal, leave=False) as bar:
            counted = _Count(bar)
            yield counted
        self._stream.write(f"{name}: {counted.done}\n")


class _Count:
    def __init__(self, bar: "tqdm[None]") -> None:
        self._bar = bar
        self.done = 0

    def __call__(self, done: int) -> None:
        self.done += done
        self._bar.update(done)
