"""What a page of another site may make a visitor's browser do here: open a link, and nothing more.

Against DNS rebinding, where a page points its own name at this machine, the ``Host`` of every request is checked.
Against forged requests, what the browser says about the page that sends them is checked: ``Sec-Fetch-Site``, or
``Origin`` from browsers before 2023, as in Go's ``http.CrossOriginProtection``. Other programs send neither.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Flask, Response, request

from qa.web.errors.problems import Code, ProblemError, format_value

# Names that every system resolves to itself, so that nobody else can own them.
LOOPBACK_NAMES = ("localhost",)
HOST = re.compile(r"(?P<name>[a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
# Probes reach it by any name or none, and it tells nothing.
UNCHECKED_PATH = "/healthz"
# Hosts that are remembered: nearly all requests name the same one.
KNOWN_HOSTS = 64
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What a page of an allowed origin may send and read besides what CORS always allows.
REQUEST_HEADERS = "Authorization, Content-Type, Mcp-Method, Mcp-Name, MCP-Protocol-Version, X-Request-ID"
RESPONSE_HEADERS = "Retry-After, Server-Timing, X-Request-ID"
# How long a browser remembers a preflight, in seconds.
PREFLIGHT_AGE = "600"


def guard_sites(app: Flask, hosts: Collection[str], origins: Collection[str], open_to_all: Collection[str]) -> None:
    """Refuse requests to unknown hosts, and of pages of other sites; ``origins`` are sites that may do everything.

    A host ``.example.org`` stands for all names that end so. An origin is as browsers send it: ``https://example.org``.
    ``open_to_all`` are endpoints that pages of any site may load.
    """
    known = [name.lower() for name in (*LOOPBACK_NAMES, *hosts)]

    def check_site() -> None:
        headers = request.headers
        if request.path != UNCHECKED_PATH:
            check_host(headers.get("Host", ""), known)
        if headers.get("Origin") not in origins and request.endpoint not in open_to_all:
            _check_fetch_metadata()

    def allow_origin(response: Response) -> Response:
        origin = request.headers.get("Origin", "")
        if origins:
            response.vary.add("Origin")
        if origin in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = RESPONSE_HEADERS
            if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
                response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
                response.headers["Access-Control-Allow-Headers"] = REQUEST_HEADERS
                response.headers["Access-Control-Max-Age"] = PREFLIGHT_AGE
        return response

    app.before_request(check_site)
    app.after_request(allow_origin)


def check_host(host: str, known: Collection[str]) -> None:
    """Raise ProblemError if a ``Host`` is neither an IP address nor among the known names, whatever its port."""
    match = HOST.fullmatch(host)
    name = match["name"].lower().removesuffix(".") if match else ""
    # A page can point its name at any machine, but an address leads where it says.
    if not _is_address(name) and not any(
        name == entry or (entry.startswith(".") and name.endswith(entry)) for entry in known
    ):
        detail = f"This server does not know the host {format_value(host)}; its setting hosts can name it."
        raise ProblemError(Code.UNKNOWN_HOST, detail)


@lru_cache(maxsize=KNOWN_HOSTS)
def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _check_fetch_metadata() -> None:
    """Raise ProblemError if a page of another site sends the request, unless it is a link that was followed."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site:
        is_foreign = site not in {"same-origin", "none"}
    else:
        is_foreign = bool(origin) and urlsplit(origin).netloc != request.headers.get("Host")
    is_link = request.method in SAFE_METHODS and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if is_foreign and not is_link:
        detail = f"A page of {format_value(origin or 'another site')} may not ask this; the setting origins allows it."
        raise ProblemError(Code.CROSS_SITE, detail)
