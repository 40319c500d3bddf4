"""Embed a folder on a Ray cluster of two nodes, kill one of them midway, and compare with one machine.

The nodes are network namespaces of this machine, joined by a pair of virtual interfaces, so that everything that Ray
sends goes over a network; they share the processors and the disk. Needs root, iproute2 and requirements-ray.txt:

    python -m benchmarks.ray_cluster benchmarks/training/handbooks/documents

The figures are in docs/bulk-embedding.json, and in a section of the page that is written from them.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from benchmarks.documents import write_section
from benchmarks.speed.part import describe_processor
from index.generation.directory import IndexDirectory
from index.shards.plan import Plan
from index.shards.unit_files import read_embeddings
from index.types import Vectors

FIGURES, PAGE, SECTION = Path("docs/bulk-embedding.json"), Path("docs/bulk-embedding.md"), "two nodes"
PORT = 6379
# Of every node the name of its namespace, its address and its processors for Ray. The cluster keeps one of them free.
HEAD, WORKER = ("netsphere-head", "10.77.0.1", 2), ("netsphere-worker", "10.77.0.2", 1)
# A part of the shards is done when the worker is killed.
KILLED_AFTER = 4
RAY = (sys.executable, "-m", "ray.scripts.scripts")
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; seconds are of a busy machine of two processors, and no measure of speed.

    ``lost`` are the processes of the killed node that were embedding. ``identical`` counts the files of units that have
    the same bytes as on one machine. ``cosine`` is the lowest between the vectors of the same unit in shards and in an
    index that was built of the files at once, and ``changed`` the share of units whose vectors differ at all.
    """

    source: str
    documents: int
    characters: int
    units: int
    shards: int
    done_when_killed: int
    lost: int
    cluster_s: float
    local_s: float
    identical: int
    cosine: float
    changed: float
    processor: str
    ray: str


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option("--number", default=16, show_default=True, help="number of shards")
def main(source: Path, number: int) -> None:
    """Embed SOURCE on two nodes, one of which is killed, and on one machine, and write the figures."""
    import ray

    with TemporaryDirectory(prefix="netsphere-ray-") as name:
        folder = Path(name)
        start = time.perf_counter()
        run("embed", str(source), "--shards", str(folder / "local"), "--number", str(number))
        local_s = time.perf_counter() - start
        with open_cluster(folder):
            start = time.perf_counter()
            done, lost = embed_and_kill(source, folder / "cluster", number)
            cluster_s = time.perf_counter() - start
        run("build", str(source), "--index", str(folder / "index"))
        plan = Plan.read(folder / "local")
        cosines = compare_with_build(folder / "local", folder / "index")
        figures = Figures(
            source="/".join(source.parts[-2:]),
            documents=sum(shard.documents for shard in plan.shards),
            characters=sum(shard.characters for shard in plan.shards),
            units=len(cosines),
            shards=number,
            done_when_killed=done,
            lost=lost,
            cluster_s=round(cluster_s, 1),
            local_s=round(local_s, 1),
            identical=count_identical(plan, folder / "local", folder / "cluster"),
            cosine=round(float(cosines.min()), 4),
            changed=round(float(np.mean(cosines < 1)), 3),
            processor=describe_processor(),
            ray=ray.__version__,
        )
    FIGURES.write_text(json.dumps(asdict(figures), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_section(PAGE, SECTION, describe_figures(figures))
    click.echo(describe_figures(figures))


def describe_figures(figures: Figures) -> str:
    """Return what the page says of them."""
    lost = "one process was" if figures.lost == 1 else f"{figures.lost} processes were"
    return f"""Tried with two nodes in network namespaces of one machine ({figures.processor}) and Ray {figures.ray}.
{figures.documents:,} documents of `{figures.source}` ({figures.characters:,} characters, {figures.units:,} units) were
embedded in {figures.shards} shards. When {figures.done_when_killed} were done, Ray was killed on the second node,
where {lost} embedding. The run ended without an error after {figures.cluster_s:g} seconds, and {figures.identical} of
{figures.shards} files of units have the same bytes as those that one machine makes. Without Ray that took
{figures.local_s:g} seconds; the nodes share processors and disk, so neither figure is a measure of speed.

Another number of shards, or a build without any, puts other texts together into the batches of the network, which then
rounds in another way: of the vectors {figures.changed:.1%} differ from those of `python -m index build`, the most by a
cosine of {figures.cosine:.3f}. Export and import change nothing. Processors with other instruction sets round in
another way, too, so for the same bytes all nodes must have the same."""


def run(*arguments: str) -> None:
    """Call a command of the index; raise CalledProcessError."""
    subprocess.run([sys.executable, "-m", "index", *arguments], check=True)  # noqa: S603 — this program


def embed_and_kill(source: Path, shards: Path, number: int) -> tuple[int, int]:
    """Embed on the cluster, and kill the second node when a part is done and it is at work.

    Return the number of shards that were done then, and of the processes of that node that were embedding. Raise
    RuntimeError if the node was never at work.
    """
    address = f"{HEAD[1]}:{PORT}"
    command = ["-m", "index", "embed", str(source), "--shards", str(shards), "--number", str(number), "--ray", address]
    with subprocess.Popen([*enter(HEAD[0]), sys.executable, *command]) as embedding:  # noqa: S603 — this program
        while embedding.poll() is None:
            done = len(list(shards.glob("shard-*.parquet")))
            busy = [pid for pid, line in list_processes(WORKER[0]).items() if line.startswith("ray::_embed_bytes")]
            if done >= number // KILLED_AFTER and busy:
                kill_all({pid: line for pid, line in list_processes(WORKER[0]).items() if "/raylet/raylet" in line})
                if embedding.wait():
                    raise RuntimeError("the cluster did not finish what the killed node left")
                return done, len(busy)
            time.sleep(0.05)
    raise RuntimeError("the second node was never at work")


@contextmanager
def open_cluster(folder: Path) -> Iterator[None]:
    """Start two nodes, each in a network namespace, and end all of their processes at the end."""
    try:
        make_namespaces()
        start_node(HEAD, folder, "--head", f"--port={PORT}", "--include-dashboard=false", f"--temp-dir={folder}/ray")
        start_node(WORKER, folder, f"--address={HEAD[1]}:{PORT}")
        yield
    finally:
        for name, _, _ in (WORKER, HEAD):
            kill_all(list_processes(name))
            call("ip", "netns", "del", name, check=False)


def make_namespaces() -> None:
    """Make two network namespaces that reach each other and nothing else."""
    for name, _, _ in (HEAD, WORKER):
        call("ip", "netns", "add", name)
        call("ip", "-n", name, "link", "set", "lo", "up")
    call("ip", "link", "add", "veth-head", "netns", HEAD[0], "type", "veth", "peer", "veth-worker", "netns", WORKER[0])
    for (name, address, _), link in ((HEAD, "veth-head"), (WORKER, "veth-worker")):
        call("ip", "-n", name, "addr", "add", f"{address}/24", "dev", link)
        call("ip", "-n", name, "link", "set", link, "up")


def start_node(node: tuple[str, str, int], folder: Path, *options: str) -> None:
    """Start Ray in the namespace of a node."""
    name, address, processors = node
    common = [f"--node-ip-address={address}", f"--num-cpus={processors}", "--object-store-memory=200000000"]
    environment = os.environ | {"RAY_USAGE_STATS_ENABLED": "0"}
    with (folder / f"{name}.log").open("w") as log:
        command = [*enter(name), *RAY, "start", *common, *options]
        subprocess.run(command, env=environment, stdout=log, stderr=log, timeout=PATIENCE_S, check=True)  # noqa: S603


def enter(name: str) -> list[str]:
    """Return what is put before a command that runs in a namespace."""
    return ["ip", "netns", "exec", name]


def call(*command: str, check: bool = True) -> str:
    """Run a program of the system, and return what it prints; raise CalledProcessError."""
    return subprocess.run(command, capture_output=True, text=True, check=check).stdout  # noqa: S603


def list_processes(name: str) -> Mapping[int, str]:
    """Return the command line of each process in a namespace."""
    found = {}
    for pid in map(int, call("ip", "netns", "pids", name, check=False).split()):
        try:
            line = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        found[pid] = line
    return found


def kill_all(processes: Mapping[int, str]) -> None:
    """End processes at once, as a machine that fails does."""
    for pid in processes:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def count_identical(plan: Plan, one: Path, other: Path) -> int:
    """Return how many files of units have the same bytes in both folders."""
    paths = [(plan.get_unit_path(one, number), plan.get_unit_path(other, number)) for number in range(len(plan.shards))]
    return sum(a.read_bytes() == b.read_bytes() for a, b in paths)


def compare_with_build(shards: Path, index: Path) -> Vectors:
    """Return the cosine of each unit's vector in shards with that of the same text in an index."""
    contents, plan = IndexDirectory(index).open_current().contents, Plan.read(shards)
    rows = {key.tobytes(): row for row, key in enumerate(np.asarray(contents.keys))}
    cosines = []
    for number in range(len(plan.shards)):
        for block in read_embeddings(plan.get_unit_path(shards, number), contents.tokens.projection.shape[1]):
            positions = np.asarray([rows[key.tobytes()] for key in block.keys], dtype=np.int64)
            built = contents.store.vectors(positions)
            # Exactly 1 for equal vectors, whatever the rounding of their product.
            cosines.append(np.where((built == block.vectors).all(axis=1), 1, (built * block.vectors).sum(axis=1)))
    return np.concatenate(cosines).astype(np.float32)


if __name__ == "__main__":
    main()
