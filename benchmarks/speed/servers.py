"""Servers that run while something is measured, each in its own process on a free port."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import click
import psutil

from qa.types import Mode

ROOT = Path(__file__).parents[2]


@contextmanager
def run_server(*arguments: str, python: Sequence[str] = (sys.executable,), **environment: str) -> Iterator[str]:
    """Run Python with the arguments until the end of the block, and yield the address that the process prints.

    ``python``: the command of another interpreter. ``environment``: variables that are added to those of this process.
    """
    command = [*python, *arguments]
    variables = os.environ | environment
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (our own)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise click.ClickException(f"no server started: {' '.join(command)}; its error messages are above")
            yield line.split()[-1]
        finally:
            process.terminate()


@dataclass(frozen=True, slots=True)
class ServerMemory:
    """The memory of all processes of a server, in megabytes.

    ``resident`` counts a page once for each process that has it, ``proportional`` (PSS) in equal parts, so that it is
    what the server takes of the machine.
    """

    processes: int
    resident: float
    proportional: float


def measure_memory(address: str) -> ServerMemory:
    """Return the memory of a server that ``run_server`` started in this process; raise ValueError if it is another."""
    port = urlsplit(address).port
    for child in psutil.Process().children():
        if any(one.laddr.port == port for one in child.net_connections("inet") if one.status == psutil.CONN_LISTEN):
            found = [one.memory_full_info() for one in (child, *child.children(recursive=True))]
            return ServerMemory(len(found), sum(one.rss for one in found) / 1e6, sum(one.pss for one in found) / 1e6)
    raise ValueError(f"no child of this process listens at {address}")


def build_request(question: str, mode: Mode = "fast") -> str:
    """Return the request body that every server is sent; those of others ignore the mode."""
    return json.dumps({"question": question, "mode": mode})


def count_passages(address: str, question: str, mode: Mode = "fast") -> int:
    """Return the number of passages of one answer; raise HTTPError if the status is not 200."""
    headers = {"Content-Type": "application/json"}
    request = Request(f"{address}/v1/ask", build_request(question, mode).encode(), headers)  # noqa: S310  (our own)
    with urlopen(request, timeout=60) as response:  # noqa: S310
        return len(json.load(response)["passages"])
