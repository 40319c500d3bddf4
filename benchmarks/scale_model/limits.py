"""What breaks first: each limit, the number of passages at which it is reached, and what to do."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log2

from benchmarks.scale_model.assumptions import Values
from benchmarks.scale_model.embedding import count_index_core_hours, count_write_hours
from benchmarks.scale_model.storage import HNSW, count_units, measure_folder, measure_index, measure_server

DAY_HOURS = 24
# No limit is beyond.
MAX_PASSAGES = 2**50


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit, the passages that one index can have because of it, and the remedy."""

    name: str
    passages: int
    remedy: str


def list_limits(given: Values) -> Sequence[Limit]:
    """Return all limits, the first one first."""
    found = [*_list_servers(given), *_list_builds(given), *_list_updates(given), *_list_database(given)]
    return sorted(found, key=lambda limit: limit.passages)


def _list_servers(given: Values) -> Iterator[Limit]:
    memory = given["memory_share"] * given["machine_memory"]
    disk = given["disk_share"] * given["machine_disk"]
    yield Limit(
        "a server's memory, with the codes of FAISS in each of its processes",
        find_largest(lambda passages: measure_server(passages, given, with_vectors=True) <= memory),
        "`store = milvus`: the vectors leave the servers; or fewer `workers`",
    )
    yield Limit(
        "a server's memory, with the vectors in the database",
        find_largest(lambda passages: measure_server(passages, given, with_vectors=False) <= memory),
        "split into parts; machines with more memory",
    )
    yield Limit(
        "the disk of a server, which has the whole generation",
        find_largest(lambda passages: measure_folder(passages, given, with_vectors=False) <= disk),
        "split into parts; larger disks",
    )
    yield Limit(
        f"the lexical leg takes {given['lexical_budget_ms']:.0f} ms",
        int(given["lexical_budget_ms"] / given["growth_ms_per_million"] * 1e6),
        "split into parts",
    )
    yield Limit(
        "positions of passages in the lexical leg, which are int32",
        int(given["max_positions"]),
        "split into parts, long before",
    )


def _list_builds(given: Values) -> Iterator[Limit]:
    yield Limit(
        "the memory of the machine that builds",
        int(given["memory_share"] * given["machine_memory"] / given["build_bytes_per_passage"]),
        "a machine with more memory for building; parts",
    )
    disk = given["machine_disk"] / given["build_space"]
    yield Limit(
        "the disk of the machine that builds",
        find_largest(lambda passages: measure_folder(passages, given, with_vectors=False) <= disk),
        "a larger disk for building; parts, built on machines of their own",
    )
    yield Limit(
        "a build takes a day beside embedding",
        int(given["day_seconds"] / given["build_seconds_per_million"] * 1e6),
        "parts, built side by side",
    )


def _list_updates(given: Values) -> Iterator[Limit]:
    minutes = f"{given['update_limit'] / 60:.0f} minutes"
    yield Limit(
        f"an update with `store = milvus`, which writes all vectors again, takes {minutes}",
        int(given["update_limit"] * given["written_per_second"] / given["units_per_passage"]),
        "collect changes and build once an hour or a day",
    )
    yield Limit(
        f"an update with `store = faiss`, which copies the generation, takes {minutes}",
        int(given["update_limit"] / given["update_seconds"] * 100_000),
        "the same; what changes often in a collection of its own",
    )


def _list_database(given: Values) -> Iterator[Limit]:
    one_machine = "the memory of one machine of the database: HNSW in single precision"
    loaded = given["load_limit"] * given["machine_memory"]
    yield Limit(
        f"{one_machine} and the shared files",
        find_largest(lambda passages: _measure_vectors(passages, given) + _measure_files(passages, given) <= loaded),
        "mmap for the collection of files; several query nodes",
    )
    yield Limit(
        f"{one_machine} alone",
        find_largest(lambda passages: _measure_vectors(passages, given) <= loaded),
        "several query nodes; HNSW_SQ",
    )
    yield Limit(
        "one process writes into the database for a day",
        find_largest(lambda passages: count_write_hours(count_units(passages, given), given) <= DAY_HOURS),
        "several writers; the database's bulk import from Parquet, on several data nodes",
    )
    core_hours = DAY_HOURS * given["machine_cores"]
    yield Limit(
        "one machine of the database indexes for a day",
        find_largest(lambda passages: count_index_core_hours(count_units(passages, given), given) <= core_hours),
        "more index nodes: segments are indexed one by one",
    )
    yield Limit(
        "a filter that allows a hundredth of all passages is larger than a request",
        int(100 * given["max_request_bytes"] / given["position_bytes"] / given["units_per_passage"]),
        "fields as columns of the database, so that it filters by itself; parts by the field that is filtered most",
    )


def _measure_vectors(passages: float, given: Values) -> float:
    """Return the bytes of HNSW in single precision of all generations that are loaded."""
    return given["loaded_generations"] * measure_index(HNSW, count_units(passages, given), given)[0]


def _measure_files(passages: float, given: Values) -> float:
    """Return the bytes of the files of these generations in rows of the database."""
    folder = measure_folder(passages, given, with_vectors=False)
    return given["loaded_generations"] * given["base64_factor"] * folder


def find_largest(fits: Callable[[float], bool]) -> int:
    """Return the largest number of passages that fits; whatever is larger than one that does not, does not fit."""
    found = 0
    for power in reversed(range(int(log2(MAX_PASSAGES)))):
        if fits(found + 2**power):
            found += 2**power
    return found
