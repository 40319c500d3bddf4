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
from typing import Any, cast

import click
import numpy as np

from benchmarks.documents import format_table, write_section
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.scale_child import QUESTIONS, AskMeasurement, load_scale_questions
from benchmarks.speed.scale_modes import ModeTimes, explain_growth, format_mode_head, format_mode_rows
from benchmarks.speed.scale_plot import plot_scale
from benchmarks.speed.scale_stores import HEAD as STORE_HEAD
from benchmarks.speed.scale_stores import StoreMeasurement, format_store_rows, measure_stores
from benchmarks.speed.synthetic import Synthetic, load_material
from benchmarks.speed.update_child import UpdateMeasurement
from index.build.inventory import Inventory
from index.build.publish import BuildInputs, publish_generation
from index.embedding import load_encoder
from index.generation.directory import IndexDirectory
from index.generation.manifest import Manifest
from index.search.late_interaction import learn_projection
from index.search.stores import find_store
from index.settings import IndexSettings
from index.types import Encoder, Store, Vectors
from qa.query.encode import encode_questions

CACHE = Path("var/scale")
SIZES, FULL = (1_000, 5_000, 10_000, 100_000), 1_000_000


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One collection: its store, seconds to build it and for the store alone, size on disk, stores, latency, update."""

    passages: int
    units: int
    store: str
    build_s: float
    store_s: float
    disk_mb: float
    stores: Sequence[StoreMeasurement]
    asked: AskMeasurement
    modes: ModeTimes
    updated: UpdateMeasurement

    @property
    def recall(self) -> float:
        """The share of the nearest units that the store of the setting finds."""
        return next(one.recall for one in self.stores if one.store == IndexSettings().store)


def measure_collection(data: Path, synthetic: Synthetic, encoder: Encoder, projection: Vectors) -> ScaleRow:
    """Build a collection, ask it, and remove it again."""
    folder = CACHE / str(synthetic.passages)
    shutil.rmtree(folder, ignore_errors=True)
    vectors, started = synthetic.draw_vectors(), perf_counter()
    store = find_store(IndexSettings().store).build(cast("Vectors", vectors))  # half as much memory; all take it
    store_s = perf_counter() - started
    manifest = publish_collection(synthetic, store, encoder, projection, folder)
    build_s = perf_counter() - started
    asked = np.vstack([one.vectors for one in encode_questions(encoder, load_scale_questions(data)[:QUESTIONS])])
    stores = measure_stores(store, vectors, asked)
    units, kind = len(vectors), ", ".join(f"{key} {value}" for key, value in manifest.store.items())
    del store, vectors
    size = sum(file.size for file in manifest.files.values()) / 1e6
    row = ScaleRow(
        passages=synthetic.passages,
        units=units,
        store=kind,
        build_s=build_s,
        store_s=store_s,
        disk_mb=size,
        stores=stores,
        asked=AskMeasurement(**_run_child("scale_child", folder, data)),
        modes=_run_child("mode_child", folder, data),
        updated=UpdateMeasurement(**_run_child("update_child", folder)),
    )
    shutil.rmtree(folder)
    return row


def publish_collection(
    synthetic: Synthetic, store: Store, encoder: Encoder, projection: Vectors, folder: Path
) -> Manifest:
    """Write a collection, whose vectors are in ``store``, as the first generation of an index in ``folder``."""
    settings, directory = IndexSettings(index=str(folder)), IndexDirectory(folder)
    with directory.acquire_lock():
        contents = synthetic.build_contents(store, projection)
        inputs = BuildInputs("synthetic", contents.documents.fingerprint, Inventory(), settings, encoder)
        return publish_generation(directory, contents, inputs)


def _run_child(name: str, *arguments: Path) -> dict[str, Any]:
    """Return what a program of this folder prints, run in a fresh process, on one thread."""
    command = [sys.executable, "-m", f"benchmarks.speed.{name}", *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  (our own)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
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
@click.option("--full", is_flag=True, help="Also a million passages: 20 GB of disk and of memory, an hour.")
@click.option("--passages", "sizes", type=int, multiple=True, help="Only a collection of this size; may be repeated.")
@page_option
def main(data: Path, full: bool, sizes: tuple[int, ...], page: Path) -> None:
    """Measure collections recombined from the sentences of DATA, the folder of open sets."""
    encoder = load_encoder()
    real, projection, rows = load_material(data, encoder, CACHE), learn_projection(encoder), list[ScaleRow]()
    for passages in sizes or (*SIZES, *([FULL] if full else [])):
        rows.append(measure_collection(data, Synthetic(real, passages), encoder, projection))
        click.echo("\n".join(format_lines(rows)))
        click.echo(rows[-1].store)
    plot = page.parent / "plots" / "scale.svg"
    plot_scale(rows, plot)
    command = f"python -m benchmarks.speed.scale ../shared/data{' --full' if full else ''}"
    stores = "\n".join(f"* {row.passages:,} passages: {row.store}" for row in rows)
    setting = {"origin": format_origin(command), "stores": stores, "plot": f"plots/{plot.name}"}
    write_section(page, "scale", SECTION.format(table="\n".join(format_lines(rows)), **setting, **format_modes(rows)))


def format_modes(rows: Sequence[ScaleRow]) -> dict[str, str]:
    """Return the tables of modes and of stores, and what grows, under the names that the section has for them."""
    modes = {row.passages: row.modes for row in rows}
    growth = "\n".join(explain_growth(modes)) or "* Nothing does by more than a quarter."
    return {
        "modes": format_table(format_mode_head(list(modes)), format_mode_rows(modes)),
        "growth": growth,
        "recalls": format_table(STORE_HEAD, format_store_rows(rows)),
    }


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

Both modes, each with all of its steps, asked the same 200 questions in turn in one process on one thread; only
`precise` reads passages on all processors. Passages are real sentences, so the reader has as much to read as in a real
collection. *5 %* and less are questions that may only find documents with a tag; a collection with fewer documents than
one in so many has no such row. What late interaction and the reader add is the difference question by question.

{modes}

What grows, from the medians of each step:

{growth}

Recall of the vector stores against brute force over all units, and the time of one search, without and with the same
filters; `exact` would take 8 GB of memory for a million passages and is left out there:

{recalls}

What this cannot show: how good answers are, because random sentences answer nothing; recall on a real million, whose
vectors vary more than mixtures of 24,000; the time of words that only a real million has.
"""


if __name__ == "__main__":
    main()
