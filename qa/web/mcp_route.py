"""``POST /mcp``: the Model Context Protocol over HTTP, with the checks and limits of every other route.

It is not in the table of routes, because it is described by the protocol itself and not by the OpenAPI document.
"""

import json
from functools import cached_property, partial
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from qa.mcp.library import LibraryMissing, require_library
from qa.mcp.links import link_to_page
from qa.web.errors.problems import MEDIA_TYPE, Code, ProblemError
from qa.web.requests.caller import current_caller
from qa.web.requests.parsing import require_json
from qa.web.service import Service

if TYPE_CHECKING:
    from qa.mcp.http import HttpEndpoint
    from qa.mcp.session import Session

PATH = "/mcp"
ENDPOINT = "mcp.post"
# JSON-RPC: -32000 to -32099 are for the server to define. The code of the problem says more.
REFUSED = -32000


def add_mcp(app: Flask, service: Service) -> None:
    """Serve the protocol. GET and DELETE are refused (405), as by every server without streams and sessions."""
    app.add_url_rule(PATH, ENDPOINT, _McpView(service).answer, methods=["POST"])
    app.after_request(_translate_problem)


class _McpView:
    """Answers requests; the library is loaded by the first one, because most servers get none."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def answer(self) -> Response:
        """Answer a request of the protocol."""
        endpoint = self._endpoint
        # Here, so that a key for what is not served is refused as on every other route.
        g.service = self._service.narrow(g.key)
        require_json()
        from qa.mcp.http import HttpRequest

        asked = HttpRequest(request.method, PATH, [*request.headers], request.get_data(cache=False))
        answered = endpoint.answer(asked)
        return Response(answered.body, answered.status, answered.headers)

    @cached_property
    def _endpoint(self) -> "HttpEndpoint":
        try:
            require_library()
        except LibraryMissing as error:
            detail = f"Nothing is served at {PATH} without a library: {error}."
            raise ProblemError(Code.ROUTE_NOT_FOUND, detail) from error
        from qa.mcp.http import HttpEndpoint

        return HttpEndpoint(self._open_session)

    def _open_session(self) -> "Session":
        # Late, too: it is built on the package of this module, which would import itself.
        from qa.mcp.session import Session

        return Session(g.service, current_caller, partial(link_to_page, request.url_root))


def _translate_problem(response: Response) -> Response:
    """Return a problem as the error of JSON-RPC that clients of the protocol read; the problem is its data."""
    if request.path == PATH and request.method == "POST" and response.mimetype == MEDIA_TYPE:
        problem = json.loads(response.get_data())
        error = {"code": REFUSED, "message": problem["detail"], "data": problem}
        response.set_data(json.dumps({"jsonrpc": "2.0", "id": None, "error": error}))
        response.mimetype = "application/json"
    return response
