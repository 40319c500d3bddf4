"""How time and memory grow with the collection, from a thousand passages to a million.

python -m benchmarks.speed.scale ../shared/data [--full]

Collections are synthetic (``synthetic.py``). Each is built and published by the program's code and asked in
a process of its own (``benchmarks/speed/scale_child.py``). Writes its section of ``docs/performance.md`` and a plot.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import cast

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.documents import write_section
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.scale_child import QUESTIONS, AskMeasurement, load_scale_questions
from benchmarks.speed.scale_plot import plot_scale
from benchmarks.speed.synthetic import Synthetic, load_material
from benchmarks.speed.update_child import UpdateMeasurement
from index.build.pipeline import BuildInputs, publish_generation
from index.embedding import load_encoder
from index.generation.directory import IndexDirectory
from index.generation.manifest import Manifest
from index.search.late_interaction import learn_projection
from index.search.stores import STORES
from index.settings import IndexSettings
from index.types import Encoder, Store, Vectors
from qa.query.encode import encode_questions

CACHE = Path("var/scale")
SIZES, FULL = (1_000, 5_000, 10_000, 100_000), 1_000_000
TOP, WANTED, BLOCK = 10, 400, 50_000


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One collection: its store, seconds to build it and for the store alone, size on disk, recall, latency, update."""

    passages: int
    units: int
    store: str
    build_s: float
    store_s: float
    disk_mb: float
    recall: float
    asked: AskMeasurement
    updated: UpdateMeasurement


def measure_recall(store: Store, vectors: NDArray[np.float16], asked: Vectors) -> float:
    """Return the share of the ``TOP`` nearest units that the store finds; brute force runs a block at a time."""
    scores, places = np.empty((len(asked), 0), np.float32), np.empty((len(asked), 0), np.int64)
    for first in range(0, len(vectors), BLOCK):
        cosines = asked @ vectors[first : first + BLOCK].astype(np.float32).T
        scores = np.hstack([scores, cosines])
        places = np.hstack([places, np.broadcast_to(np.arange(first, first + cosines.shape[1]), cosines.shape)])
        near = np.argpartition(-scores, TOP, axis=1)[:, :TOP]
        scores, places = np.take_along_axis(scores, near, axis=1), np.take_along_axis(places, near, axis=1)
    found = store.search(asked, WANTED)
    return float(np.mean([np.isin(right, one.positions[:TOP]) for right, one in zip(places, found, strict=True)]))


def measure_collection(data: Path, synthetic: Synthetic, encoder: Encoder, projection: Vectors) -> ScaleRow:
    """Build a collection, ask it, and remove it again."""
    folder = CACHE / str(synthetic.passages)
    shutil.rmtree(folder, ignore_errors=True)
    vectors, started = synthetic.draw_vectors(), perf_counter()
    store = STORES[IndexSettings().store]().build(cast("Vectors", vectors))  # half as much memory; all take it
    store_s = perf_counter() - started
    manifest = publish_collection(synthetic, store, encoder, projection, folder)
    build_s = perf_counter() - started
    asked = np.vstack([one.vectors for one in encode_questions(encoder, load_scale_questions(data)[:QUESTIONS])])
    share = measure_recall(store, vectors, asked)
    units, kind = len(vectors), ", ".join(f"{key} {value}" for key, value in manifest.store.items())
    del store, vectors
    size = sum(file.size for file in manifest.files.values()) / 1e6
    measured = AskMeasurement(**_run_child("scale_child", folder, data))
    row = ScaleRow(synthetic.passages, units, kind, build_s, store_s, size, share, measured, _measure_updates(folder))
    shutil.rmtree(folder)
    return row


def publish_collection(
    synthetic: Synthetic, store: Store, encoder: Encoder, projection: Vectors, folder: Path
) -> Manifest:
    """Write a collection, whose vectors are in ``store``, as the first generation of an index in ``folder``."""
    settings, directory = IndexSettings(index=str(folder)), IndexDirectory(folder)
    with directory.acquire_lock():
        contents = synthetic.build_contents(store, projection)
        inputs = BuildInputs("synthetic", contents.documents.fingerprint, (), settings, encoder)
        return publish_generation(directory, contents, inputs)


def _measure_updates(folder: Path) -> UpdateMeasurement:
    return UpdateMeasurement(**_run_child("update_child", folder))


def _run_child(name: str, *arguments: Path) -> dict[str, float]:
    """Return what a program of this folder prints, run in a fresh process, on one thread."""
    command = [sys.executable, "-m", f"benchmarks.speed.{name}", *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  (our own)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def format_lines(rows: Sequence[ScaleRow]) -> Iterator[str]:
    """Yield the lines of the table, one for each collection."""
    yield "| passages | units | build, s | of it vectors | on disk, MB | opens, s | `fast` p50 | p95 | of p50 encoding | resident, MB | of it before opening | recall@10 | update, s | its peak, MB |"  # noqa: E501  (a head of a table)
    yield f"|{'--:|' * 14}"
    for row in rows:
        own = row.asked
        yield (
            f"| {row.passages:,} | {row.units:,} | {row.build_s:,.1f} | {row.store_s:,.1f} | {row.disk_mb:,.0f} "
            f"| {own.open_s:.2f} | {own.p50_ms:.1f} ms | {own.p95_ms:.1f} ms | {own.encode_ms:.1f} ms "
            f"| {own.after_mb:,.0f} | {own.before_mb:,.0f} | {row.recall:.3f} "
            f"| {row.updated.seconds:.1f} | {row.updated.peak_mb:,.0f} |"
        )


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--full", is_flag=True, help="Also a million passages: 20 GB of disk and of memory, half an hour.")
@page_option
def main(data: Path, full: bool, page: Path) -> None:
    """Measure collections recombined from the sentences of DATA, the folder of open sets."""
    encoder = load_encoder()
    real, projection, rows = load_material(data, encoder, CACHE), learn_projection(encoder), list[ScaleRow]()
    for passages in (*SIZES, *([FULL] if full else [])):
        rows.append(measure_collection(data, Synthetic(real, passages), encoder, projection))
        click.echo("\n".join(format_lines(rows)))
        click.echo(rows[-1].store)
    plot = page.parent / "plots" / "scale.svg"
    plot_scale(rows, plot)
    command = f"python -m benchmarks.speed.scale ../shared/data{' --full' if full else ''}"
    stores = "\n".join(f"* {row.passages:,} passages: {row.store}" for row in rows)
    setting = {"origin": format_origin(command), "stores": stores, "plot": f"plots/{plot.name}"}
    write_section(page, "scale", SECTION.format(table="\n".join(format_lines(rows)), **setting))


SECTION = """## How it grows

{origin}

Collections of four sentences a passage and twenty passages a document, drawn at random from 24,000 real sentences
(SQuAD, SciFact, FairytaleQA). Each sentence has its real vector, moved towards another sentence's and by noise, so that
no two are the same; a passage's vector is the mean of its sentences'. Built and published by the program's code, except
for loading, chunking and embedding. A passage has 32 random token vectors; real passages have about 130. A process of
its own opens each collection and asks 200 questions of the same sets, on one thread, without a reader. Another one,
with the encoder loaded, adds a document of ten paragraphs and removes one: the new one is embedded and merged with what
stays, and all is written, checked and published (median of three).

{table}

Goals at a million: `fast` at most 3 times as long as at 5,000 passages, 1,500 MB resident, open in 5 s, recall@10 of
0.98. Resident memory includes memory-mapped files; the next column is the part that the encoder takes.

{stores}

![Time and memory against the number of passages]({plot})

What this cannot show: how good answers are, because random sentences answer nothing; recall on a real million, whose
vectors vary more than mixtures of 24,000; the time of words that only a real million has.
"""


if __name__ == "__main__":
    main()
