"""The log of requests: what was asked of which route, how it ended and how long it took.

A line holds the template of the route, never the address, which can hold a question or the name of a document. Who
asked is not in it either.
"""

import logging
from http import HTTPStatus

from flask import Response, g, has_request_context, request

log = logging.getLogger(__name__)

# Any other method is logged and counted as "other": a label must not come from the caller.
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER_METHOD, UNMATCHED, UNREAD = "other", "unmatched", "unread"
# What monitoring asks every few seconds is logged only if it fails.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


def enable_access_log() -> None:
    """Let ``log_request`` write; without this call it writes nothing."""
    log.setLevel(logging.INFO)


def describe_route() -> tuple[str, str]:
    """Return the method of the current request and the template of its route, neither of which a caller can invent."""
    # Each access to ``request`` looks up the one of this thread.
    method, rule = request.method, request.url_rule
    return method if method in METHODS else OTHER_METHOD, rule.rule if rule else UNMATCHED


def note_mode(mode: str) -> None:
    """Remember the mode of the current request, for its line; several are joined by a comma."""
    if has_request_context():
        g.modes = {**g.get("modes", {}), mode: None}


def log_request(response: Response, seconds: float) -> None:
    """Log the current request with its response."""
    if not log.isEnabledFor(logging.INFO):
        return
    method, route = describe_route()
    if route in PROBES and response.status_code < HTTPStatus.BAD_REQUEST:
        return
    has_body = method != "HEAD" and response.status_code not in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
    size = response.content_length if response.is_streamed else response.calculate_content_length()
    fields: dict[str, object] = {
        "request_id": g.request_id,
        "method": method,
        "route": route,
        "status": response.status_code,
        # Unknown for a response that is written while it is sent.
        "bytes": size if has_body else 0,
        "duration_ms": round(seconds * 1000, 2),
    }
    if modes := g.get("modes"):
        fields["mode"] = ",".join(modes)
    log.log(_choose_level(response.status_code), "%s %s %d", method, route, response.status_code, extra=_keep(fields))


def log_unread(request_id: str, status: int, size: int) -> None:
    """Log a request that was refused before its route was known, such as one whose URL is too long."""
    if log.isEnabledFor(logging.INFO):
        fields = {"request_id": request_id, "status": status, "bytes": size}
        log.log(_choose_level(status), "refused before it was read: %d", status, extra=_keep(fields))


def log_refusals(count: int) -> None:
    """Log how many requests were refused since the last line because too many were waiting.

    A line for each would take the time that the refusals are to save.
    """
    if log.isEnabledFor(logging.INFO):
        log.warning("too many requests are waiting, and others were refused", extra=_keep({"refused": count}))


def _choose_level(status: int) -> int:
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return logging.INFO
    return logging.WARNING if status == HTTPStatus.SERVICE_UNAVAILABLE else logging.ERROR


def _keep(fields: dict[str, object]) -> dict[str, object]:
    return {"fields": fields}
