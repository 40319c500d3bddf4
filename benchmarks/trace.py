"""Counts the code that one question runs through: files, functions, and moves between files.

python -m benchmarks.trace

A question is sent as POST /v1/ask to the application over the seed, and every call of a function of ours (``index/``,
``qa/``) is recorded from the request to the response.
"""

import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType

import click

from benchmarks.documents import format_table
from benchmarks.indexing import SEEDS
from index.settings import IndexSettings
from qa.engine import Engine
from qa.web import create_app

ROOT = Path(__file__).parents[1]
OURS = ("index", "qa")
INDEX = Path("var/trace")
WARM_UP, QUESTION = "Who wrote the film?", "Who directed the film?"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function of ours."""

    file: str
    function: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The calls of one request in the order of time, over all threads."""

    calls: Sequence[Call]

    @property
    def files(self) -> Counter[str]:
        """Calls of each file."""
        return Counter(call.file for call in self.calls)

    @property
    def functions(self) -> set[Call]:
        """Every function once; the comprehensions of one function count as one more."""
        return set(self.calls)

    @property
    def moves(self) -> int:
        """Calls whose file is not that of the call before: how often a reader who follows the run changes files."""
        return sum(a.file != b.file for a, b in pairwise(self.calls))

    def count_folders(self) -> Iterator[tuple[str, int, int, int]]:
        """Yield for each folder its files, functions and calls."""
        for folder in sorted({_folder_of(file) for file in self.files}):
            files = [file for file in self.files if _folder_of(file) == folder]
            functions = [call for call in self.functions if call.file in files]
            yield folder, len(files), len(functions), sum(self.files[file] for file in files)

    def __str__(self) -> str:
        """Return the totals and a table of the folders in Markdown."""
        totals = f"{len(self.files)} files, {len(self.functions)} functions, {self.moves} moves between files"
        rows = [(f"`{folder}/`", *map(str, counts)) for folder, *counts in self.count_folders()]
        return f"{totals}\n\n{format_table(('folder', 'files', 'functions', 'calls'), rows)}"


@contextmanager
def record_calls() -> Iterator[list[Call]]:
    """Record every call of a function of ours, also in threads that are started meanwhile."""
    calls: list[Call] = []

    def record(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (call := _describe_call(frame.f_code)):
            calls.append(call)

    threading.setprofile(record)
    sys.setprofile(record)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def _describe_call(code: CodeType) -> Call | None:
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT):
        return None
    file = path.relative_to(ROOT)
    return Call(file.as_posix(), code.co_qualname) if file.parts[0] in OURS else None


def _folder_of(file: str) -> str:
    return Path(file).parent.as_posix()


def trace_question(engine: Engine) -> Trace:
    """Return the calls of one POST /v1/ask.

    The application is created while calls are recorded, so that its worker threads are recorded too. A first question
    loads what is loaded once and is not counted.
    """
    with record_calls() as calls:
        client = create_app(engine).test_client()
        for question in (WARM_UP, QUESTION):
            calls.clear()
            response = client.post("/v1/ask", json={"question": question})
            if response.status_code != 200:
                raise click.ClickException(f"POST /v1/ask returned {response.status_code}: {response.text}")
        return Trace(tuple(calls))


@click.command()
@click.option("--files", is_flag=True, help="List every function of every file, with its calls.")
def main(files: bool) -> None:
    """Trace one question over the seed."""
    trace = trace_question(Engine.build(SEEDS, IndexSettings(index=str(INDEX))))
    click.echo(str(trace))
    if files:
        counts = Counter(trace.calls)
        for file in sorted(trace.files):
            click.echo(f"\n{file}")
            for call in sorted((c for c in counts if c.file == file), key=lambda c: -counts[c]):
                click.echo(f"{counts[call]:6} {call.function}")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.trace")
