"""Time and memory of a process that adds one document to an index and removes another.

OMP_NUM_THREADS=1 python -m benchmarks.speed.update_child INDEX
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import click

from benchmarks.speed.memory import read_peak_mb
from index.build.pipeline import build_index
from index.embedding import load_encoder
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Document

# Each update publishes a generation, and the first one opens what the others find in the page cache.
UPDATES = 3
TEXT = "The harbour of {place} was opened in 1823. Its slate is dark blue, and nine boats carry it to the mainland.\n\n"
PLACES = ("Corran", "Alder", "Birch", "Cedar", "Dale", "Elm", "Fern", "Gorse", "Heath", "Ivy")


@dataclass(frozen=True, slots=True)
class UpdateMeasurement:
    """The median seconds of an update, and the highest resident memory of the process, in megabytes."""

    seconds: float
    peak_mb: float


def measure_updates(index: Path) -> UpdateMeasurement:
    """Add a document of ten paragraphs and remove one, several times; the encoder is loaded before."""
    encoder, settings, times = load_encoder(), IndexSettings(index=str(index), keep=1), []
    for number in range(UPDATES):
        removed = IndexDirectory(index).open_current().contents.documents.ids[number]
        text = "".join(TEXT.format(place=f"{place} {number}") for place in PLACES)
        begun = perf_counter()
        build_index(
            None, settings, encoder, overrides={f"new-{number}": Document(f"new-{number}", text), removed: None}
        )
        times.append(perf_counter() - begun)
    return UpdateMeasurement(median(times), read_peak_mb())


@click.command()
@click.argument("index", type=click.Path(path_type=Path, exists=True))
def main(index: Path) -> None:
    """Print as JSON how long updates of INDEX take."""
    click.echo(json.dumps(asdict(measure_updates(index))))


if __name__ == "__main__":
    main()
