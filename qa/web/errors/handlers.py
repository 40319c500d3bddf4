"""Any exception into a ``Refusal``: what the one error handler and the server itself ask."""

import logging
from http import HTTPStatus

from flask import Response, g, request
from gunicorn.http import errors as transport
from werkzeug.exceptions import HTTPException

from qa.errors import QuestionError
from qa.web.errors.problems import Code, Refusal, respond

log = logging.getLogger(__name__)

# Parsing goes on while the application reads the body, so these can be raised in a view as well.
TRANSPORT = (
    (transport.ConfigurationProblem, Code.INTERNAL_ERROR),
    (transport.LimitRequestLine, Code.URL_TOO_LONG),
    (transport.LimitRequestHeaders, Code.HEADERS_TOO_LARGE),
    (transport.ExpectationFailed, Code.EXPECTATION_FAILED),
    (transport.UnsupportedTransferCoding, Code.UNSUPPORTED_TRANSFER),
    (transport.ParseException, Code.BAD_REQUEST),
)

WORDS = {
    HTTPStatus.NOT_FOUND: (Code.ROUTE_NOT_FOUND, "Nothing is served at {path}; /docs lists every route."),
    HTTPStatus.METHOD_NOT_ALLOWED: (Code.METHOD_NOT_ALLOWED, "{path} does not take {method}; it takes {allow}."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (Code.BODY_TOO_LARGE, "A body has at most {limit:,} bytes; send less."),
}


def refusal(error: BaseException) -> Refusal:
    """What to tell the caller; INTERNAL_ERROR for everything that is nobody's fault but ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, QuestionError):
        return Refusal(Code.INVALID_QUESTION, str(error))
    if isinstance(error, HTTPException):
        return _of_http(error)
    code = next((code for kind, code in TRANSPORT if isinstance(error, kind)), Code.INTERNAL_ERROR)
    if code is Code.INTERNAL_ERROR:
        return Refusal(code, "Something failed on our side; the log has it under this X-Request-ID.")
    return Refusal(code, f"The server cannot read this request: {error}.")


def _of_http(error: HTTPException) -> Refusal:
    headers = dict(error.get_headers())
    kept: dict[str, str] = {name: headers[name] for name in ("Allow", "Retry-After") if name in headers}
    if error.code not in WORDS:
        client = error.code is not None and error.code < HTTPStatus.INTERNAL_SERVER_ERROR
        return Refusal(Code.BAD_REQUEST if client else Code.INTERNAL_ERROR, f"{error.description}", headers=kept)
    code, words = WORDS[HTTPStatus(error.code)]
    allow, limit = kept.get("Allow", ""), request.max_content_length
    return Refusal(code, words.format(path=request.path, method=request.method, allow=allow, limit=limit), headers=kept)


def answer_error(error: Exception) -> Response:
    """The one error handler: whatever a route raises is answered here."""
    refused = refusal(error)
    if refused.code is Code.INTERNAL_ERROR:
        log.error("request %s to %s failed", g.get("request_id"), request.path, exc_info=error)
    return respond(refused)
