"""How long one question takes, against what a good engineer writes in an afternoon.

OMP_NUM_THREADS=1 python -m benchmarks.speed.latency ../shared/data

At the seed and at about 5,000 passages. Every question is put to the recipe (``recipe.py``), to the encoder
alone and to both modes in turn; ratios are taken question by question. Writes the head of ``docs/performance.md``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median

import click

from benchmarks.articles import STORIES, lines
from benchmarks.documents import format_table, write_head
from benchmarks.indexed import indexed, seed
from benchmarks.speed.dot_plots import dots
from benchmarks.speed.paired import clocked, in_turn, p95, ratio
from benchmarks.speed.questions import of_seed, of_sets
from benchmarks.speed.recipe import Recipe
from index.embedding import load_encoder
from index.generation.generation import Generation
from index.types import Encoder
from qa.engine import Engine
from qa.query.encode import encode_questions
from qa.types import Mode, Request

KEPT, PLACE = Path("var/latency"), Path("docs/performance.md")
SECTIONS, QUESTIONS, WARM = 2270, 200, 10
"""So many sections of stories make about 5,000 passages."""
BASE, ALONE = "the recipe", "encoding alone"
GOALS = {"`fast`": "at least 5 and 4 times faster", "`precise`": "at most 8 times as long at p50 (0.125)"}
ENCODER_GOALS = {"`fast`": "at most 1.5"}
HEAD = ("", "p50, ms", "p95, ms", "times faster at p50", "at p95", "goal", "times encoding alone", "goal")
Ask = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Collection:
    """A name, what is indexed, and the recipe over the same documents."""

    name: str
    generation: Generation
    recipe: Recipe

    @classmethod
    def of(cls, name: str, generation: Generation, folder: Path) -> "Collection":
        """With the recipe, which is kept in a folder."""
        return cls(name, generation, Recipe.kept(generation.contents.documents.texts, folder))

    def ways(self, encoder: Encoder) -> dict[str, Ask]:
        """What is compared; each mode has an engine of its own, so that none finds what another has remembered."""
        return {
            BASE: self.recipe.ask,
            ALONE: lambda question: encode_questions(encoder, [question]),
            "`fast`": partial(_ask, Engine(self.generation, encoder), "fast"),
            "`precise`": partial(_ask, Engine(self.generation, encoder), "precise"),
        }


def _ask(engine: Engine, mode: Mode, question: str) -> object:
    return engine.ask(Request(question, mode=mode))


def timed(ways: Mapping[str, Ask], questions: Sequence[str]) -> dict[str, list[float]]:
    """Milliseconds of each way for each question; the first questions warm up and do not count."""
    found = in_turn({name: clocked(way) for name, way in ways.items()}, questions)
    return {name: times[WARM:] for name, times in found.items()}


def rows(times: Mapping[str, list[float]]) -> Iterator[tuple[str, ...]]:
    """A row for each way: p50 by the median of the ratios question by question, p95 by the ratio of both p95."""
    for name, own in times.items():
        faster = f"{ratio(times[BASE], own):.2f}", f"{p95(times[BASE]) / p95(own):.2f}"
        beside = f"{ratio(own, times[ALONE]):.2f}" if name.startswith("`") else ""
        goals = GOALS.get(name, ""), ENCODER_GOALS.get(name, "")
        yield name, f"{median(own):.1f}", f"{p95(own):.1f}", *faster, goals[0], beside, goals[1]


def section(collection: Collection, times: Mapping[str, list[float]]) -> str:
    """The collection and its table."""
    passages, chunks = len(collection.generation.contents.passages), len(collection.recipe.chunks)
    measured = f"{passages:,} passages (the recipe: {chunks:,} chunks), {len(times[BASE])} different questions"
    return f"**{collection.name}**: {measured}.\n\n{format_table(HEAD, rows(times))}"


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--questions", default=QUESTIONS, show_default=True, help="Measured for each collection, at most.")
def main(data: Path, questions: int) -> None:
    """Measure on the seed and on the stories of DATA, the folder of open sets."""
    encoder, found = load_encoder(), list[str]()
    stories = islice(lines(data / STORIES / "corpus.jsonl.gz"), SECTIONS)
    for name, generation, folder, asked in (
        ("The seed", seed(encoder, KEPT / "seed"), KEPT / "seed" / "recipe", of_seed()),
        ("Stories", indexed(stories, encoder, KEPT), KEPT / "recipe", of_sets(data, [STORIES.name])),
    ):
        collection = Collection.of(name, generation, folder)
        times = timed(collection.ways(encoder), asked[: questions + WARM])
        picture = dots(f"latency-{name.split()[-1].lower()}", times, "milliseconds a question", PLACE)
        found.append(f"{section(collection, times)}\n\n{picture}")
        click.echo(found[-1])
    write_head(PLACE, PAGE.format(tables="\n\n".join(found)))


PAGE = """# How fast

*Written by `OMP_NUM_THREADS=1 python -m benchmarks.speed.latency ../shared/data`; do not edit by hand.*

One question at a time, on one thread, as a request is served. The recipe is what a good engineer writes in an
afternoon: chunks of 500 characters, `SentenceTransformer.encode` in float32 and `faiss.IndexFlatIP`. Each question is
put to all in turn in one process, and to each once, for answers are remembered; the ratio at p50 is the median of the
ratios question by question. Encoding alone is the question into its vectors, without which no answer begins.

{tables}

Absolute times are those of one machine and its neighbours; the ratios travel better.
"""


if __name__ == "__main__":
    main()
