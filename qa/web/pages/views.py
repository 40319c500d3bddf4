"""The pages: HTML that needs no script. What they show is the very ``Answer`` that the API returns."""

from flask import Response, make_response, render_template, send_from_directory

from qa.answer import wording as phrases
from qa.answer.highlight import pieces
from qa.web.errors.problems import Code
from qa.web.pages.document_view import opened
from qa.web.pages.turn_view import exchange
from qa.web.requests.models import AskBody, DocumentQuery, NoQuery, PageQuery
from qa.web.requests.parsing import read_body, read_query
from qa.web.service import Service

SHOWN_DOCUMENTS = 8


def ask(service: Service) -> Response:
    """The chat page; with ``q`` it begins with that question and its answer, without a script as well."""
    asked = read_query(PageQuery)
    if asked.q:
        request = asked.request()
        begun = exchange(service, request, service.ask(request, "q"))
        page = render_template("ask.html", exchange=begun, phrases=phrases, pieces=pieces)
    else:
        catalog = service.engine.catalog
        known = catalog.documents(0, SHOWN_DOCUMENTS)
        page = render_template("ask.html", index=catalog.info(), documents=known, hints=service.hints.first())
    return make_response(page)


def turn(service: Service) -> Response:
    """One question and its answer as a piece of the chat page, which its script puts in its place."""
    read_query(NoQuery)
    request = read_body(AskBody).request()
    answered = exchange(service, request, service.ask(request, "filter.document"))
    return make_response(render_template("turn.html", exchange=answered, phrases=phrases, pieces=pieces))


def document(service: Service, id: str) -> Response:
    """One document with what is to be marked in it; a passage has an anchor (``#p1900-2300``)."""
    query = read_query(DocumentQuery)
    view = service.document(id)
    return make_response(render_template("document.html", opened=opened(view, query.places, query.quote)))


def docs(service: Service) -> Response:
    """The OpenAPI document for the eye, and what each code of an error means."""
    return make_response(render_template("docs.html", spec=service.spec, codes=Code))


def static(service: Service, name: str) -> Response:
    """A file of the page itself."""
    return send_from_directory("pages/static", name)
