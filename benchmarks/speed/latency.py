"""How long one question takes, compared with the baseline.

OMP_NUM_THREADS=1 python -m benchmarks.speed.latency ../shared/data

Over the seed and over about 5,000 passages. The baseline (``baseline.py``), the encoder alone and both modes answer
each question in turn; ratios are taken question by question. Writes its section of ``docs/performance.md``. With
``--avx2``, all compute as on a processor with AVX2 only, over the 5,000 passages, and another section is written.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

import click

from benchmarks.documents import format_table, write_section
from benchmarks.indexing import index_documents, index_seed
from benchmarks.open_sets import STORIES, read_lines
from benchmarks.speed.baseline import Baseline
from benchmarks.speed.paired import median_ratio, percentile_95, run_interleaved, time_calls
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.plots import plot_measurements
from benchmarks.speed.questions import load_questions, load_seed_questions
from index.embedding import load_encoder
from index.generation.generation import Generation
from index.processors import KERNELS_VARIABLE
from index.types import Encoder
from qa.engine import Engine
from qa.query.encode import encode_questions
from qa.reader import LARGE
from qa.types import Mode, Request

CACHE = Path("var/latency")
COMMAND = "OMP_NUM_THREADS=1 python -m benchmarks.speed.latency ../shared/data"
# This many sections of stories make about 5,000 passages.
SECTIONS, QUESTIONS, WARM = 2270, 200, 10
BASE, BASE_ON_ALL, ALONE = "the baseline", "the baseline, on all processors", "encoding alone"
# Threads of OpenMP wait for more work by spinning, here for 7 ms, and would slow down whatever is measured next:
# encoding alone took half as long again.
REST_S = {BASE_ON_ALL: 0.05}
LARGE_WAY = "`precise`, large reader"
GOALS = {
    "`fast`": "at least 5 and 4 times faster",
    "`precise`": "at most 3 times as long at p50 (0.333)",
    LARGE_WAY: "at most 15 times as long at p50 (0.067)",
}
ENCODER_GOALS = {"`fast`": "at most 1.5"}
# What oneDNN (CTranslate2, torch), CTranslate2's own kernels, MKL, torch's own loops and FAISS read.
AVX2_ONLY = {
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    KERNELS_VARIABLE: "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ATEN_CPU_CAPABILITY": "avx2",
    "FAISS_OPT_LEVEL": "avx2",
}
HEAD = ("", "p50, ms", "p95, ms", "times faster at p50", "at p95", "goal", "times encoding alone", "goal")
Ask = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Collection:
    """A name, an index, and the baseline over the same documents."""

    name: str
    generation: Generation
    baseline: Baseline

    @classmethod
    def build(cls, name: str, generation: Generation, folder: Path) -> "Collection":
        """Add the baseline, which is kept in a folder."""
        return cls(name, generation, Baseline.load_or_build(generation.contents.documents.texts, folder))

    def list_ways(self, encoder: Encoder) -> dict[str, Ask]:
        """Return what is compared; each mode has its own engine, so that no engine benefits from another's cache."""
        return {
            BASE: self.baseline.ask,
            BASE_ON_ALL: self.baseline.ask_on_all_processors,
            ALONE: lambda question: encode_questions(encoder, [question]),
            "`fast`": partial(_ask_engine, Engine(self.generation, encoder), "fast"),
            "`precise`": partial(_ask_engine, Engine(self.generation, encoder), "precise"),
            LARGE_WAY: partial(_ask_engine, Engine(self.generation, encoder, LARGE), "precise"),
        }


def _ask_engine(engine: Engine, mode: Mode, question: str) -> object:
    return engine.ask(Request(question, mode=mode))


def measure_latency(ways: Mapping[str, Ask], questions: Sequence[str]) -> dict[str, list[float]]:
    """Return the milliseconds of each way for each question; the first questions warm up and are dropped."""
    timed = {name: time_calls(way, REST_S.get(name, 0.0)) for name, way in ways.items()}
    found = run_interleaved(timed, questions)
    return {name: times[WARM:] for name, times in found.items()}


def format_rows(times: Mapping[str, list[float]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each way: p50 by the median of the ratios question by question, p95 by the ratio of both p95."""
    for name, own in times.items():
        faster = f"{median_ratio(times[BASE], own):.2f}", f"{percentile_95(times[BASE]) / percentile_95(own):.2f}"
        beside = f"{median_ratio(own, times[ALONE]):.2f}" if name.startswith("`") else ""
        goals = GOALS.get(name, ""), ENCODER_GOALS.get(name, "")
        yield name, f"{median(own):.1f}", f"{percentile_95(own):.1f}", *faster, goals[0], beside, goals[1]


def format_section(collection: Collection, times: Mapping[str, list[float]]) -> str:
    """Return the collection's description and its table."""
    passages, chunks = len(collection.generation.contents.passages), len(collection.baseline.chunks)
    measured = f"{passages:,} passages (the baseline: {chunks:,} chunks), {len(times[BASE])} different questions"
    return f"**{collection.name}**: {measured}.\n\n{format_table(HEAD, format_rows(times))}"


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--questions", default=QUESTIONS, show_default=True, help="Measured for each collection, at most.")
@click.option("--avx2", is_flag=True, help="Compute as on a processor with AVX2 only.")
@page_option
def main(data: Path, questions: int, avx2: bool, page: Path) -> None:
    """Measure on the seed and on the stories of DATA, the folder of open sets."""
    if avx2 and not os.environ.items() >= AVX2_ONLY.items():
        # The libraries read it when they are loaded.
        os.execve(sys.executable, sys.orig_argv, os.environ | AVX2_ONLY)  # noqa: S606 — this program once more
    encoder = load_encoder()
    asked = load_questions(data, [STORIES.name])[: questions + WARM]
    if avx2:
        text = _measure_collection(_load_stories(data, encoder), encoder, asked, page, "-avx2")
        write_section(page, "avx2", AVX2_SECTION.format(table=text, origin=format_origin(f"{COMMAND} --avx2")))
        return
    seed = Collection.build("The seed", index_seed(encoder, CACHE / "seed"), CACHE / "seed" / "baseline")
    tables = [
        _measure_collection(seed, encoder, load_seed_questions()[: questions + WARM], page),
        _measure_collection(_load_stories(data, encoder), encoder, asked, page),
    ]
    section = SECTION.format(tables="\n\n".join(tables), origin=format_origin(COMMAND))
    write_section(page, "latency", section)


def _load_stories(data: Path, encoder: Encoder) -> Collection:
    stories = islice(read_lines(data / STORIES / "corpus.jsonl.gz"), SECTIONS)
    return Collection.build("Stories", index_documents(stories, encoder, CACHE), CACHE / "baseline")


def _measure_collection(
    collection: Collection, encoder: Encoder, questions: Sequence[str], page: Path, suffix: str = ""
) -> str:
    """Return the collection's table and plot, after printing them."""
    times = measure_latency(collection.list_ways(encoder), questions)
    name = f"latency-{collection.name.split()[-1].lower()}{suffix}"
    text = f"{format_section(collection, times)}\n\n{plot_measurements(name, times, 'milliseconds a question', page)}"
    click.echo(text)
    return text


SECTION = """## One question

{origin}

One question at a time, on one thread, like a request to the server; only `precise` reads passages on all processors
that are idle, here both. The baseline is what a good engineer writes in an afternoon: chunks of 500 characters,
`SentenceTransformer.encode` in float32 and `faiss.IndexFlatIP`. All of them answer each question in turn in one
process, and only once, because answers are cached. The ratio at p50 is the median of the ratios question by question.
Encoding alone is the time to turn the question into vectors, which every answer needs.

{tables}

Absolute times depend on the machine and its other load; the ratios are comparable.
"""
AVX2_SECTION = """## On a processor with AVX2 only

{origin}

The same on the same machine, with the libraries told to use nothing newer than AVX2, as on processors without AVX-512
and VNNI (Intel before 2019, AMD before 2022). Baseline and reader both get slower.

{table}
"""


if __name__ == "__main__":
    main()
