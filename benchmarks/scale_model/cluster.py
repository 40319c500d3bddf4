"""Machines that a collection needs, and what they cost: servers of this program, and query nodes of the database."""

from dataclasses import dataclass
from math import ceil

from benchmarks.scale_model.assumptions import Values
from benchmarks.scale_model.storage import (
    FAISS,
    KINDS,
    RABITQ,
    count_units,
    count_vector_bytes,
    measure_folder,
    measure_index,
    measure_server,
)

# Shares of a machine that a server may have, in memory and cores, at the same share of its price.
SHARES = (1 / 8, 1 / 4, 1 / 2, 1.0)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Machines for a number of passages.

    ``kind`` is that of the vectors' index. A collection of more than one ``parts`` is split, each part with servers of
    its own. ``is_whole_only``: sentences have no vectors. ``servers`` and ``query_nodes`` are all of them, those of
    each replica included; a server has a ``share`` of the memory and cores of a machine. ``memory`` and ``disk`` are
    bytes of the index of one replica, ``folders`` those of all parts, ``server_memory`` what one server needs.
    """

    passages: float
    kind: str
    units: float
    is_whole_only: bool
    parts: int
    servers: int
    share: float
    query_nodes: int
    coordinators: int
    memory: float
    disk: float
    folders: float
    server_memory: float

    @property
    def machines(self) -> int:
        """The number of machines."""
        return self.servers + self.query_nodes + self.coordinators


def find_max_passages(given: Values, *, with_vectors: bool) -> int:
    """Return how many passages a server can hold: its memory, its disk and the time of the lexical leg limit them."""
    low, high = 0, int(given["max_positions"])
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _fits_server(middle, given, with_vectors=with_vectors) else (low, middle - 1)
    return low


def _fits_server(passages: float, given: Values, *, with_vectors: bool) -> bool:
    memory = measure_server(passages, given, with_vectors=with_vectors)
    disk = measure_folder(passages, given, with_vectors=with_vectors)
    return (
        memory <= given["memory_share"] * given["machine_memory"]
        and disk <= given["disk_share"] * given["machine_disk"]
        and passages * given["growth_ms_per_million"] / 1e6 <= given["lexical_budget_ms"]
    )


def take_share(share: float, given: Values) -> Values:
    """Return the assumptions for a server with a share of a machine's memory and cores, and of its processes."""
    scaled = {name: given[name] * share for name in ("machine_memory", "machine_cores", "workers")}
    return {**given, **scaled}


def choose_share(passages: float, given: Values, *, with_vectors: bool) -> float:
    """Return the smallest share of a machine that can serve so many passages, or the whole one."""
    sizes = ((share, take_share(share, given)) for share in SHARES)
    return next((share for share, own in sizes if _fits_server(passages, own, with_vectors=with_vectors)), SHARES[-1])


def count_query_nodes(kind: str, units: float, given: Values) -> int:
    """Return the query nodes of one replica: as many as memory and disk need while the next generation is loaded."""
    memory, disk = (given["loaded_generations"] * size for size in measure_index(kind, units, given))
    by_memory = memory / (given["load_limit"] * given["machine_memory"])
    by_disk = disk / (given["disk_share"] * given["machine_disk"])
    return max(ceil(max(by_memory, by_disk)), 1)


def is_whole_only(passages: float, given: Values) -> bool:
    """Return whether only whole passages have a vector, because only an index of bits would hold their sentences."""
    units = count_units(passages, given)
    return all(count_query_nodes(kind, units, given) > given["max_nodes"] for kind in KINDS if kind != RABITQ)


def choose_kind(passages: float, given: Values) -> str:
    """Return the kind of index: FAISS while one server suffices, then the most exact one that few nodes can hold.

    If none is small enough, it is the smallest.
    """
    if passages <= find_max_passages(given, with_vectors=True):
        return FAISS
    units = count_units(passages, given, whole_only=is_whole_only(passages, given))
    fitting = (kind for kind in KINDS if count_query_nodes(kind, units, given) <= given["max_nodes"])
    return next(fitting, RABITQ)


def plan_cluster(passages: float, given: Values, kind: str = "") -> Cluster:
    """Return the machines for so many passages, by default with the kind of index that suits them."""
    kind = kind or choose_kind(passages, given)
    is_here, replicas = kind == FAISS, int(given["replicas"])
    whole_only = is_whole_only(passages, given) and not is_here
    units = count_units(passages, given, whole_only=whole_only)
    parts = ceil(passages / find_max_passages(given, with_vectors=is_here))
    vectors = given["faiss_code_bytes"] * units, given["dimension"] * given["faiss_vector_bytes"] * units
    memory, disk = vectors if is_here else measure_index(kind, units, given)
    share = choose_share(passages / parts, given, with_vectors=is_here)
    return Cluster(
        passages=passages,
        kind=kind,
        units=units,
        is_whole_only=whole_only,
        parts=parts,
        servers=parts * replicas,
        share=share,
        query_nodes=0 if is_here else replicas * count_query_nodes(kind, units, given),
        coordinators=0 if is_here else int(given["coordinators"]),
        memory=memory,
        disk=disk,
        folders=parts * measure_folder(passages / parts, given, with_vectors=is_here),
        server_memory=measure_server(passages / parts, take_share(share, given), with_vectors=is_here),
    )


def price_month(cluster: Cluster, given: Values) -> float:
    """Return the dollars of a month: machines, their disks, and object storage for generations and vectors."""
    is_here = cluster.kind == FAISS
    stored = cluster.folders + (0 if is_here else cluster.units * count_vector_bytes(given))
    loaded = 0 if is_here else cluster.disk * given["loaded_generations"]
    disks = given["replicas"] * (cluster.folders + loaded)
    return (
        (cluster.servers * cluster.share + cluster.query_nodes + cluster.coordinators)
        * given["machine_price"]
        * given["month_hours"]
        + disks / 1e9 * given["disk_price"]
        + stored / 1e9 * given["object_price"]
    )
