"""The table of routes: one line serves a route and describes it in the OpenAPI document.

Still to come, each a view and a line here: writing documents (API.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flask import Response
from pydantic import BaseModel, TypeAdapter

import qa.web.api as api
import qa.web.pages.views as pages
import qa.web.responses as replies
from qa.web.errors.problems import Code
from qa.web.requests.models import (
    AskBody,
    AskQuery,
    BatchBody,
    DocumentQuery,
    FeedbackBody,
    ListQuery,
    NoQuery,
    PageQuery,
    VerifyBody,
)

View: TypeAlias = Callable[..., Response]

BODY = (
    Code.MALFORMED_JSON,
    Code.BODY_TOO_LARGE,
    Code.UNSUPPORTED_MEDIA_TYPE,
    Code.MISSING_FIELD,
    Code.WRONG_TYPE,
    Code.OUT_OF_BOUNDS,
    Code.INVALID_TEXT,
)
QUERY = (Code.MALFORMED_QUERY, Code.UNKNOWN_FIELD, Code.REPEATED_FIELD)
BOUNDS = (Code.WRONG_TYPE, Code.OUT_OF_BOUNDS)
QUESTION = (Code.OUT_OF_BOUNDS, Code.INVALID_TEXT, Code.INVALID_QUESTION)
FILTER = (Code.UNKNOWN_DOCUMENT,)


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. ``reply`` is the schema of a JSON reply or the media type of another.

    ``refuses`` are the codes besides those that every route can give.
    """

    method: Literal["GET", "POST"]
    path: str
    view: View
    reply: TypeAdapter[Any] | str
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    refuses: tuple[Code, ...] = ()

    @property
    def name(self) -> str:
        """Unique; Flask's endpoint and OpenAPI's operationId: ``api.ask``."""
        module = self.view.__module__.removesuffix(".views")
        return f"{module.rsplit('.', 1)[-1]}.{self.view.__name__}"


HTML = "text/html"

ROUTES = (
    Route("POST", "/v1/ask", api.ask, replies.ANSWER, body=AskBody, refuses=(*BODY, *QUERY, *QUESTION, *FILTER)),
    Route(
        "GET", "/v1/ask", api.ask_by_url, replies.ANSWER, AskQuery,
        refuses=(*QUERY, *BOUNDS, *QUESTION, *FILTER, Code.MISSING_FIELD),
    ),
    Route(
        "POST", "/v1/ask/batch", api.ask_batch, replies.ANSWERS, body=BatchBody,
        refuses=(*BODY, *QUERY, *QUESTION, *FILTER),
    ),
    Route("GET", "/v1/documents", api.documents, replies.DOCUMENT_LIST, ListQuery, refuses=(*QUERY, *BOUNDS)),
    Route(
        "GET", "/v1/documents/<path:id>", api.document, replies.DOCUMENT,
        refuses=(*QUERY, Code.DOCUMENT_NOT_FOUND, Code.ROUTE_NOT_FOUND),
    ),
    Route("POST", "/v1/verify", api.verify, replies.VERIFIED, body=VerifyBody, refuses=(*BODY, *QUERY)),
    Route(
        "POST", "/v1/feedback", api.give_feedback, replies.KEPT, body=FeedbackBody,
        refuses=(*BODY, *QUERY, Code.UNKNOWN_PASSAGE, Code.NOT_KEPT),
    ),
    Route(
        "GET", "/v1/feedback", api.feedback, api.LINES,
        refuses=(*QUERY, Code.UNAUTHORIZED, Code.FORBIDDEN, Code.NOT_KEPT),
    ),
    Route("GET", "/v1/index", api.index, replies.INDEX, refuses=QUERY),
    Route("GET", "/healthz", api.alive, replies.ALIVE),
    Route("GET", "/readyz", api.ready, replies.READY, refuses=(Code.NOT_READY,)),
    Route("GET", "/metrics", api.metrics, "text/plain"),
    Route("GET", "/openapi.json", api.openapi, replies.OPENAPI),
    Route("GET", "/docs", pages.docs, HTML),
    Route(
        "GET", "/", pages.ask, HTML, PageQuery,
        refuses=(Code.MALFORMED_QUERY, Code.REPEATED_FIELD, Code.WRONG_TYPE, *QUESTION),
    ),
    Route("POST", "/turn", pages.turn, HTML, body=AskBody, refuses=(*BODY, *QUERY, *QUESTION, *FILTER)),
    Route(
        "GET", "/documents/<path:id>", pages.document, HTML, DocumentQuery,
        refuses=(
            Code.MALFORMED_QUERY, Code.REPEATED_FIELD, *BOUNDS, Code.INVALID_TEXT,
            Code.DOCUMENT_NOT_FOUND, Code.ROUTE_NOT_FOUND,
        ),
    ),
    Route("GET", "/static/<path:name>", pages.static, "text/css", refuses=(Code.ROUTE_NOT_FOUND,)),
)  # fmt: skip
