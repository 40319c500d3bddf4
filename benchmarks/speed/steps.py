"""Where the time of one question goes, step by step.

OMP_NUM_THREADS=1 python -m benchmarks.speed.steps ../shared/data

Mode ``fast`` over the passages of ``latency.py``. The methods of the engine are timed as they are, so the steps are
those of the program. Writes its section of ``docs/performance.md``.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

import click

from benchmarks.documents import format_table, write_section
from benchmarks.indexing import index_documents
from benchmarks.open_sets import STORIES, read_lines
from benchmarks.speed.latency import CACHE, QUESTIONS, SECTIONS, WARM
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.plots import plot_measurements
from benchmarks.speed.questions import load_questions
from index.embedding import load_encoder
from qa.engine import Engine
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import Rerank
from qa.types import Mode, Request

COMMAND = "OMP_NUM_THREADS=1 python -m benchmarks.speed.steps ../shared/data"
HEAD = ("step", "ms", "share")
Result = TypeVar("Result")
WHOLE, REST = "the whole answer", "the rest: fusing, sorting, features"
UNDERSTANDING, ENCODING, FILTERING = "understanding and spelling", "encoding", "applying the filter"
DENSE, LEXICAL, MISSING = "the dense leg", "the lexical leg", "both legs' scores for all candidates"
COMPARING, READING = "comparing tokens", "reading"
MARKING, BUILDING = "marking evidence", "building the answer"
STAGE_NAMES = {LateInteraction: COMPARING, Rerank: READING}


class StepTimer:
    """A sum of milliseconds for each named step of each question."""

    def __init__(self) -> None:
        """Start without questions."""
        self.questions: list[dict[str, float]] = []

    def wrap_method(self, owner: Any, method: str, name: str) -> None:  # noqa: ANN401  (whatever has the method)
        """Replace a method of the owner by a timed one. Timed steps must not contain each other."""
        setattr(owner, method, self.time_step(getattr(owner, method), name))

    def time_question(self, engine: Engine, request: Request) -> Mapping[str, float]:
        """Ask, and return the milliseconds of each step that was timed, of the rest and of the whole."""
        self.questions.append({})
        started = perf_counter()
        engine.ask(request)
        took = (perf_counter() - started) * 1000
        self.questions[-1] |= {REST: took - sum(self.questions[-1].values()), WHOLE: took}
        return self.questions[-1]

    def time_step(self, step: Callable[..., Result], name: str) -> Callable[..., Result]:
        """Return the step as a function that adds up its time."""

        def timed_step(*arguments: object) -> Result:
            started = perf_counter()
            found = step(*arguments)
            times = self.questions[-1]
            times[name] = times.get(name, 0.0) + (perf_counter() - started) * 1000
            return found

        return timed_step


def wrap_steps(engine: Engine, clock: StepTimer, mode: Mode) -> None:
    """Time the steps of a mode, in their order."""
    retriever = engine._retriever
    for owner, method, name in (
        (engine, "_understand", UNDERSTANDING),
        (engine, "_encode", ENCODING),
        (retriever, "_search_dense", DENSE),
        (retriever, "_search_lexical", LEXICAL),
        (retriever, "_add_missing_dense", MISSING),
        (retriever, "_add_missing_lexical", MISSING),
        (engine._marker, "mark_evidence", MARKING),
        (engine._builder, "build_answer", BUILDING),
    ):
        clock.wrap_method(owner, method, name)
    engine._stages[mode] = [
        clock.time_step(stage, STAGE_NAMES[type(stage)]) if type(stage) in STAGE_NAMES else stage
        for stage in engine._stages[mode]
    ]


def measure_steps(engine: Engine, questions: list[str]) -> list[Mapping[str, float]]:
    """Return the milliseconds of each step for each question; the first questions warm up and are dropped."""
    clock = StepTimer()
    wrap_steps(engine, clock, "fast")
    return [clock.time_question(engine, Request(question, mode="fast")) for question in questions][WARM:]


def format_rows(times: list[Mapping[str, float]]) -> Iterator[tuple[str, str, str]]:
    """Yield a row for each step: the median over the questions, and its share of the whole."""
    middle = {name: median(one[name] for one in times) for name in times[0]}
    for name, own in middle.items():
        yield name, f"{own:.2f}", f"{own / middle[WHOLE]:.0%}"


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@page_option
def main(data: Path, page: Path) -> None:
    """Measure on the stories of DATA, the folder of open sets."""
    encoder = load_encoder()
    generation = index_documents(islice(read_lines(data / STORIES / "corpus.jsonl.gz"), SECTIONS), encoder, CACHE)
    times = measure_steps(Engine(generation, encoder), load_questions(data, [STORIES.name])[: QUESTIONS + WARM])
    shown = format_table(HEAD, format_rows(times))
    picture = plot_measurements(
        "parts", {name: [one[name] for one in times] for name in times[0]}, "milliseconds", page
    )
    setting = {"passages": len(generation.contents.passages), "questions": len(times), "plot": picture}
    write_section(page, "parts", SECTION.format(table=shown, origin=format_origin(COMMAND), **setting))
    click.echo(shown)


SECTION = """## Where the time goes

{origin}

One question in mode `fast` over {passages:,} passages, medians of {questions} questions:

{table}

{plot}

What profiles showed, and what was done:

* numpy's threads wait for work by spinning. With two of them, a server under load wasted a whole core. So `serve.py`
  sets one thread before numpy is loaded, and each batch has a processor to itself.
* Many threads that rank at the same time compete for the interpreter lock at every step of numpy. Two threads with a
  batch each, one encoding while the other ranks, answer more questions than eight threads with one question each.
* The encoder evicts the vectors from the processor's cache before every search. Comparing a question with all vectors
  then means reading all of them from memory. Codes of an eighth of the size stay in the cache, and only a few hundred
  vectors are read.
* The encoder evicts the program itself from those caches, too: the steps around it take half as long again as in a
  loop. What is the same for all passages of an answer is therefore looked up once, in one array or one gather of rows,
  and a hit is a tuple, because a frozen dataclass takes five times as long to make.
* One regular expression finds the words of a text, and their stems are cached. Passages that one step has read are
  passed on to the next. The postings, not the texts, tell which passages contain a word.
"""


if __name__ == "__main__":
    main()
