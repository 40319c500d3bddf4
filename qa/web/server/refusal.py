"""Refuse a question that arrives whole, from a look at its bytes.

While too many ask, most requests are refused. To parse them first takes the event loop twice as long, in which the
questions that are computed wait for the interpreter lock. What does not look exactly as expected is parsed.
"""

import re
from time import time

from waitress.utilities import build_http_date

from qa.types import Mode
from qa.web.caching import NEVER
from qa.web.errors.formats import ErrorFormat, find_format
from qa.web.errors.problems import ProblemError
from qa.web.metrics import choose_request_id, format_server_timing
from qa.web.security import HEADERS
from qa.web.server.request_parser import MAX_HEADER_BYTES, MAX_HEADERS, guess_mode

# A line without control characters, so that no other program sees other lines.
HEAD = re.compile(
    rb"POST (?:/v1/ask|/v1/ask/batch|/v1/chat/completions|/turn) HTTP/1\.1\r\n"
    rb"((?:[A-Za-z0-9-]+:[\t\x20-\x7e]*\r\n)+)\r\n"
)
# Headers that say where the request ends, who it is for, or what becomes of the connection.
FRAMING = re.compile(rb"(?im)^(host|content-length|transfer-encoding|expect|connection|upgrade|te):[ \t]*(.*)\r$")
EXPECTED = frozenset({b"host", b"content-length", b"connection"})
KEPT = frozenset({b"", b"keep-alive"})


def find_question(data: bytes) -> Mode | None:
    """Return the mode of a question if ``data`` is certainly one whole request, after which the connection is kept."""
    head = HEAD.match(data)
    if not head or len(head[1]) > MAX_HEADER_BYTES or head[1].count(b"\n") > MAX_HEADERS:
        return None
    framing = [(name.lower(), value) for name, value in FRAMING.findall(head[1])]
    values = dict(framing)
    is_plain = len(values) == len(framing) and values.keys() <= EXPECTED and b"host" in values
    if not is_plain or values.get(b"connection", b"").strip().lower() not in KEPT:
        return None
    if values.get(b"content-length", b"").strip() != b"%d" % (len(data) - head.end()):
        return None
    return guess_mode(data[head.end() :])


def list_headers(problem: ProblemError, shape: ErrorFormat) -> dict[str, str]:
    """Return the headers of the response to a request that never reaches the application."""
    return {
        "X-Request-ID": choose_request_id(None),
        "Server-Timing": format_server_timing(0.0),
        "Cache-Control": NEVER,
        **HEADERS,
        **shape.list_headers(problem),
    }


def render_refusal(problem: ProblemError, server_name: str, data: bytes) -> bytes:
    """Return a whole response to the question in ``data``, after which the connection is kept."""
    shape = find_format(data.split(b" ", 2)[1].decode("ascii"))
    body = shape.encode_body(problem)
    headers = {
        **list_headers(problem, shape),
        "Content-Length": str(len(body)),
        "Date": build_http_date(time()),
        "Server": server_name,
    }
    lines = [f"HTTP/1.1 {shape.format_status(problem)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
