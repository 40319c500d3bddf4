"""The transports over the seed, each with the official client, in both generations of the protocol."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from mcp import Client, MCPError, StdioServerParameters

from tests.conftest import SEEDS

R = TypeVar("R")
Ask = Callable[[Callable[[Client], Awaitable[R]]], R]


def start_stdio(index: Path, *options: str) -> StdioServerParameters:
    """How an agent starts the server."""
    command = ["-m", "qa", "mcp", "--index", str(index), *options]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    return StdioServerParameters(command=sys.executable, args=command, cwd=str(SEEDS.parent), env=environment)


def run_client(server: str | StdioServerParameters, mode: str, work: Callable[[Client], Awaitable[R]]) -> R:
    """Connect, and return what ``work`` does with the client; raise the error of the protocol that it gets."""

    async def run() -> R | MCPError:
        async with Client(server, mode=mode) as client:
            try:
                return await work(client)
            except MCPError as error:  # raised in here it would become a group of errors
                return error

    result = asyncio.run(run())
    if isinstance(result, MCPError):
        raise result
    return result


@pytest.fixture(scope="session", params=["http 2026", "http 2025", "stdio 2026", "stdio 2025"])
def with_client(request: pytest.FixtureRequest, seed_index: Path) -> Ask[Any]:
    """Do something with a client of a real server: by a transport, in a version of the protocol."""
    transport, version = request.param.split()
    mode: Literal["auto", "legacy"] = "auto" if version == "2026" else "legacy"
    server = f"{request.getfixturevalue('server')}/mcp" if transport == "http" else start_stdio(seed_index)
    return lambda work: run_client(server, mode, work)
