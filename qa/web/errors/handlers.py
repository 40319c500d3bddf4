"""Any exception of a route to a ``ProblemError``."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from index.errors import DamagedGeneration
from qa.errors import QuestionError
from qa.web.access_log import describe_route
from qa.web.errors.formats import find_format
from qa.web.errors.pages import API, HTML_TYPE, prefers_page, render_page
from qa.web.errors.problems import Code, ProblemError
from qa.web.pages.site import Site

log = logging.getLogger(__name__)

# Seconds that a client waits before it asks again a server that is not ready.
RETRY_AFTER_S = 5
# A path is nobody's business but the operator's.
DAMAGE_DETAIL = "A file of the index is damaged or cannot be read; the log names it, and the command that repairs it."
HTTP_DETAILS = {
    HTTPStatus.NOT_FOUND: (Code.ROUTE_NOT_FOUND, "Nothing is served at {path}; /docs lists every route."),
    HTTPStatus.METHOD_NOT_ALLOWED: (Code.METHOD_NOT_ALLOWED, "{path} does not allow {method}; it allows {allow}."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (Code.BODY_TOO_LARGE, "A body has at most {limit:,} bytes; send less."),
}


def handle_exception(error: Exception) -> Response:
    """Return the problem in the form of its path, or its page, for whatever a route raises; log what is our fault."""
    problem, shape = to_problem(error), find_format(request.path)
    if problem.code is Code.INTERNAL_ERROR:
        fields = {"request_id": g.get("request_id")}
        # Not its path, which may hold the name of a document.
        _, route = describe_route()
        log.error("request to %s failed", route, exc_info=error, extra={"fields": fields})
    body, headers = shape.encode_body(problem), dict(shape.list_headers(problem))
    if is_page := prefers_page(request.path, request.headers.get("Accept", "")):
        site: Site = current_app.jinja_env.globals["site"]  # type: ignore[assignment]
        texts = site.choose_messages()
        body = render_page(current_app, problem, f"{request.script_root}/", g.get("request_id", ""), texts)
        headers["Content-Type"] = HTML_TYPE
    response = Response(body, shape.choose_status(problem.code), headers)
    if is_page or not request.path.startswith(API):
        response.vary.add("Accept")
    return response


def handle_damage(record: Callable[[DamagedGeneration], None], error: DamagedGeneration) -> Response:
    """Record damage that a route came upon, and return the problem response for it."""
    record(error)
    return handle_exception(error)


def damage_problem() -> ProblemError:
    """Return the problem for an index of which a file is damaged or cannot be read."""
    return ProblemError(Code.INDEX_DAMAGED, DAMAGE_DETAIL, headers={"Retry-After": str(RETRY_AFTER_S)})


def to_problem(error: BaseException) -> ProblemError:
    """Return the problem to report; INTERNAL_ERROR for everything that is not the caller's fault."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, QuestionError):
        return ProblemError(Code.INVALID_QUESTION, str(error))
    if isinstance(error, DamagedGeneration):
        return damage_problem()
    if isinstance(error, HTTPException):
        return _convert_http_error(error)
    return ProblemError(Code.INTERNAL_ERROR, "An internal error occurred; search the log for this X-Request-ID.")


def _convert_http_error(error: HTTPException) -> ProblemError:
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    if error.code not in HTTP_DETAILS:
        is_client_error = error.code is not None and error.code < HTTPStatus.INTERNAL_SERVER_ERROR
        code = Code.BAD_REQUEST if is_client_error else Code.INTERNAL_ERROR
        return ProblemError(code, f"{error.description}", headers=headers)
    code, template = HTTP_DETAILS[HTTPStatus(error.code)]
    detail = template.format(
        path=request.path, method=request.method, allow=headers.get("Allow", ""), limit=request.max_content_length
    )
    return ProblemError(code, detail, headers=headers)
