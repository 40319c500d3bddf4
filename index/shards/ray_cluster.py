"""Embed shards on a Ray cluster. The only module that imports ray.

Plain tasks, and not Ray Data. A shard is one task, so that its file is the same whoever makes it, and a task that is
lost with its node is run again elsewhere (``MAX_RETRIES``). Ray Data cuts its blocks as it goes, and streams them
through actors that have hung without an error where they took every processor (ray#44687). Here one processor stays
free, no more tasks wait than can start soon, and a time without any result ends with an error.

Documents travel with the task and units come back with its result, so nodes share no folder. Each node needs the same
version of Netsphere and of the model.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from index import __version__
from index.errors import ModelError, NetsphereError, ShardError, UsageError
from index.processors import count_all_cpus, share_cpus
from index.progress import Progress
from index.shards.embed import EmbeddingRun, LoadEncoder, ShardJob, embed_shard
from index.shards.parquet import write_bytes
from index.types import Encoder

# Times that a shard is run again if its node or its process is lost.
MAX_RETRIES = 5
# How often progress is shown, and the number of processors of the cluster is asked for.
POLL_S = 1.0
CONNECT_TIMEOUT_S = 10.0
DEFAULT_TIMEOUT_S = 1800
# The model of a process that Ray uses for one shard after another of the same run.
_encoders: list[Encoder] = []


@dataclass(frozen=True, slots=True)
class Cluster:
    """The address of a Ray cluster ("auto" for that of this machine), and the seconds that it may give no result."""

    address: str
    timeout_s: float = DEFAULT_TIMEOUT_S


def embed_on_cluster(run: EmbeddingRun, cluster: Cluster, progress: Progress) -> int:
    """Embed the shards that are missing on all nodes of a cluster, and return how many they were.

    Raise UsageError if there is no Ray or no such cluster, ShardError if no shard is finished within the timeout or one
    is lost too often, ModelError if a node has another model, and OSError.
    """
    missing = run.list_missing()
    with _connect(cluster) as ray, progress.step("embedding", run.count_characters(missing), "characters") as advance:
        results = _Results(ray, run, missing)
        last = monotonic()
        while results.is_waiting:
            for number, units in results.take():
                write_bytes(run.get_paths(number)[1], units)
                advance(run.count_characters([number]), f"{results.count} shards left")
                last = monotonic()
            advance(0)
            if monotonic() - last > cluster.timeout_s:
                raise _make_timeout_error(ray, run, cluster)
    return len(missing)


class _Results:
    """The shards that wait or are being embedded, of which as many are tasks as the cluster can run."""

    def __init__(self, ray: Any, run: EmbeddingRun, numbers: list[int]) -> None:  # noqa: ANN401 — the module
        self._ray, self._run, self._waiting, self._running = ray, run, numbers[::-1], dict[Any, int]()
        self._load_encoder = ray.put(run.load_encoder)
        # SPREAD, because the default fills one node before it uses the next.
        options = {"num_cpus": 1, "max_retries": MAX_RETRIES, "scheduling_strategy": "SPREAD"}
        self._embed = ray.remote(_embed_bytes).options(**options)

    @property
    def is_waiting(self) -> bool:
        """Whether a shard is not done."""
        return self.count > 0

    @property
    def count(self) -> int:
        """The number of shards that are not done."""
        return len(self._waiting) + len(self._running)

    def take(self) -> Iterator[tuple[int, bytes]]:
        """Start what can run, wait for ``POLL_S`` at most, and yield the number and the units of what is finished."""
        # One processor stays free, and nodes come and go.
        slots = max(1, int(self._ray.cluster_resources().get("CPU", 1)) - 1)
        while self._waiting and len(self._running) < slots:
            number = self._waiting.pop()
            documents = self._run.get_paths(number)[0].read_bytes()
            task = self._embed.remote(documents, self._run.make_job(number), self._load_encoder, __version__)
            self._running[task] = number
        finished, _ = self._ray.wait(list(self._running), num_returns=1, timeout=POLL_S)
        for task in finished:
            number = self._running.pop(task)
            yield number, self._get(task, number)

    def _get(self, task: Any, number: int) -> bytes:  # noqa: ANN401 — a reference of Ray
        try:
            units: bytes = self._ray.get(task)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, NetsphereError):
                raise error.cause from error
            raise ShardError(f"shard {number} failed ({error.cause!r}); {self._run.describe_rest()}") from error
        except self._ray.exceptions.RayError as error:
            raise ShardError(
                f"shard {number} was lost {MAX_RETRIES + 1} times ({type(error).__name__}), probably for lack of "
                f"memory on a node; {self._run.describe_rest()}"
            ) from error
        return units


@contextmanager
def _connect(cluster: Cluster) -> Iterator[Any]:
    """Return Ray, connected to a cluster that exists."""
    try:
        import ray
    except ModuleNotFoundError as error:
        raise UsageError(
            "--ray needs the package ray, which is not installed: pip install -r requirements-ray.txt"
        ) from error
    try:
        _reach(cluster.address)
        ray.init(address=cluster.address, log_to_driver=False, configure_logging=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"invalid value {cluster.address!r} for --ray: no cluster answers there; start one with: ray start --head"
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Connect to the port of an address, if it has one, and leave; raise OSError. Ray itself tries for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), CONNECT_TIMEOUT_S).close()


def _make_timeout_error(ray: Any, run: EmbeddingRun, cluster: Cluster) -> ShardError:  # noqa: ANN401 — the module
    alive = sum(node["Alive"] for node in ray.nodes())
    return ShardError(
        f"the cluster finished no shard within {cluster.timeout_s:g} seconds; {alive} of {len(ray.nodes())} nodes are "
        "alive: see with `ray status` whether they are and whether other jobs take their processors, or raise "
        f"--timeout; {run.describe_rest()}"
    )


def _embed_bytes(documents: bytes, job: ShardJob, load_encoder: LoadEncoder, version: str) -> bytes:
    """Return the file of units of the documents in a file; on a node, in a process with one processor."""
    if version != __version__:
        raise ModelError(f"a node has Netsphere {__version__}, not {version}; install the same one on every machine")
    with TemporaryDirectory(prefix="netsphere-shard-") as folder:
        source, target = Path(folder, "documents.parquet"), Path(folder, "units.parquet")
        source.write_bytes(documents)
        embed_shard(source, target, job, _get_encoder(load_encoder))
        return target.read_bytes()


def _get_encoder(load_encoder: LoadEncoder) -> Encoder:
    """Return the model, loaded with the first shard of this process."""
    if not _encoders:
        # As many processes as there are processors run beside this one.
        share_cpus(count_all_cpus())
        _encoders.append(load_encoder())
    return _encoders[0]
