"""One request of HTTP to the server of the protocol: streamable HTTP without sessions, answered by JSON.

The official handler is an application of ASGI, the web server one of WSGI with a thread for each request. So the thread
runs an event loop for the time of its request. Nothing outlives the request, and what it asks runs in its own thread,
like every other route.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from qa.mcp.protocol import build_server
from qa.mcp.session import Session

R = TypeVar("R")

# It tells of the beginning and the end of every request.
logging.getLogger("mcp.server.streamable_http_manager").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What the protocol looks at in a request."""

    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What the protocol responds."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpEndpoint:
    """Answers requests of HTTP. Thread-safe."""

    def __init__(self, open_session: Callable[[], Session]) -> None:
        """Build the server once; ``open_session`` is called in each request, in its thread and context."""
        self._server = build_server(_RequestThread(open_session))

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the response to a request, in this thread."""
        return asyncio.run(_exchange(self._server, request))


class _RequestThread:
    """Runs calls where they arrive: the thread has nothing else to do."""

    def __init__(self, open_session: Callable[[], Session]) -> None:
        self._open_session = open_session

    async def run(self, work: Callable[[Session], R]) -> R:
        return work(self._open_session())


async def _exchange(server: Server[Any], request: HttpRequest) -> HttpResponse:
    sent: list[MutableMapping[str, Any]] = []
    received = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if received:
            return received.pop()
        # Whether the client has left is known to the service, which stops the work.
        return await asyncio.Future()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    # Host and origin were checked before, as for every route. A manager serves one event loop, and so one request.
    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(_build_scope(request), receive, send)
    start, *parts = sent
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return HttpResponse(start["status"], headers, b"".join(part.get("body", b"") for part in parts))


def _build_scope(request: HttpRequest) -> dict[str, Any]:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "query_string": b"",
        "headers": headers,
    }
