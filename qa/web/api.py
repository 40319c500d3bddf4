"""The routes that speak JSON: each reads, asks and returns."""

import json

from flask import Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

import qa.web.responses as replies
from index.types import Span
from qa.answer.serialize import answer_json
from qa.web.auth import check
from qa.web.feedback import judged, keep
from qa.web.requests.models import AskBody, AskQuery, BatchBody, FeedbackBody, ListQuery, NoQuery, VerifyBody
from qa.web.requests.parsing import read_body, read_query
from qa.web.service import Service

LINES = "application/x-ndjson"


def ask(service: Service) -> Response:
    """Answers the question in the body."""
    read_query(NoQuery)
    answer = service.ask(read_body(AskBody).request(), "filter.document")
    return jsonify(answer_json(answer))


def ask_by_url(service: Service) -> Response:
    """Answers the question in the URL."""
    answer = service.ask(read_query(AskQuery).request(), "document")
    return jsonify(answer_json(answer))


def ask_batch(service: Service) -> Response:
    """Answers up to 256 questions, in their order."""
    read_query(NoQuery)
    answers = service.ask_many([body.request() for body in read_body(BatchBody).questions])
    return jsonify(answers=[answer_json(answer) for answer in answers])


def documents(service: Service) -> Response:
    """Lists what is indexed."""
    part = read_query(ListQuery)
    catalog = service.engine.catalog
    listed = tuple(catalog.documents(part.offset, part.limit))
    listing = replies.DocumentList(catalog.document_count, part.offset, part.limit, listed)
    return replies.reply(replies.DOCUMENT_LIST, listing)


def document(service: Service, id: str) -> Response:
    """Shows one document with its text and where its passages lie. The id may hold slashes."""
    read_query(NoQuery)
    return replies.reply(replies.DOCUMENT, service.document(id))


def verify(service: Service) -> Response:
    """Tells whether a quotation still stands: valid, moved (with the new place) or gone."""
    read_query(NoQuery)
    asked = read_body(VerifyBody)
    return replies.reply(replies.VERIFIED, service.verify(asked.text, Span(asked.start, asked.end), asked.document))


def give_feedback(service: Service) -> Response:
    """Keeps whether a passage answers a question."""
    read_query(NoQuery)
    return replies.reply(replies.KEPT, keep(service, read_body(FeedbackBody)))


def feedback(service: Service) -> Response:
    """Exports what was called right as judged questions for the evaluation, a JSON object a line."""
    read_query(NoQuery)
    check(request.headers.get("Authorization"), service.options.admin_key)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in judged(service))
    return Response("".join(lines), content_type=LINES)


def index(service: Service) -> Response:
    """Tells what is being served: generation, counts, model, settings, when built."""
    read_query(NoQuery)
    return replies.reply(replies.INDEX, service.engine.catalog.info())


def alive(service: Service) -> Response:
    """Tells that the process answers; asks nothing of the index."""
    return replies.reply(replies.ALIVE, replies.Alive("alive"))


def ready(service: Service) -> Response:
    """Tells whether a known question finds its passage through every leg."""
    return replies.reply(replies.READY, replies.Ready("ready", service.legs()))


def metrics(service: Service) -> Response:
    """Counts and latencies for Prometheus."""
    return Response(service.metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


def openapi(service: Service) -> Response:
    """Describes the API as OpenAPI 3.1."""
    return jsonify(service.spec)
