"""Servers that run while something is measured, each a process of its own on a free port."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import click

ROOT = Path(__file__).parents[2]


@contextmanager
def run_server(*arguments: str, **environment: str) -> Iterator[str]:
    """Runs Python with the arguments until the end of the block; the address, once the process has said it.

    ``environment``: variables that the process has beside those of this one.
    """
    command = [sys.executable, *arguments]
    variables = os.environ | environment
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (our own)
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise click.ClickException(f"no server came of: {' '.join(command)}; what it said stands above")
            yield line.split()[-1]
        finally:
            process.terminate()


def build_request(question: str) -> str:
    """What both servers are asked."""
    return json.dumps({"question": question, "mode": "fast"})


def count_passages(address: str, question: str) -> int:
    """How many passages one question gets. Raises HTTPError for what is not 200."""
    headers = {"Content-Type": "application/json"}
    request = Request(f"{address}/v1/ask", build_request(question).encode(), headers)  # noqa: S310  (our own)
    with urlopen(request, timeout=60) as response:  # noqa: S310
        return len(json.load(response)["passages"])
