"""The vectors of 200,000 passages in the FAISS store and in a real Milvus server, side by side.

python -m benchmarks.databases ../shared/data var/milvus/bin/milvus-server

Both have the same synthetic vectors (``benchmarks/speed/synthetic.py``), and are asked by the same questions, one at a
time. Writes its section of ``docs/milvus.md``.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import cast

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.documents import format_table, write_section
from benchmarks.milvus_server import URI, run_inside, run_server
from benchmarks.speed.part import format_origin
from benchmarks.speed.scale_child import load_scale_questions
from benchmarks.speed.scale_stores import TOP, StoreMeasurement, list_filters, measure_store
from benchmarks.speed.synthetic import Synthetic, load_material
from index.embedding import load_encoder
from index.search.stores import find_store
from index.search.stores.access import MILVUS, StoreAccess
from index.settings import IndexSettings
from index.types import Store, Vectors
from qa.query.encode import encode_questions

COMMAND = "python -m benchmarks.databases ../shared/data var/milvus/bin/milvus-server"
PAGE, CACHE = Path("docs/milvus.md"), Path("var/scale")
PASSAGES, QUESTIONS = 200_000, 100
HEAD = ("store", "vectors that may be found", f"recall@{TOP}", "p50, ms", "p95, ms")


@dataclass(frozen=True, slots=True)
class Measured:
    """One store: what it says of itself, the seconds until it could be asked, and what it found how fast."""

    kind: str
    build_s: float
    asked: Sequence[StoreMeasurement]


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.argument("server", type=click.Path(path_type=Path, exists=True))
@click.option("--passages", default=PASSAGES, show_default=True, help="Passages, of which each has five vectors.")
def main(data: Path, server: Path, passages: int) -> None:
    """Measure both stores over DATA, the folder of open sets; SERVER is the program of Milvus 2.3.5. Half an hour."""
    if (status := run_inside("benchmarks.databases", sys.argv[1:])) is not None:
        sys.exit(status)
    encoder = load_encoder()
    vectors = Synthetic(load_material(data, encoder, CACHE), passages).draw_vectors()
    questions = [one.vectors for one in encode_questions(encoder, load_scale_questions(data)[:QUESTIONS])]
    asked, default = np.vstack(questions), IndexSettings().store
    rows = {default: measure(default, find_store(default).build, vectors, asked)}
    with TemporaryDirectory() as folder, run_server(str(server), Path(folder)) as token:
        access = StoreAccess(URI, token_file=str(token), timeout_s=600)
        rows[MILVUS] = measure(MILVUS, find_store(MILVUS, access).build, vectors, asked)
    write_section(PAGE, "databases", describe(passages, len(vectors), rows))


def measure(name: str, build: Callable[[Vectors], Store], vectors: NDArray[np.float16], asked: Vectors) -> Measured:
    """Build one store, and ask it with and without filters."""
    started = perf_counter()
    store = build(cast("Vectors", vectors))  # half as much memory; all take it
    store.search(asked[:1], TOP)  # the first search after loading may take as long as loading
    took = perf_counter() - started
    click.echo(f"{name}: built in {took:.0f} s")
    found = [measure_store(name, store, vectors, asked, allowed) for allowed in list_filters(len(vectors))]
    kind = ", ".join(f"{key} {value}" for key, value in store.description.items() if key not in {"collection"})
    return Measured(kind, took, found)


def describe(passages: int, vectors: int, rows: dict[str, Measured]) -> str:
    """Return the section."""
    built = "; ".join(
        f"`{name}` ({one.kind}) takes them in {one.build_s:,.0f} s, {vectors / one.build_s:,.0f} a second"
        for name, one in rows.items()
    )
    table = format_table(HEAD, [format_row(one) for measured in rows.values() for one in measured.asked])
    return f"""## How fast

{format_origin(COMMAND)}

The {vectors:,} vectors of {passages:,} passages, the index included: {built}. Each of {QUESTIONS} questions is asked by
itself, among all vectors and among those of some documents. Recall is the share that is found of the {TOP} nearest.

{table}"""


def format_row(one: StoreMeasurement) -> tuple[str, ...]:
    """Return the row of one measurement."""
    return f"`{one.store}`", f"{one.units:,}", f"{one.recall:.3f}", f"{one.p50_ms:.1f}", f"{one.p95_ms:.1f}"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.databases")
