"""Answer a liveness check that arrives whole, from a look at its bytes, in the event loop.

A thread would wait for the interpreter lock once to start, and again after each step of the application, behind the
threads that compute; while many ask, that adds up. What does not look exactly as expected is parsed, and answered by
the application in the same words.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from time import time

from waitress.utilities import build_http_date

from qa.web.caching import NEVER
from qa.web.metrics import choose_request_id, format_server_timing
from qa.web.responses import Alive, json_response
from qa.web.security import HEADERS
from qa.web.server.request_parser import MAX_HEADER_BYTES, MAX_HEADERS

LIVENESS_PATH = "/healthz"
# A line without control characters, so that no other program sees other lines.
HEAD = re.compile(rb"GET /healthz HTTP/1\.1\r\n((?:[A-Za-z0-9-]+:[\t\x20-\x7e]*\r\n)+)\r\n")
LINE = re.compile(rb"(?m)^([A-Za-z0-9-]+):[ \t]*(.*?)[ \t]*\r$")
# What probes send. Of these only Connection changes the response.
PLAIN = frozenset({b"host", b"user-agent", b"accept", b"accept-encoding", b"accept-language", b"connection"})
KEPT, CLOSED = frozenset({b"", b"keep-alive"}), b"close"


@dataclass(frozen=True, slots=True)
class LivenessCheck:
    """A liveness check; ``closes`` says whether its client wants the connection to end."""

    closes: bool


def find_check(data: bytes) -> LivenessCheck | None:
    """Return the check if ``data`` is certainly one whole liveness check without anything unusual."""
    head = HEAD.fullmatch(data)
    if not head or len(head[1]) > MAX_HEADER_BYTES or head[1].count(b"\n") > MAX_HEADERS:
        return None
    lines = [(name.lower(), value) for name, value in LINE.findall(head[1])]
    values = dict(lines)
    if len(values) != len(lines) or not values.keys() <= PLAIN or not values.get(b"host"):
        return None
    connection = values.get(b"connection", b"").lower()
    return LivenessCheck(connection == CLOSED) if connection == CLOSED or connection in KEPT else None


def render_alive(check: LivenessCheck, server_name: str, varies: bool) -> bytes:
    """Return the whole response; ``varies`` says whether pages of some origins may read it and those of others not."""
    alive = json_response(Alive("alive"))
    body = alive.get_data()
    headers = {
        "Content-Type": alive.content_type,
        "Content-Length": str(len(body)),
        **({"Vary": "Origin"} if varies else {}),
        **({"Connection": "close"} if check.closes else {}),
        "Cache-Control": NEVER,
        **HEADERS,
        "X-Request-ID": choose_request_id(None),
        "Server-Timing": format_server_timing(0.0),
        "Date": build_http_date(time()),
        "Server": server_name,
    }
    status = HTTPStatus.OK
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
