"""How long a question takes: what was measured over a small collection, and what each leg takes longer."""

from dataclasses import dataclass
from math import ceil, exp, log
from statistics import NormalDist

from benchmarks.scale_model.assumptions import Values
from benchmarks.scale_model.cluster import Cluster
from benchmarks.scale_model.storage import FAISS, KINDS, count_vector_bytes

# Of the collection over which mode ``fast`` was measured.
MEASURED_PASSAGES = 100_000
# Standard deviations from p50 to p95.
TAIL = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of a question at p50, by mode, and of its legs.

    ``database_cpu`` is what all cores of the database work for it together, ``server_cpu`` what a core of each part
    does in mode ``fast``.
    """

    dense: float
    lexical: float
    fast: float
    precise: float
    database_cpu: float
    server_cpu: float


def estimate_latency(cluster: Cluster, given: Values) -> Latency:
    """Return the times of a question when nobody else asks.

    The parts search, and read their best passages, side by side; the slowest decides, as the largest of so many draws
    from the times of a single one.
    """
    lexical = given["lexical_leg_ms"] + cluster.passages / cluster.parts / 1e6 * given["growth_ms_per_million"]
    cpu = count_database_cpu(cluster, given)
    dense = given["dense_leg_ms"] if cluster.kind == FAISS else _estimate_database(cluster, cpu, given)
    measured = given["fast_ms"] - MEASURED_PASSAGES / 1e6 * given["growth_ms_per_million"]
    rest = measured - given["dense_leg_ms"] - given["lexical_leg_ms"]
    hop = given["hop_ms"] if cluster.parts > 1 else 0
    fast = (rest + lexical) * find_slowest(cluster.parts, given["fast_p95_ms"] / given["fast_ms"]) + dense + hop
    reading = given["precise_ms"] - given["small_fast_ms"]
    reading *= find_slowest(cluster.parts, given["precise_p95_ms"] / given["precise_ms"])
    return Latency(dense, lexical, fast, fast + reading, cpu, rest + lexical)


def count_database_cpu(cluster: Cluster, given: Values) -> float:
    """Return the milliseconds of a core that the database needs for a question: each segment is searched."""
    if cluster.kind == FAISS:
        return 0.0
    rows = min(given["segment_bytes"] / count_vector_bytes(given), cluster.units)
    measured = given["batch_cores"] / given["batch_searches"] / given["batch_segments"] * 1000
    one = measured * given["effort"] * max(log(rows) / log(given["batch_rows"]), 1)
    return one * ceil(cluster.units / rows)


def _estimate_database(cluster: Cluster, cpu: float, given: Values) -> float:
    """Return the milliseconds of the dense leg: its calls, the way, and the segments of a node on its cores."""
    nodes = cluster.query_nodes / given["replicas"]
    segments = cpu / (nodes * given["machine_cores"])
    disk = given["disk_read_ms"] if KINDS[cluster.kind].is_on_disk else 0
    return given["calls"] * (given["call_ms"] + given["hop_ms"]) + segments + disk


def find_slowest(parts: int, tail: float) -> float:
    """Return how many times the median of one part the median of the slowest of all is, if times are lognormal.

    ``tail`` is p95 divided by p50.
    """
    spread = log(tail) / TAIL
    return exp(spread * NormalDist().inv_cdf(0.5 ** (1 / parts)))


def count_questions(cluster: Cluster, latency: Latency, given: Values) -> float:
    """Return the questions a second that all query nodes of the database can search together."""
    return cluster.query_nodes * given["machine_cores"] / latency.database_cpu * 1000


def count_served(cluster: Cluster, latency: Latency, given: Values) -> float:
    """Return the questions a second that the servers can answer in mode ``fast``; each is asked of every part."""
    cores = cluster.servers / cluster.parts * cluster.share * given["machine_cores"]
    return cores / latency.server_cpu * 1000
