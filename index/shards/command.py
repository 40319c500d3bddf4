"""The commands of shards: python -m index embed, export, import."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from index.cli import Command, Option, format_count, keep_store, setting_options
from index.progress import Terminal
from index.settings import IndexSettings
from index.shards.bulk import embed_folder, export_index, import_shards
from index.shards.partition import MAX_SHARDS
from index.shards.plan import Plan
from index.shards.prepare import ShardingRequest
from index.shards.ray_cluster import DEFAULT_TIMEOUT_S, Cluster
from index.writes.summary import show_build

# The settings that decide what shards hold.
EMBEDDING_SETTINGS = (
    "model models context passage_chars max_file_mb parse_seconds parse_mb ocr ocr_languages".split()
)  # fmt: skip
number_option = click.option(
    "--number",
    type=click.IntRange(1, MAX_SHARDS),
    cls=Option,
    help="number of shards; by default each has about a million characters",
)


@click.command(cls=Command)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--shards",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="folder of the shards; those that are done already are not made again",
)
@number_option
@click.option("--ray", "address", metavar="ADDRESS", help="embed on a Ray cluster; auto: that of this machine")
@click.option(
    "--timeout",
    type=click.IntRange(1, 1_000_000),
    cls=Option,
    default=DEFAULT_TIMEOUT_S,
    show_default=True,
    help="seconds that a cluster may take without finishing a shard",
)
@setting_options(*EMBEDDING_SETTINGS)
def embed(folder: Path, shards: Path, number: int | None, address: str | None, timeout: int, **flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Embed FOLDER into Parquet files, on this machine or on a cluster.

    Example: python -m index embed my-texts --shards my-shards
    """
    request = ShardingRequest(folder, shards, IndexSettings(**flags), number)
    report = embed_folder(request, Cluster(address, timeout) if address else None, Terminal())
    click.echo(f"{_describe_shards(report.plan, shards)}; {format_count(report.embedded, 'shards')} embedded")


@click.command(cls=Command)
@click.argument("shards", type=click.Path(path_type=Path))
@number_option
@setting_options("index")
def export(shards: Path, number: int | None, index: str) -> None:
    """Write what is served into Parquet files in the folder SHARDS. Nothing is embedded.

    Example: python -m index export my-shards --index var/index
    """
    click.echo(_describe_shards(export_index(Path(index), shards, number, Terminal()), shards))


@click.command("import", cls=Command)
@click.argument("shards", type=click.Path(path_type=Path))
@setting_options(*(row.name for row in fields(IndexSettings)))
def import_(shards: Path, **flags: Any) -> None:  # noqa: ANN401 — of the table's types
    """Index the documents in the folder SHARDS, with the vectors that are there. Nothing is embedded again.

    Example: python -m index import my-shards --index var/index --store exact
    """
    keep_store(flags)
    settings = IndexSettings(**flags)
    show_build(import_shards(shards, settings, Terminal()), settings.index)


def _describe_shards(plan: Plan, folder: Path) -> str:
    documents = sum(shard.documents for shard in plan.shards)
    return f"{format_count(documents, 'documents')} in {format_count(len(plan.shards), 'shards')} in {folder}"
