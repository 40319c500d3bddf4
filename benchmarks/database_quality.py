"""Whether answers are as good with vectors in a real Milvus server as with the FAISS store.

python -m benchmarks.database_quality ../shared/data var/milvus/bin/milvus-server

Asks each question of open sets in mode ``fast``, in which the vectors matter most. Writes its section of
``docs/milvus.md``.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.databases import PAGE
from benchmarks.documents import format_table, write_section
from benchmarks.milvus_server import URI, run_inside, run_server
from index.progress import Terminal
from index.search.stores.access import MILVUS
from index.settings import IndexSettings
from qa.evaluation.comparison import Comparison, compare
from qa.evaluation.data import load
from qa.evaluation.data.collection import build_engine
from qa.evaluation.runs.run import run
from qa.evaluation.types import Run
from qa.reader import NONE

SETS = ("fairytaleqa-val", "scifact-train")
HEAD = ("set", "measure", "vectors", "FAISS", "Milvus", "difference", "better for", "worse for")


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.argument("server", type=click.Path(path_type=Path, exists=True))
def main(data: Path, server: Path) -> None:
    """Compare both stores on open sets of the folder DATA; SERVER is the program of Milvus 2.3.5. Minutes."""
    if (status := run_inside("benchmarks.database_quality", sys.argv[1:])) is not None:
        sys.exit(status)
    local = IndexSettings()
    with TemporaryDirectory() as folder, run_server(str(server), Path(folder)) as token:
        shared = replace(local, store=MILVUS, store_uri=URI, store_token_file=str(token), store_seconds=60)
        rows = [row for name in SETS for row in compare_set(data / name, local, shared, Path(folder))]
    text = f"""## The same answers

Every question of these sets in mode `fast`, with the 95 % interval of the difference, and for how many questions each
store is better:

{format_table(HEAD, rows, texts=2)}"""
    write_section(PAGE, "quality", text)


def compare_set(path: Path, local: IndexSettings, shared: IndexSettings, folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield a row for each measure of a set."""
    runs = list[Run]()
    for settings in (local, replace(shared, store_name=path.name.replace("-", "_"))):
        dataset = load(path)
        engine = build_engine(dataset, settings, Terminal(), NONE)
        runs.append(run(dataset, engine, "fast", folder / f"{path.name}-{settings.store}", Terminal()))
        units = engine.catalog.describe_index().units
    yield from format_rows(path.name, units, compare(runs[0], runs[1]))


def format_rows(name: str, units: int, found: Comparison) -> Iterator[tuple[str, ...]]:
    """Yield a row for each measure."""
    for one in found.differences:
        interval = f"{one.change.mean:+.3f} [{one.change.low:+.3f}, {one.change.high:+.3f}]"
        figures = f"{units:,}", f"{one.a:.3f}", f"{one.b:.3f}", interval, str(one.won), str(one.lost)
        yield f"`{name}`", one.measure, *figures


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.database_quality")
