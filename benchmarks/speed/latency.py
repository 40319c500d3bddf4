"""How long one question takes, compared with the baseline.

OMP_NUM_THREADS=1 python -m benchmarks.speed.latency ../shared/data

Over the seed and over about 5,000 passages. The baseline (``baseline.py``), the encoder alone and both modes answer
each question in turn; ratios are taken question by question. Writes the head of ``docs/performance.md``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

import click

from benchmarks.documents import format_table, write_head
from benchmarks.indexing import index_documents, index_seed
from benchmarks.open_sets import STORIES, read_lines
from benchmarks.speed.baseline import Baseline
from benchmarks.speed.paired import median_ratio, percentile_95, run_interleaved, time_calls
from benchmarks.speed.plots import plot_measurements
from benchmarks.speed.questions import load_questions, load_seed_questions
from index.embedding import load_encoder
from index.generation.generation import Generation
from index.types import Encoder
from qa.engine import Engine
from qa.query.encode import encode_questions
from qa.reader import LARGE
from qa.types import Mode, Request

CACHE, PLACE = Path("var/latency"), Path("docs/performance.md")
# This many sections of stories make about 5,000 passages.
SECTIONS, QUESTIONS, WARM = 2270, 200, 10
BASE, ALONE = "the baseline", "encoding alone"
LARGE_WAY = "`precise`, large reader"
GOALS = {
    "`fast`": "at least 5 and 4 times faster",
    "`precise`": "at most 3 times as long at p50 (0.333)",
    LARGE_WAY: "at most 15 times as long at p50 (0.067)",
}
ENCODER_GOALS = {"`fast`": "at most 1.5"}
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
            ALONE: lambda question: encode_questions(encoder, [question]),
            "`fast`": partial(_ask_engine, Engine(self.generation, encoder), "fast"),
            "`precise`": partial(_ask_engine, Engine(self.generation, encoder), "precise"),
            LARGE_WAY: partial(_ask_engine, Engine(self.generation, encoder, LARGE), "precise"),
        }


def _ask_engine(engine: Engine, mode: Mode, question: str) -> object:
    return engine.ask(Request(question, mode=mode))


def measure_latency(ways: Mapping[str, Ask], questions: Sequence[str]) -> dict[str, list[float]]:
    """Return the milliseconds of each way for each question; the first questions warm up and are dropped."""
    found = run_interleaved({name: time_calls(way) for name, way in ways.items()}, questions)
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
def main(data: Path, questions: int) -> None:
    """Measure on the seed and on the stories of DATA, the folder of open sets."""
    encoder, found = load_encoder(), list[str]()
    stories = islice(read_lines(data / STORIES / "corpus.jsonl.gz"), SECTIONS)
    for name, generation, folder, asked in (
        ("The seed", index_seed(encoder, CACHE / "seed"), CACHE / "seed" / "baseline", load_seed_questions()),
        ("Stories", index_documents(stories, encoder, CACHE), CACHE / "baseline", load_questions(data, [STORIES.name])),
    ):
        collection = Collection.build(name, generation, folder)
        times = measure_latency(collection.list_ways(encoder), asked[: questions + WARM])
        picture = plot_measurements(f"latency-{name.split()[-1].lower()}", times, "milliseconds a question", PLACE)
        found.append(f"{format_section(collection, times)}\n\n{picture}")
        click.echo(found[-1])
    write_head(PLACE, PAGE.format(tables="\n\n".join(found)))


PAGE = """# How fast

*Written by `OMP_NUM_THREADS=1 python -m benchmarks.speed.latency ../shared/data`; do not edit by hand.*

One question at a time, on one thread, like a request to the server. The baseline is what a good engineer writes in an
afternoon: chunks of 500 characters, `SentenceTransformer.encode` in float32 and `faiss.IndexFlatIP`. All of them answer
each question in turn in one process, and only once, because answers are cached. The ratio at p50 is the median of the
ratios question by question. Encoding alone is the time to turn the question into vectors, which every answer needs.

{tables}

Absolute times depend on the machine and its other load; the ratios are comparable.
"""


if __name__ == "__main__":
    main()
