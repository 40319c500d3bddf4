"""The routes of the pages of PDF documents. The first line of a docstring is the summary in OpenAPI."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Response, request

from index.types import Span
from qa.errors import OriginalNotFound, PageNotFound, PictureNotFound, TooManyPictures
from qa.web.api import document
from qa.web.errors.handlers import RETRY_AFTER_S
from qa.web.errors.problems import Code, ProblemError, format_value
from qa.web.requests.collections import CollectionQuery
from qa.web.requests.parsing import read_query
from qa.web.requests.spans import PageBoxesQuery
from qa.web.responses import json_response
from qa.web.service import Service

PNG = "image/png"
NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def page(service: Service, id: str, page: str) -> Response:
    """Return a page of a PDF document: its span of the text, its size, and where words of the text are on it."""
    other = _find_other(service, id, f"{id}/pages/{page}")
    if other:
        return other
    query = read_query(PageBoxesQuery)
    chosen = service.choose(query.collection)
    with _explain_problems(chosen, id):
        return json_response(chosen.pages.describe(id, _parse_number(page), query.spans))


def picture(service: Service, id: str, page: str) -> Response:
    """Return the picture of a page of a PDF document."""
    other = _find_other(service, id, f"{id}/pages/{page}.png")
    if other:
        return other
    chosen = service.choose(read_query(CollectionQuery).collection)
    with _explain_problems(chosen, id):
        return Response(chosen.pages.draw(id, _parse_number(page)), content_type=PNG)


def _find_other(service: Service, id: str, whole: str) -> Response | None:
    """Return the document whose id is all of the path, if there is one and none of the first part."""
    catalog = service.choose(request.args.get("collection") or None).engine.catalog
    if catalog.get_text(id) is not None or catalog.get_text(whole) is None:
        return None
    return document(service, whole)


def _parse_number(page: str) -> int:
    if not NUMBER.fullmatch(page):
        raise PageNotFound(f"{format_value(page)} is not the number of a page; pages are numbered from 1")
    return int(page)


@contextmanager
def _explain_problems(service: Service, id: str) -> Iterator[None]:
    """Raise ProblemError for a document that is not indexed, and for what is wrong with its page."""
    service.get_document(id, Span(0, 0))
    name = f"document {format_value(id)}"
    try:
        yield
    except PageNotFound as error:
        raise ProblemError(Code.PAGE_NOT_FOUND, f"The {name} has no such page: {error}.") from error
    except OriginalNotFound as error:
        raise ProblemError(Code.ORIGINAL_NOT_FOUND, f"The {name} has no original: {error}.") from error
    except PictureNotFound as error:
        raise ProblemError(Code.PICTURE_NOT_FOUND, f"A page of the {name} cannot be drawn: {error}.") from error
    except TooManyPictures as error:
        detail = "Other pages are being drawn; try again in a moment."
        raise ProblemError(Code.OVERLOADED, detail, headers={"Retry-After": str(RETRY_AFTER_S)}) from error
