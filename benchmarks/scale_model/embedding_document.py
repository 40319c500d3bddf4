"""The part of the page about embedding: how one size is run, step by step, and the figures of all."""

from collections.abc import Iterator, Sequence

from benchmarks.documents import format_table
from benchmarks.scale_model.assumptions import Values
from benchmarks.scale_model.cluster import Cluster, is_whole_only, plan_cluster
from benchmarks.scale_model.embedding import (
    count_core_hours,
    count_gpu_hours,
    count_import_hours,
    count_index_core_hours,
    count_write_hours,
    plan_embedding,
)
from benchmarks.scale_model.storage import FAISS, count_units
from benchmarks.scale_model.units import format_bytes, format_money, name_count, round_number


def format_embedding(sizes: Sequence[int], given: Values) -> str:
    """Return the table of hours and money, from embedding to an index that is searched."""
    machines, nodes = int(given["embedding_machines"]), int(given["data_nodes"])
    head = (
        *("passages", "shards", "bytes of them", "core hours", f"hours on {machines} machines", "USD", "GPU hours"),
        *("USD", "hours to write, one process", f"hours to import, {nodes} data nodes", "core hours to index"),
    )
    return format_table(head, (_format_run(passages, machines, given) for passages in sizes))


def _format_run(passages: int, machines: int, given: Values) -> tuple[str, ...]:
    run, gpu = plan_embedding(passages, machines, given), count_gpu_hours(passages, given)
    units = count_units(passages, given, whole_only=is_whole_only(passages, given))
    return (
        name_count(passages),
        f"{run.shards:,}",
        format_bytes(run.shards * run.shard_bytes),
        round_number(count_core_hours(passages, given)),
        round_number(run.hours),
        format_money(run.dollars),
        round_number(gpu),
        format_money(gpu * given["gpu_price"]),
        *_format_database(passages, units, given),
    )


def _format_database(passages: int, units: float, given: Values) -> tuple[str, ...]:
    if plan_cluster(passages, given).kind == FAISS:
        return "–", "–", "–"
    imported = count_import_hours(units, int(given["data_nodes"]), given)
    hours = count_write_hours(units, given), imported, count_index_core_hours(units, given)
    return tuple(map(round_number, hours))


def format_embedding_steps(passages: int, given: Values) -> str:
    """Return a numbered list: what is done, on how many machines, for how long, and what happens if it stops."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(_list_steps(passages, given), 1))


def _list_steps(passages: int, given: Values) -> Iterator[str]:
    plan = plan_cluster(passages, given)
    machines, nodes, cores = (int(given[name]) for name in ("embedding_machines", "data_nodes", "machine_cores"))
    run, single = plan_embedding(passages, machines, given), plan_embedding(passages, 1, given)
    files, units = format_bytes(run.shards * run.shard_bytes), name_count(plan.units)
    yield (
        f"**Prepare.** One machine reads all documents once and writes them into {run.shards:,} shards of about "
        f"{round_number(passages / run.shards)} passages, with a plan that says which document is where. The names "
        "that decide where sentences end are learned from all documents."
    )
    yield (
        f"**Embed.** A worker takes the next shard and writes a Parquet file of {format_bytes(run.shard_bytes)} with "
        f"texts, vectors and tokens, in about {round_number(run.shard_seconds)} seconds of a core. {machines} machines "
        f"of {cores} cores need {run.hours:.1f} hours and {format_money(run.dollars)}; one machine needs "
        f"{single.hours:.0f} hours for the same money. With Ray, leave a core of each machine "
        "[free](https://github.com/ray-project/ray/issues/44687)."
    )
    yield (
        "**Resume.** A file gets its name when it is complete, so what has its name is done. After a failure the same "
        "command goes on, and a machine that is lost costs the shards that it was at. So machines that may be taken "
        "away at any time, which cost less, are good enough."
    )
    yield (
        f"**Check.** There must be as many files as shards, {units} rows in all, and one model in every header. They "
        f"need {files} in object storage, and any index can be made from them again."
    )
    yield (
        f"**Load.** One process writes {units} vectors into the database in "
        f"{count_write_hours(plan.units, given):.0f} hours. {nodes} data nodes import the files in "
        f"{count_import_hours(plan.units, nodes, given):.0f} hours, by the one figure that was found; give each "
        "file an import of its own, because files of one import may end in one node."
    )
    hours = count_index_core_hours(plan.units, given)
    yield (
        f"**Index.** {plan.kind} of {units} vectors takes {round_number(hours)} core hours if it takes as long as "
        f"HNSW, {hours / cores / nodes:.1f} hours on {nodes} machines."
    )
    yield from _describe_build(passages, plan, given)


def _describe_build(passages: int, plan: Cluster, given: Values) -> Iterator[str]:
    folder = plan.folders / plan.parts
    hours = passages / plan.parts / 1e6 * given["build_seconds_per_million"] / 3600
    yield (
        f"**Build.** Each of the {plan.parts} generations, of {format_bytes(folder)}, is built on a machine of its own "
        f"in {hours:.0f} hours, and needs {format_bytes(given['build_space'] * folder)} of disk and "
        f"{format_bytes(passages / plan.parts * given['build_bytes_per_passage'])} of memory meanwhile. Servers "
        "fetch theirs and go on with the old one until the new one answers."
    )
