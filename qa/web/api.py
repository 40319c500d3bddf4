"""The JSON routes. The first line of a docstring is the summary in OpenAPI."""

import os

from flask import Response, jsonify, send_file
from prometheus_client import CONTENT_TYPE_LATEST

from qa.answer.serialize import answer_json
from qa.collection.catalog import DocumentList
from qa.web.plain_texts import add_plain_texts
from qa.web.requests.caller import current_caller
from qa.web.requests.collections import CollectionQuery
from qa.web.requests.filter_check import check_fields, check_selections
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
from qa.web.requests.parsing import read_body, read_query
from qa.web.responses import (
    Alive,
    CollectionList,
    FeedbackReceipt,
    Ready,
    ReadyCollections,
    dump_json,
    json_response,
)
from qa.web.service import Service

JSON_LINES = "application/x-ndjson"


def ask(service: Service) -> Response:
    """Answer the question in the body."""
    read_query(NoQuery)
    body = read_body(AskBody)
    answer = service.ask(body.to_request(), "filter.document", current_caller(body.timeout_ms))
    return _answer_response(answer_json(add_plain_texts(service, answer) if body.plain else answer))


def ask_by_url(service: Service) -> Response:
    """Answer the question in the URL."""
    query = read_query(AskQuery)
    answer = service.ask(query.to_request(), "document", current_caller(query.timeout_ms))
    return _answer_response(answer_json(answer))


def ask_batch(service: Service) -> Response:
    """Answer up to 256 questions, in order."""
    read_query(NoQuery)
    body = read_body(BatchBody)
    answers = service.ask_many([one.to_request() for one in body.questions], current_caller(body.timeout_ms))
    wanted = zip(answers, body.questions, strict=True)
    found = [answer_json(add_plain_texts(service, one) if asked.plain else one) for one, asked in wanted]
    return _answer_response({"answers": found})


def collections(service: Service) -> Response:
    """List the collections that are served, with what their folders say of themselves."""
    read_query(NoQuery)
    return json_response(CollectionList(service.collections.list_with_problems()))


def documents(service: Service) -> Response:
    """List the indexed documents, all or those of a filter, and count the values of their metadata."""
    query = read_query(ListQuery)
    catalog = service.choose(query.collection).engine.catalog
    chosen = query.to_selection()
    check_selections(catalog, [chosen], ["document"])
    check_fields(catalog, query.facet_fields, "facets")
    listed = tuple(catalog.list_documents(query.offset, query.limit, chosen))
    facets = catalog.count_facets(query.facet_fields, chosen)
    listing = DocumentList(catalog.count_documents(chosen), query.offset, query.limit, listed, facets)
    return json_response(listing)


def document(service: Service, id: str) -> Response:
    """Return a document, or a part of it, with its text and the spans of its passages. The id may hold slashes."""
    query = read_query(RangeQuery)
    return json_response(service.choose(query.collection).get_document(id, query.span))


def verify(service: Service) -> Response:
    """Check a citation: whether a quotation is still in its document, at its place or elsewhere."""
    read_query(NoQuery)
    body = read_body(VerifyBody)
    return json_response(service.choose(body.collection).check_citation(body))


def give_feedback(service: Service) -> Response:
    """Store whether a passage answers a question."""
    read_query(NoQuery)
    body = read_body(FeedbackBody)
    return json_response(FeedbackReceipt(service.choose(body.collection).store_feedback(body), body.verdict))


def feedback(service: Service) -> Response:
    """Export the stored verdicts as judged questions for the evaluation, one JSON object a line."""
    exported = service.choose(read_query(CollectionQuery).collection).export_feedback()
    response = send_file(exported, JSON_LINES)
    response.content_length = os.fstat(exported.fileno()).st_size
    return response


def index(service: Service) -> Response:
    """Return what is being served: generation, counts, model, settings, build time."""
    chosen = service.choose(read_query(CollectionQuery).collection)
    return json_response(chosen.engine.catalog.describe_index())


def alive(service: Service) -> Response:
    """Return that the process answers; asks nothing of the index."""
    return json_response(Alive("alive"))


def ready(service: Service) -> Response:
    """Check that a known question finds its passage through every leg."""
    legs = service.collections.check_readiness()
    found = legs[service.name]
    return json_response(ReadyCollections("ready", found, legs) if len(legs) > 1 else Ready("ready", found))


def metrics(service: Service) -> Response:
    """Return counts and latencies for Prometheus."""
    service.collections.require_all()
    return Response(service.metrics.expose(), content_type=CONTENT_TYPE_LATEST)


def openapi(service: Service) -> Response:
    """Return this description of the API, OpenAPI 3.1."""
    return jsonify(service.openapi)


def _answer_response(value: object) -> Response:
    """Return answers as ``jsonify`` does, in a third of the time. The newline is for terminals."""
    return Response(dump_json(value) + b"\n", content_type="application/json")
