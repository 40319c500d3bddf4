"""Passages embedded per second on both cores, compared with sentence-transformers.

python -m benchmarks.speed.bulk ../shared/data

``benchmarks/speed/bulk_quality.py`` measures whether the vectors are as good. Writes its section of
``docs/performance.md``.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

import click

from benchmarks.documents import format_table, write_section
from benchmarks.open_sets import read_lines
from benchmarks.speed.baseline import load_baseline_model, split_chunks
from benchmarks.speed.bulk_precisions import describe_missing, list_precisions
from benchmarks.speed.bulk_quality import DOCUMENTS, compare_quality
from benchmarks.speed.paired import median_ratio, run_interleaved, time_calls
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.plots import plot_measurements
from index.embedding import load_encoder
from index.embedding.batching import embed_texts
from index.types import Encoder

COMMAND = "python -m benchmarks.speed.bulk ../shared/data"
SETS = ("fairytaleqa-val", "scifact-train")
# Every way embeds the same passages in a round.
ROUNDS, PASSAGES = 5, 256
BATCHES = (8, 16, 32, 64)
CORPUS = "corpus.jsonl.gz"
OURS, DEFAULTS = "a build", "`SentenceTransformer.encode`, its defaults"
HEAD = ("", "passages a second", "times faster by a build", "goal")
Way = Callable[[Sequence[str]], object]


def draw_passages(data: Path, count: int) -> list[str]:
    """Draw different chunks of about 500 characters from the open sets."""
    found = sorted(
        {text for name in SETS for text in split_chunks(r["text"] for r in read_lines(data / name / CORPUS))}
    )
    return Random(2).sample(found, count)


def list_ways(encoder: Encoder) -> dict[str, Way]:
    """Return what is compared: a build, sentence-transformers in several batch sizes, and other arithmetic."""
    encode = load_baseline_model().encode
    batched = {_name_batches(size): partial(encode, batch_size=size) for size in BATCHES}
    return {OURS: lambda texts: embed_texts(encoder, texts), DEFAULTS: encode, **batched, **list_precisions()}


def _name_batches(size: int) -> str:
    return f"in batches of {size}"


def measure_speeds(found: Mapping[str, Way], texts: Sequence[str], size: int) -> dict[str, list[float]]:
    """Return the passages per second of each way in each round; the first round warms up and is dropped."""
    rounds = [texts[first : first + size] for first in range(0, len(texts), size)]
    times = run_interleaved({name: time_calls(way) for name, way in found.items()}, rounds)
    return {name: [size / ms * 1000 for ms in own[1:]] for name, own in times.items()}


def format_rows(found: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each way; only now is the best batch size known."""
    best = max(map(_name_batches, BATCHES), key=lambda name: median(found[name]))
    goals = {DEFAULTS: "at least 5", best: "at least 4 (the best size)"}
    for name, own in found.items():
        faster = f"{median_ratio(found[OURS], own):.2f}" if name != OURS else ""
        yield name, f"{median(own):,.0f}", faster, goals.get(name, "")


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--passages", "size", default=PASSAGES, show_default=True, help="Of each round.")
@click.option("--documents", default=DOCUMENTS, show_default=True, help="Of each judged set.")
@click.option("--rounds", default=ROUNDS, show_default=True, help="After the one that warms up.")
@page_option
def main(data: Path, size: int, documents: int, rounds: int, page: Path) -> None:
    """Measure on passages of the open sets in DATA."""
    encoder = load_encoder()
    drawn = draw_passages(data, size * (1 + rounds))
    ways = list_ways(encoder)
    found = measure_speeds(ways, drawn, size)
    speed = f"{format_table(HEAD, format_rows(found))}\n\n{plot_measurements('bulk', found, 'passages a second', page)}"
    click.echo(speed)
    judged = compare_quality(data, encoder, documents, list_precisions())
    click.echo(judged)
    setting = {
        "rounds": rounds,
        "size": size,
        "cores": len(os.sched_getaffinity(0)),
        "documents": documents,
        "missing": describe_missing(ways),
        "origin": format_origin(COMMAND),
    }
    length = round(median(map(len, drawn)))
    write_section(page, "bulk", SECTION.format(speed=speed, judged=judged, length=length, **setting))


SECTION = """## How fast a collection is embedded

{origin}

Real passages of {length} characters (the median) on {cores} cores, embedded by a build with the int8 encoder, and by
`SentenceTransformer.encode` in float32. {rounds} rounds of {size} passages after one that warms up, the same passages
for all, each way in turn; medians over the rounds, and of the ratios round by round. The last rows are other
arithmetic, which a build does not use. {missing}

{speed}

Are the vectors as good as those in float32? Documents are ranked by the cosine of their one vector with the question's,
both from the same model; a document longer than the model takes is cut. Of each set at most {documents:,} documents are
drawn, two thirds of them relevant to the questions, so the figures are higher than those of the whole set. Intervals of
95 % over questions.

{judged}
"""


if __name__ == "__main__":
    main()
