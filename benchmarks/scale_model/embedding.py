"""How long and for how much money passages are embedded, written into the database and indexed."""

from dataclasses import dataclass
from math import ceil

from benchmarks.scale_model.assumptions import Values
from benchmarks.scale_model.storage import count_vector_bytes

# Those of the machine on which embedding was measured.
MEASURED_CORES = 2


@dataclass(frozen=True, slots=True)
class EmbeddingRun:
    """Embedding on so many machines, each core of which takes the next shard when it is done with one.

    ``hours`` are those of the whole run, ``shard_seconds`` those of a core for one shard.
    """

    shards: int
    hours: float
    shard_seconds: float
    dollars: float
    shard_bytes: float


def rate_core(given: Values) -> float:
    """Return the passages that one of many cores embeds in a second, each as a whole and as its sentences."""
    return given["embedded_per_second"] / MEASURED_CORES / given["embedded_texts"] * given["core_efficiency"]


def count_core_hours(passages: float, given: Values) -> float:
    """Return the hours of one core."""
    return passages / rate_core(given) / 3600


def count_gpu_hours(passages: float, given: Values) -> float:
    """Return the hours of one GPU, by its arithmetic alone."""
    tokens = given["tokens_per_passage"] * given["embedded_texts"]
    rate = given["gpu_flops"] * given["gpu_share"] / (tokens * given["token_flops"])
    return passages / rate / 3600


def plan_embedding(passages: float, machines: int, given: Values) -> EmbeddingRun:
    """Return the run on so many machines."""
    by_size = ceil(passages * given["text_bytes_per_passage"] / given["shard_characters"])
    shards = min(by_size, int(given["max_shards"]))
    shard_seconds = passages / shards / rate_core(given)
    cores = int(machines * given["machine_cores"])
    # In the last round some cores may have nothing to do.
    hours = ceil(shards / cores) * shard_seconds / 3600
    row = (
        given["units_per_passage"] * count_vector_bytes(given)
        + given["tokens_per_passage"] * given["token_bytes"]
        + given["text_bytes_per_passage"]
    )
    return EmbeddingRun(
        shards=shards,
        hours=hours,
        shard_seconds=shard_seconds,
        dollars=count_core_hours(passages, given) / given["machine_cores"] * given["machine_price"],
        shard_bytes=passages / shards * row,
    )


def count_write_hours(units: float, given: Values) -> float:
    """Return the hours in which one process writes so many vectors into the database."""
    return units / given["written_per_second"] / 3600


def count_import_hours(units: float, nodes: int, given: Values) -> float:
    """Return the hours in which data nodes import so many vectors from Parquet."""
    return units / (given["imported_per_second"] * nodes) / 3600


def count_index_core_hours(units: float, given: Values) -> float:
    """Return the hours of a core to index so many vectors; segments have one size, so it grows with their number."""
    return units / given["indexed_per_core_second"] / 3600
