"""The table of routes: one entry serves a route and describes it in the OpenAPI document."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from flask import Response
from pydantic import BaseModel

import qa.web.admin.actions as actions
import qa.web.admin.views as admin
import qa.web.api as api
import qa.web.chat.views as chat
import qa.web.documents.generations as generations
import qa.web.documents.originals as originals
import qa.web.documents.pictures as pictures
import qa.web.documents.views as documents
import qa.web.pages.composer as composer
import qa.web.pages.library as library
import qa.web.pages.sign_in as sign_in
import qa.web.pages.views as pages
import qa.web.pages.widget as widget
from index.writes.jobs import Job
from qa.collection.catalog import DocumentContent, DocumentList, IndexInfo
from qa.collection.citations import CitationCheck
from qa.collection.page_pictures import PageContent
from qa.types import Answer
from qa.web.access.keys import Scope
from qa.web.admin.models import AdminQuery, DocumentsQuery, FeedbackQuery, IdQuery
from qa.web.chat.models import ChatBody
from qa.web.chat.responses import ChatCompletion, Model, ModelList
from qa.web.documents.bulk import MULTIPART
from qa.web.documents.models import DocumentBody, GenerationList, JobList, JobsQuery, RollbackQuery, Updates
from qa.web.documents.uploads import EXTENSIONS
from qa.web.errors.problems import Code
from qa.web.requests.collections import CollectionQuery
from qa.web.requests.models import (
    AskBody,
    AskQuery,
    BatchBody,
    FeedbackBody,
    ListQuery,
    NoQuery,
    RangeQuery,
    VerifyBody,
)
from qa.web.requests.page_models import (
    CompletionQuery,
    DocumentQuery,
    FollowUpsQuery,
    LibraryQuery,
    PageQuery,
    SignInQuery,
    WidgetQuery,
)
from qa.web.requests.parsing import FORM
from qa.web.requests.spans import PageBoxesQuery
from qa.web.responses import (
    Alive,
    Answers,
    CollectionList,
    FeedbackReceipt,
    Ready,
    ReadyCollections,
)

View: TypeAlias = Callable[..., Response]

# Groups of problems by the part of a request that causes them.
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
QUESTION = (Code.OUT_OF_BOUNDS, Code.INVALID_TEXT, Code.INVALID_QUESTION, Code.DEADLINE_EXCEEDED)
# Of a query of a page, which may have other parameters, too.
PAGE_QUERY = (Code.MALFORMED_QUERY, Code.REPEATED_FIELD, *BOUNDS, Code.INVALID_TEXT)
SIGN_IN = (*PAGE_QUERY, Code.NOT_READY)
WRITING = (*QUERY, Code.INVALID_TEXT, Code.OUT_OF_BOUNDS, Code.UNKNOWN_COLLECTION, Code.NOT_STORED)
FILTER = (Code.UNKNOWN_DOCUMENT, Code.UNKNOWN_COLLECTION)
# Of a query that names one collection.
COLLECTION = (*QUERY, *BOUNDS, Code.INVALID_TEXT, Code.UNKNOWN_COLLECTION)
FORM_BODY = (Code.BODY_TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE, Code.MISSING_FIELD)
ADMIN = (*PAGE_QUERY, Code.UNKNOWN_COLLECTION, Code.NOT_KEPT, Code.NOT_STORED)
PAGE = (
    Code.DOCUMENT_NOT_FOUND, Code.ORIGINAL_NOT_FOUND, Code.PAGE_NOT_FOUND, Code.PICTURE_NOT_FOUND, Code.ROUTE_NOT_FOUND,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. ``response`` is the type of a JSON body, or a tuple of the media types of another body.

    ``other_bodies`` and ``other_responses`` are media types of bodies that have no model; ``problems`` are the codes
    besides those that every route can return.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    view: View
    response: Any
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    other_bodies: tuple[str, ...] = ()
    other_responses: tuple[str, ...] = ()
    status: int = 200
    problems: tuple[Code, ...] = ()
    # What the caller's key must allow; None: nothing. Asking needs a key on some servers only.
    scope: Scope | None = Scope.ASK
    # Whether pages of any other site may load it, as a script; it must show nothing of the documents.
    for_other_sites: bool = False

    @property
    def name(self) -> str:
        """Unique name, such as ``api.ask``: the endpoint of Flask and the operationId of OpenAPI."""
        module = self.view.__module__.removesuffix(".views")
        return f"{module.rsplit('.', 1)[-1]}.{self.view.__name__}"

    @property
    def is_page(self) -> bool:
        """True if people open it in a browser, which is led to the form for signing in if that is needed."""
        return self.method == "GET" and self.response == HTML


HTML = ("text/html",)

ROUTES = (
    Route("POST", "/v1/ask", api.ask, Answer, body=AskBody, problems=(*BODY, *QUERY, *QUESTION, *FILTER)),
    Route(
        "GET", "/v1/ask", api.ask_by_url, Answer, AskQuery,
        problems=(*QUERY, *BOUNDS, *QUESTION, *FILTER, Code.MISSING_FIELD),
    ),
    Route(
        "POST", "/v1/ask/batch", api.ask_batch, Answers, body=BatchBody,
        problems=(*BODY, *QUERY, *QUESTION, *FILTER),
    ),
    Route(
        "POST", "/v1/chat/completions", chat.complete, ChatCompletion, body=ChatBody,
        other_responses=(chat.EVENT_STREAM,), problems=(*BODY, *QUERY, *QUESTION, Code.MODEL_NOT_FOUND),
    ),
    Route("GET", "/v1/models", chat.models, ModelList, problems=QUERY),
    Route("GET", "/v1/models/<id>", chat.model, Model, problems=(*QUERY, Code.MODEL_NOT_FOUND)),
    Route("GET", "/v1/collections", api.collections, CollectionList, problems=QUERY),
    Route(
        "GET", "/v1/documents", api.documents, DocumentList, ListQuery,
        problems=(*QUERY, *BOUNDS, *FILTER, Code.INVALID_TEXT),
    ),
    Route(
        "GET", "/v1/documents/<path:id>", api.document, DocumentContent, RangeQuery,
        problems=(*COLLECTION, Code.DOCUMENT_NOT_FOUND, Code.ROUTE_NOT_FOUND),
    ),
    Route(
        "GET", "/v1/documents/<path:id>/original", originals.original, originals.MEDIA_TYPES, CollectionQuery,
        problems=(*COLLECTION, Code.DOCUMENT_NOT_FOUND, Code.ORIGINAL_NOT_FOUND, Code.ROUTE_NOT_FOUND),
    ),
    Route(
        "GET", "/v1/documents/<path:id>/pages/<page>", pictures.page, PageContent, PageBoxesQuery,
        problems=(*COLLECTION, *PAGE),
    ),
    Route(
        "GET", "/v1/documents/<path:id>/pages/<page>.png", pictures.picture, ("image/png",), CollectionQuery,
        problems=(*COLLECTION, *PAGE),
    ),
    Route(
        "PUT", "/v1/documents/<path:id>", documents.put, Job, CollectionQuery, DocumentBody, (*EXTENSIONS, "*/*"),
        status=202, problems=(*BODY, *WRITING, Code.PRECONDITION_FAILED, Code.ROUTE_NOT_FOUND), scope=Scope.WRITE,
    ),
    Route(
        "DELETE", "/v1/documents/<path:id>", documents.delete, Job, CollectionQuery, status=202, scope=Scope.WRITE,
        problems=(*WRITING, Code.PRECONDITION_FAILED, Code.DOCUMENT_NOT_FOUND, Code.ROUTE_NOT_FOUND),
    ),
    Route(
        "POST", "/v1/documents", documents.post, Job, CollectionQuery,
        other_bodies=("application/x-ndjson", "multipart/form-data"), status=202,
        problems=(*BODY, *WRITING, Code.INVALID_LINE), scope=Scope.WRITE,
    ),
    Route(
        "GET", "/v1/updates", documents.updates, Updates, CollectionQuery, problems=(*COLLECTION, Code.NOT_STORED)
    ),
    Route(
        "GET", "/v1/jobs", documents.jobs, JobList, JobsQuery, problems=(*COLLECTION, Code.NOT_STORED),
        scope=Scope.WRITE,
    ),
    Route(
        "GET", "/v1/jobs/<id>", documents.job, Job, CollectionQuery,
        problems=(*COLLECTION, Code.JOB_NOT_FOUND, Code.NOT_STORED), scope=Scope.WRITE,
    ),
    Route(
        "POST", "/v1/jobs/<id>/publish", documents.publish, Job, CollectionQuery,
        problems=(*COLLECTION, Code.JOB_NOT_FOUND, Code.NOT_HELD, Code.NOT_STORED), scope=Scope.ADMIN,
    ),
    Route(
        "GET", "/v1/generations", generations.generations, GenerationList, CollectionQuery, scope=Scope.ADMIN,
        problems=(*COLLECTION, Code.NOT_HELD, Code.NOT_STORED),
    ),
    Route(
        "POST", "/v1/rollback", generations.roll_back, GenerationList, RollbackQuery, scope=Scope.ADMIN,
        problems=(*COLLECTION, Code.NOT_HELD, Code.NOT_STORED),
    ),
    Route(
        "POST", "/v1/rebuild", generations.rebuild, Job, CollectionQuery, status=202, scope=Scope.ADMIN,
        problems=(*COLLECTION, Code.NOT_HELD, Code.NOT_STORED),
    ),
    Route(
        "POST", "/v1/verify", api.verify, CitationCheck, body=VerifyBody,
        problems=(*BODY, *QUERY, Code.UNKNOWN_COLLECTION),
    ),
    Route(
        "POST", "/v1/feedback", api.give_feedback, FeedbackReceipt, body=FeedbackBody,
        problems=(*BODY, *QUERY, Code.UNKNOWN_COLLECTION, Code.UNKNOWN_PASSAGE, Code.RATE_LIMITED, Code.NOT_KEPT),
    ),
    Route(
        "GET", "/v1/feedback", api.feedback, (api.JSON_LINES,), CollectionQuery,
        problems=(*COLLECTION, Code.NOT_KEPT), scope=Scope.ADMIN,
    ),
    Route("GET", "/v1/index", api.index, IndexInfo, CollectionQuery, problems=COLLECTION),
    Route("GET", "/healthz", api.alive, Alive, scope=None),
    Route("GET", "/readyz", api.ready, Ready | ReadyCollections, problems=(Code.NOT_READY,), scope=None),
    Route("GET", "/metrics", api.metrics, ("text/plain",)),
    Route("GET", "/openapi.json", api.openapi, dict[str, Any], scope=None),
    Route("GET", "/docs", pages.docs, HTML, scope=None),
    Route("GET", "/sign-in", sign_in.show, HTML, SignInQuery, problems=SIGN_IN, scope=None),
    Route(
        "POST", "/sign-in", sign_in.enter, HTML, SignInQuery, other_bodies=(FORM,), status=303, scope=None,
        problems=(*SIGN_IN, Code.BODY_TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE, Code.MISSING_FIELD),
    ),
    Route("POST", "/sign-out", sign_in.leave, HTML, SignInQuery, status=303, problems=SIGN_IN, scope=None),
    Route(
        "GET", "/", pages.ask, HTML, PageQuery,
        problems=(Code.MALFORMED_QUERY, Code.REPEATED_FIELD, Code.WRONG_TYPE, *QUESTION, Code.UNKNOWN_COLLECTION),
    ),
    Route("GET", "/shared", pages.shared, HTML, scope=None),
    Route(
        "GET", "/completions", composer.complete, composer.Completions, CompletionQuery,
        problems=(*PAGE_QUERY, Code.UNKNOWN_COLLECTION),
    ),
    Route("GET", "/admin", admin.overview, HTML, AdminQuery, problems=ADMIN, scope=Scope.ADMIN),
    Route("GET", "/admin/feedback", admin.feedback, HTML, FeedbackQuery, problems=ADMIN, scope=Scope.ADMIN),
    Route("GET", "/admin/questions", admin.questions, HTML, AdminQuery, problems=ADMIN, scope=Scope.ADMIN),
    Route("GET", "/admin/documents", admin.documents, HTML, DocumentsQuery, problems=ADMIN, scope=Scope.ADMIN),
    Route(
        "GET", "/admin/documents/remove", admin.confirm_removal, HTML, IdQuery, scope=Scope.ADMIN,
        problems=(*ADMIN, Code.MISSING_FIELD, Code.DOCUMENT_NOT_FOUND),
    ),
    Route("GET", "/admin/builds", admin.builds, HTML, AdminQuery, problems=ADMIN, scope=Scope.ADMIN),
    Route(
        "POST", "/admin/documents", actions.upload, HTML, AdminQuery, other_bodies=(MULTIPART,), status=303,
        problems=(*BODY, *ADMIN), scope=Scope.ADMIN,
    ),
    Route(
        "POST", "/admin/documents/replace", actions.replace, HTML, IdQuery, other_bodies=(MULTIPART,), status=303,
        problems=(*BODY, *ADMIN), scope=Scope.ADMIN,
    ),
    Route(
        "POST", "/admin/documents/remove", actions.remove, HTML, IdQuery, status=303, scope=Scope.ADMIN,
        problems=(*ADMIN, Code.MISSING_FIELD, Code.DOCUMENT_NOT_FOUND),
    ),
    Route(
        "POST", "/admin/builds/publish", actions.publish, HTML, AdminQuery, other_bodies=(FORM,), status=303,
        problems=(*ADMIN, *FORM_BODY, Code.JOB_NOT_FOUND, Code.NOT_HELD), scope=Scope.ADMIN,
    ),
    Route(
        "POST", "/admin/builds/roll-back", actions.roll_back, HTML, AdminQuery, other_bodies=(FORM,), status=303,
        problems=(*ADMIN, *FORM_BODY, Code.NOT_HELD), scope=Scope.ADMIN,
    ),
    Route(
        "POST", "/admin/builds/rebuild", actions.rebuild, HTML, AdminQuery, status=303, scope=Scope.ADMIN,
        problems=(*ADMIN, Code.NOT_HELD),
    ),
    Route("POST", "/turn", pages.turn, HTML, body=AskBody, problems=(*BODY, *QUERY, *QUESTION, *FILTER)),
    Route(
        "GET", "/follow-ups", pages.follow_ups, HTML, FollowUpsQuery,
        problems=(*PAGE_QUERY, Code.MISSING_FIELD, Code.UNKNOWN_COLLECTION),
    ),
    Route("GET", "/documents", library.show, HTML, LibraryQuery, problems=(*PAGE_QUERY, *FILTER)),
    Route(
        "GET", "/documents/<path:id>", pages.document, HTML, DocumentQuery,
        problems=(*PAGE_QUERY, Code.UNKNOWN_COLLECTION, Code.DOCUMENT_NOT_FOUND, Code.ROUTE_NOT_FOUND),
    ),
    Route(
        "GET", "/static/<path:name>", pages.static, ("text/css", "text/javascript", "image/svg+xml"),
        problems=(Code.ROUTE_NOT_FOUND,), scope=None,
    ),
    Route(
        "GET", "/widget.js", widget.script, ("text/javascript",), WidgetQuery,
        problems=PAGE_QUERY, scope=None, for_other_sites=True,
    ),
)  # fmt: skip
