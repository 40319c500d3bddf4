"""Progress reports of long jobs. The only module that imports tqdm."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Protocol, TextIO, TypeVar

from tqdm import tqdm

T = TypeVar("T")

# Often enough to see in a log that a build is alive, and seldom enough not to fill it.
LOG_INTERVAL_S = 10.0
# How often a bar is drawn again though nothing was done, so that its clock goes on.
REDRAW_S = 0.5


class Advance(Protocol):
    """Receiver of the number of things done since the last call; 0 says that the job is alive.

    ``note`` is shown beside the number until there is another one: "3 of 9 files".
    """

    def __call__(self, done: int, note: str = "") -> object:
        """Take them."""


def NO_PROGRESS(done: int, note: str = "") -> None:  # noqa: N802 — used as a constant
    """Ignore what is done."""


def count_each(things: Iterable[T], advance: Advance) -> Iterator[T]:
    """Yield all things, and report each when the next one is asked for."""
    for thing in things:
        yield thing
        advance(1)


class Progress(Protocol):
    """Receiver of the steps of a job and of what is done of each."""

    def step(self, name: str, total: int | None, unit: str = "") -> AbstractContextManager[Advance]:
        """Open a step of ``total`` things, or of an unknown number; call the result with the number of things done.

        With a ``unit`` numbers are shortened: "50.1 MB" for bytes ("B").
        """


class Silent:
    """Progress that shows nothing, for programs and tests."""

    @contextmanager
    def step(self, name: str, total: int | None, unit: str = "") -> Iterator[Advance]:
        """Ignore the step."""
        yield NO_PROGRESS


class StepTimes:
    """Progress that passes everything on, and measures the seconds of each step."""

    def __init__(self, progress: Progress) -> None:
        """Measure nothing yet."""
        self._progress, self.seconds = progress, dict[str, float]()

    @contextmanager
    def step(self, name: str, total: int | None, unit: str = "") -> Iterator[Advance]:
        """Measure the step; steps of one name are added up."""
        start = perf_counter()
        with self._progress.step(name, total, unit) as advance:
            yield advance
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start


class Terminal:
    """Progress as a bar on a terminal; elsewhere as a line now and then, and one at the end of each step."""

    def __init__(self, stream: TextIO | None = None, log_interval_s: float = LOG_INTERVAL_S) -> None:
        """Write to ``stream``, by default standard error; if it is no terminal, once in ``log_interval_s`` seconds."""
        self._stream, self._log_interval_s = stream or sys.stderr, log_interval_s

    @contextmanager
    def step(self, name: str, total: int | None, unit: str = "") -> Iterator[Advance]:
        """Show the step, unless it has nothing to do."""
        if total == 0:
            yield NO_PROGRESS
            return
        shown = _Bar(self._stream, name, total, unit) if self._stream.isatty() else None
        step = shown or _Log(self._stream, name, total, unit, self._log_interval_s)
        try:
            yield step.advance
        finally:
            if shown:
                shown.close()
        self._stream.write(step.describe_end())
        self._stream.flush()


class _Step:
    """What is done of a step."""

    def __init__(self, stream: TextIO, name: str, total: int | None, unit: str) -> None:
        self.stream, self.name, self.total, self.unit = stream, name, total, unit
        self.done, self.note, self.start = 0, "", perf_counter()

    def count(self, done: int, note: str) -> None:
        self.done += done
        self.note = note or self.note

    def describe_end(self) -> str:
        """Return the line that stays."""
        if self.total is None and not self.done:
            return f"{self.name}\n"
        return f"{self.name}: {_join(_format_amount(self.done, self.unit), self.note)}\n"


class _Bar(_Step):
    """A step on a terminal."""

    def __init__(self, stream: TextIO, name: str, total: int | None, unit: str) -> None:
        super().__init__(stream, name, total, unit)
        scale = {"unit": unit if unit == "B" else f" {unit}", "unit_scale": True} if unit else {}
        self._bar, self._drawn = tqdm(total=total, desc=name, file=stream, leave=False, **scale), self.start

    def advance(self, done: int, note: str = "") -> None:
        """Draw the bar, unless it was drawn a moment ago."""
        self.count(done, note)
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(done)
        now = perf_counter()
        if not done and now - self._drawn >= REDRAW_S:
            self._drawn = now
            self._bar.refresh()

    def close(self) -> None:
        """Remove the bar."""
        self._bar.close()


class _Log(_Step):
    """A step in a log."""

    def __init__(self, stream: TextIO, name: str, total: int | None, unit: str, interval_s: float) -> None:
        super().__init__(stream, name, total, unit)
        self._interval_s, self._logged = interval_s, self.start

    def advance(self, done: int, note: str = "") -> None:
        """Write a line, unless there was one a moment ago."""
        self.count(done, note)
        now = perf_counter()
        if now - self._logged >= self._interval_s:
            self._logged = now
            self.stream.write(f"{self.name}: {self._describe(now - self.start)}\n")
            self.stream.flush()

    def _describe(self, seconds: float) -> str:
        """Say what is done after so many seconds, and what is left if that is known."""
        done = _format_amount(self.done, self.unit)
        if self.total is None or not self.done:
            total = "" if self.total is None else f" of {_format_amount(self.total, self.unit)}"
            return _join(f"{done}{total}", self.note, f"after {tqdm.format_interval(seconds)}")
        rate = self.done / seconds
        left = tqdm.format_interval((self.total - self.done) / rate)
        shown_rate = f"{_format_amount(round(rate), self.unit)} a second"
        return _join(f"{done} of {_format_amount(self.total, self.unit)}", self.note, shown_rate, f"{left} left")


def _join(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _format_amount(amount: float, unit: str) -> str:
    """Return a number with its unit: "12", "950 B", "50.1 MB", "1.2 M characters"."""
    if not unit:
        return str(amount)
    prefixes = ("", "k", "M", "G", "T")
    power = min(len(f"{int(amount)}") - 1, 3 * len(prefixes) - 1) // 3
    number = f"{amount / 1000**power:.1f}" if power else str(amount)
    return f"{number} {prefixes[power]}{unit if unit == 'B' or not power else f' {unit}'}"
