"""Time and resident memory of a process that opens a collection and asks it questions.

OMP_NUM_THREADS=1 python -m benchmarks.speed.scale_child INDEX ../shared/data
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import click

from benchmarks.speed.memory import read_resident_mb
from benchmarks.speed.paired import percentile_95
from benchmarks.speed.questions import load_questions
from benchmarks.speed.synthetic import SETS
from index.embedding import load_encoder
from index.generation.directory import IndexDirectory
from qa.engine import Engine
from qa.query.encode import encode_questions
from qa.reader import NONE
from qa.types import Request

QUESTIONS, WARM = 200, 10


@dataclass(frozen=True, slots=True)
class AskMeasurement:
    """Seconds to open, milliseconds of a question and of its encoding alone, megabytes resident before and after."""

    open_s: float
    p50_ms: float
    p95_ms: float
    encode_ms: float
    before_mb: float
    after_mb: float


def load_scale_questions(data: Path) -> list[str]:
    """Return questions of each set in turn."""
    return load_questions(data, SETS, 100)[: QUESTIONS + WARM]


def measure_asking(index: Path, texts: list[str]) -> AskMeasurement:
    """Ask in mode ``fast``, one question after the other, once the encoder has warmed up."""
    encoder = load_encoder()
    encode_questions(encoder, texts[:WARM])
    before, begun = read_resident_mb(), perf_counter()
    engine = Engine(IndexDirectory(index).open_current(), encoder, NONE)
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
    return AskMeasurement(opened, median(own), percentile_95(own), median(encoding[WARM:]), before, read_resident_mb())


@click.command()
@click.argument("index", type=click.Path(path_type=Path, exists=True))
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def main(index: Path, data: Path) -> None:
    """Print as JSON how long INDEX takes for the questions of DATA."""
    click.echo(json.dumps(asdict(measure_asking(index, load_scale_questions(data)))))


if __name__ == "__main__":
    main()
