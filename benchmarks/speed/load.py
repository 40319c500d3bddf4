"""Many clients at once, with wrk, which takes little of the two cores that it shares with the server."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import click

from benchmarks.speed.servers import build_request, count_passages
from qa.types import Mode

CLIENTS = 32
SCRIPT = Path(__file__).with_name("ask.lua")
LAST = "Is this the last question, number {}?"
# A question that was asked before has its answer in the cache, so nobody would wait for it.
_numbers = count()


@dataclass(frozen=True, slots=True)
class Load:
    """Throughput and latency as the clients measured them."""

    per_second: float
    p50_ms: float
    p95_ms: float


def find_wrk() -> str:
    """Return the path of wrk; raise ClickException if it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise click.ClickException("wrk, which makes the load, is not installed; install it with: apt-get install wrk")
    return found


def run_load(address: str, bodies: Path, seconds: int, repeat: bool, mode: Mode = "fast") -> Load:
    """Keep ``CLIENTS`` connections busy for some seconds; raise ClickException if an answer is not a good one.

    ``repeat``: the questions of ``bodies`` may be asked more than once. ``mode`` is that of the questions.
    """
    options = ["--threads", "1", "--connections", str(CLIENTS), "--duration", f"{seconds}s", "--timeout", "60s"]
    command = [find_wrk(), *options, "--script", str(SCRIPT), address, "--", str(bodies)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  (our own)
    found = json.loads(done.stdout.splitlines()[-1])
    asked = found["answers"] + CLIENTS + found["failed"]
    if found["failed"] or not found["answers"]:
        raise click.ClickException(f"of {asked} requests to {address} {found['failed']} failed:\n{done.stdout}")
    if not repeat and asked > (there := len(bodies.read_text(encoding="utf-8").splitlines())):
        raise click.ClickException(f"{there} different questions do not last {seconds} s; choose fewer --seconds")
    # The server still works on requests that the clients abandoned, which would slow the next measurement.
    count_passages(address, LAST.format(next(_numbers)), mode)
    return Load(found["answers"] / found["seconds"], found["p50_ms"], found["p95_ms"])


def write_requests(questions: Sequence[str], path: Path, mode: Mode = "fast") -> Path:
    """Write the request bodies that ``run_load`` sends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(build_request(question, mode) + "\n" for question in questions), encoding="utf-8")
    return path
