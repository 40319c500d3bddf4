"""Who waits for the response to the current request."""

from math import inf
from time import monotonic

from flask import request

from qa.tracing import read_context
from qa.web.engine.callers import Caller

# Set by the server: a function that tells whether the client has closed its connection.
CLIENT_LEFT = "waitress.client_disconnected"


def current_caller(timeout_ms: int | None = None) -> Caller:
    """Return the client of the current request, who waits for ``timeout_ms`` from now, or as long as it takes."""
    deadline = inf if timeout_ms is None else monotonic() + timeout_ms / 1000
    return Caller(deadline, request.environ.get(CLIENT_LEFT, Caller().has_left), read_context())
