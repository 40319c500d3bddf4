"""The HTML pages, which work without JavaScript. They show the same ``Answer`` that the API returns.

The first line of a docstring is the summary in OpenAPI.
"""

from collections.abc import Sequence
from glob import escape

from flask import Response, make_response, render_template, request
from werkzeug.exceptions import NotFound

from qa.answer import wording
from qa.answer.highlight import split_at_marks
from qa.collection.catalog import Catalog
from qa.types import Answer, Request
from qa.web.caching import FOREVER, REVALIDATE
from qa.web.errors.problems import Code
from qa.web.pages.collection_chooser import build_chooser, is_searched
from qa.web.pages.composer import allow_microphone, build_composer
from qa.web.pages.document_facts import describe_document
from qa.web.pages.document_view import build_document_view, build_outline
from qa.web.pages.filter_view import build_filter_view
from qa.web.pages.original_pages import list_original_pages
from qa.web.pages.static_files import load_static_files
from qa.web.pages.turn_view import build_turn_view
from qa.web.requests.caller import current_caller
from qa.web.requests.models import AskBody, NoQuery
from qa.web.requests.page_models import DocumentQuery, FollowUpsQuery, PageQuery
from qa.web.requests.parsing import read_body, read_query
from qa.web.service import Service

# The welcome page names some documents to show what the collection is about; the library lists all.
MAX_DOCUMENTS_SHOWN = 3


def ask(service: Service) -> Response:
    """Show the chat page; with ``q`` it starts with that question and its answer, without JavaScript too."""
    query = read_query(PageQuery)
    if query.q:
        question = query.to_request()
        return _render_turn("ask.html", service, question, service.ask(question, "document", current_caller()))
    chooser = build_chooser(service, query.names)
    chosen = service.choose(chooser.only)
    catalog = chosen.engine.catalog
    page = render_template(
        "ask.html",
        index=catalog.describe_index(),
        documents=catalog.list_documents(0, MAX_DOCUMENTS_SHOWN),
        suggestions=chosen.suggestions.for_welcome() if chooser.only or not chooser.choices else (),
        filter=build_filter_view(_list_catalogs(service, query.names), query.to_selection()),
        chooser=chooser,
        stated=catalog.collection,
        composer=build_composer(service),
        summary=service.collections.summarize(chosen.name),
    )
    return _finish_page(service, page)


def turn(service: Service) -> Response:
    """Return one question and its answer as a fragment of the chat page, for its script to insert."""
    read_query(NoQuery)
    body = read_body(AskBody)
    question = body.to_request()
    answer = service.ask(question, "filter.document", current_caller(body.timeout_ms))
    return _render_turn("turn.html", service, question, answer)


def follow_ups(service: Service) -> Response:
    """Return questions that go on from an answer, as a fragment of the chat page; empty if there are none."""
    query = read_query(FollowUpsQuery)
    chosen = service.choose(query.collection)
    # While questions are refused, nothing is computed that nobody has asked.
    found = () if service.is_overloaded() else chosen.suggestions.after_answer(query.document, query.place)
    shown = {"suggestions": found, "collection": query.collection, "title": "answer.follow_up"}
    return make_response(render_template("suggestions.html", **shown))


def document(service: Service, id: str) -> Response:
    """Show one document with spans marked; a passage has an anchor (``#p1900-2300``)."""
    query = read_query(DocumentQuery)
    service = service.choose(query.collection)
    renderer = None if query.view == "source" else service.renderer
    view = build_document_view(service.get_document(id), query.spans, query.quote, renderer)
    has_source = bool(view.html) or (query.view == "source" and service.renderer.can_render(id))
    has_original = service.engine.catalog.originals.has(id)
    catalog = service.engine.catalog
    shown = {"view": view, "query": query, "has_source": has_source, "has_original": has_original}
    shown["outline"] = build_outline(view.document, catalog.get_headings(id))
    shown["facts"], shown["pattern"] = describe_document(view.document.info), escape(id)
    shown["pages"] = list_original_pages(service.pages, view, query.collection)
    return make_response(render_template("document.html", **shown))


def shared(service: Service) -> Response:
    """Show a question and an answer that somebody shares; they are in the fragment, which no server is sent."""
    return make_response(render_template("shared.html"))


def docs(service: Service) -> Response:
    """Show the OpenAPI document and the meaning of each error code."""
    return make_response(render_template("docs.html", spec=service.openapi, codes=Code))


def static(service: Service, name: str) -> Response:
    """Return a file that the pages load; under an address with its version, ``?v=``, it never changes."""
    file = load_static_files(service.options.site.theme).get(name)
    if file is None:
        raise NotFound
    response = Response(file.content, content_type=file.media_type)
    response.set_etag(file.version, weak=True)
    response.headers["Cache-Control"] = FOREVER if request.args.get("v") == file.version else REVALIDATE
    return response


def _render_turn(template: str, service: Service, request: Request, answer: Answer) -> Response:
    view, tools = build_turn_view(service, request, answer), {"wording": wording, "split_at_marks": split_at_marks}
    # A fragment has no form.
    if template != "ask.html":
        return make_response(render_template(template, turn=view, **tools))
    control = build_filter_view(_list_catalogs(service, request.collections), request.selection)
    shown = {
        "filter": control,
        "chooser": build_chooser(service, request.collections),
        "composer": build_composer(service),
    }
    return _finish_page(service, render_template(template, turn=view, **shown, **tools))


def _finish_page(service: Service, page: str) -> Response:
    response = make_response(page)
    return allow_microphone(response) if service.options.site.speech else response


def _list_catalogs(service: Service, names: Sequence[str]) -> list[Catalog]:
    """Return the catalogs of the collections that are searched."""
    return [one.engine.catalog for one in service.collections if is_searched(one.name, names)]
