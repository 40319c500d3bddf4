"""What one process sees that opens a collection and asks it: time, and how much of it is resident.

OMP_NUM_THREADS=1 python -m benchmarks.scale_asked INDEX ../shared/data
"""

import json
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from resource import getpagesize
from statistics import median, quantiles
from time import perf_counter

import click

from benchmarks.articles import lines
from benchmarks.synthetic import SETS
from index.embed import SentenceTransformerEncoder
from index.shelf import Shelf
from qa.encode import encode_questions
from qa.engine import Engine
from qa.reader import NONE
from qa.types import Request

QUESTIONS, WARM, LONGEST = 200, 10, 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Seconds to open, milliseconds of a question and of its encoding alone, megabytes resident before and after."""

    open_s: float
    p50_ms: float
    p95_ms: float
    encode_ms: float
    before_mb: float
    after_mb: float


def questions(data: Path) -> list[str]:
    """So many of each set in turn."""
    each = [[row["text"][:LONGEST] for row in islice(lines(data / name / "queries.jsonl.gz"), 100)] for name in SETS]
    return [text for texts in zip(*each, strict=True) for text in texts][: QUESTIONS + WARM]


def asked(index: Path, texts: list[str]) -> Asked:
    """Mode ``fast``, one question after the other; the encoder has been at work before anything is measured."""
    encoder = SentenceTransformerEncoder()
    encode_questions(encoder, texts[:WARM])
    before, begun = resident(), perf_counter()
    engine = Engine(Shelf(index).open(), encoder, NONE)
    opened = perf_counter() - begun
    times, encoding = [], []
    for text in texts:
        begun = perf_counter()
        engine.ask(Request(text, mode="fast"))
        times.append((perf_counter() - begun) * 1000)
        begun = perf_counter()
        encode_questions(encoder, [text])
        encoding.append((perf_counter() - begun) * 1000)
    own = times[WARM:]
    return Asked(opened, median(own), quantiles(own, n=20)[-1], median(encoding[WARM:]), before, resident())


def resident() -> float:
    """Megabytes of this process that are in memory, what it has mapped included."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * getpagesize() / 1e6


@click.command()
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def main(index: Path, data: Path) -> None:
    """Print as JSON what asking INDEX the questions of DATA takes."""
    click.echo(json.dumps(asdict(asked(index, questions(data)))))


if __name__ == "__main__":
    main()
