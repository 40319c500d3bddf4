"""How soon a document that is written to a running server is found, on the seed and in a large collection.

python -m benchmarks.speed.changes ../shared/data

Each time is from sending a document over HTTP to the first answer that it is the first passage of. Writes its section
of ``docs/performance.md``.
"""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex
from statistics import median
from typing import cast

import click

from benchmarks.documents import format_table, write_section
from benchmarks.indexing import index_seed
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.scale import CACHE as SCALE
from benchmarks.speed.scale import publish_collection
from benchmarks.speed.servers import run_server
from benchmarks.speed.synthetic import Synthetic, load_material
from index.embedding import load_encoder
from index.search.late_interaction import learn_projection
from index.search.stores import find_store
from index.settings import IndexSettings
from index.types import Encoder, Vectors
from qa.client import Client

CACHE = Path("var/changes")
COMMAND = "python -m benchmarks.speed.changes ../shared/data"
PASSAGES = 100_000
PLACES = ("Corran", "Alder", "Birch", "Cedar", "Dale", "Elm", "Fern", "Gorse", "Heath", "Ivy")
TEXT = "The harbour of {place} was opened in {year}. Its slate is dark blue, and nine boats carry it to the mainland."
# How often it is asked whether the document is there, and for how long.
POLL_S, MAX_S = 0.05, 120.0
GOALS = {"the seed": "2", f"{PASSAGES:,} passages": "10"}
HEAD = ("over", "median, s", "longest, s", "goal, s")


def measure_changes(index: Path) -> list[float]:
    """Return the seconds after which each of some documents is found in an index that is served meanwhile."""
    key = token_hex()
    feedback = str(index / "feedback.sqlite")
    arguments = ("serve.py", "--index", str(index), "--port", "0", "--feedback", feedback, "--no-log-requests")
    with run_server(*arguments, NETSPHERE_ADMIN_KEY=key) as address, Client(address, key=key) as client:
        return [measure_change(client, f"changes/{place}.txt", place, 1800 + n) for n, place in enumerate(PLACES)]


def measure_change(client: Client, id: str, place: str, year: int) -> float:
    """Write a document and return the seconds until it answers; raise ClickException if it never does."""
    started = time.perf_counter()
    client.put_document(id, TEXT.format(place=place, year=year), title=f"The harbour of {place}")
    while time.perf_counter() < started + MAX_S:
        asked = client.ask(f"When was the harbour of {place} opened?", mode="fast", top_k=1)
        if asked.passages and asked.passages[0].document.id == id:
            return time.perf_counter() - started
        time.sleep(POLL_S)
    raise click.ClickException(f"{id} was not found within {MAX_S:.0f} s")


def build_collection(data: Path, encoder: Encoder) -> Path:
    """Build the large collection of the scale benchmark, and return the folder of its index."""
    folder = CACHE / str(PASSAGES)
    shutil.rmtree(folder, ignore_errors=True)
    synthetic = Synthetic(load_material(data, encoder, SCALE), PASSAGES)
    vectors = cast("Vectors", synthetic.draw_vectors())  # as in ``scale``
    publish_collection(
        synthetic, find_store(IndexSettings().store).build(vectors), encoder, learn_projection(encoder), folder
    )
    return folder


def format_row(name: str, seconds: Sequence[float]) -> tuple[str, ...]:
    """Return the row of a collection."""
    return name, f"{median(seconds):.1f}", f"{max(seconds):.1f}", f"at most {GOALS[name]}"


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@page_option
def main(data: Path, page: Path) -> None:
    """Measure changes of the seed and of a collection recombined from the sentences of DATA."""
    encoder = load_encoder()
    shutil.rmtree(CACHE, ignore_errors=True)
    index_seed(encoder, CACHE)
    small, large = GOALS
    rows = [format_row(small, measure_changes(CACHE / "index"))]
    folder = build_collection(data, encoder)
    rows.append(format_row(large, measure_changes(folder)))
    shutil.rmtree(folder)
    table = format_table(HEAD, rows)
    write_section(page, "changes", SECTION.format(table=table, count=len(PLACES), origin=format_origin(COMMAND)))
    click.echo(table)


SECTION = """## How soon a change is found

{origin}

From `PUT /v1/documents/{{id}}` with a document of two sentences to the first answer that has it as its first passage,
{count} documents one after the other, asked every twentieth of a second: the document is stored, embedded, merged with
the rest into a new generation, which is checked, published and opened. The large collection is that of *How it grows*.

{table}
"""


if __name__ == "__main__":
    main()
