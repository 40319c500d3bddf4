"""The protocol over standard input and output, for one program that starts this one and asks it.

A call runs in a thread, so that the program can cancel it. Standard output belongs to the protocol: while it is served,
the library leads whatever else is written there to standard error.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from math import inf
from threading import Event
from time import monotonic
from typing import TypeVar

from mcp.server.stdio import stdio_server

from qa.mcp.protocol import build_server
from qa.mcp.session import Link, Session
from qa.web.engine.callers import Caller
from qa.web.service import Service

R = TypeVar("R")

UseService = Callable[[], AbstractContextManager[Service]]


def serve_stdio(use_service: UseService, link: Link) -> None:
    """Serve until standard input ends; each call is answered by what ``use_service`` yields."""
    asyncio.run(_serve(_WorkerThreads(use_service, link)))


async def _serve(transport: "_WorkerThreads") -> None:
    server = build_server(transport)
    async with stdio_server() as (received, sent):
        await server.run(received, sent, server.create_initialization_options())


class _WorkerThreads:
    """Runs each call in a thread of its own, until it is done or the caller cancels it."""

    def __init__(self, use_service: UseService, link: Link) -> None:
        self._use_service, self._link = use_service, link

    async def run(self, work: Callable[[Session], R]) -> R:
        cancelled = Event()

        def make_caller(timeout_ms: int | None) -> Caller:
            deadline = inf if timeout_ms is None else monotonic() + timeout_ms / 1000
            return Caller(deadline, cancelled.is_set)

        def answer() -> R:
            with self._use_service() as service:
                return work(Session(service, make_caller, self._link))

        try:
            return await asyncio.to_thread(answer)
        finally:
            # If the call was cancelled the thread goes on, and stops as soon as it asks whether somebody waits.
            cancelled.set()
