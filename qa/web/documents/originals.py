"""The route of the file that a document was read from. The first line of a docstring is the summary in OpenAPI."""

from contextlib import suppress
from pathlib import PurePath

from flask import Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from qa.collection.originals import Original
from qa.errors import OriginalNotFound
from qa.web.api import document
from qa.web.caching import PRIVATE
from qa.web.errors.problems import Code, ProblemError, format_value
from qa.web.requests.collections import CollectionQuery
from qa.web.requests.parsing import read_query
from qa.web.service import Service

PDF, PLAIN_TEXT, OTHER = "application/pdf", "text/plain", "application/octet-stream"
# What a browser shows and does not run. Everything else is saved, as a file of no type that it could open itself.
SHOWN = {
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".markdown": PLAIN_TEXT,
    ".md": PLAIN_TEXT,
    ".pdf": PDF,
    ".png": "image/png",
    ".txt": PLAIN_TEXT,
}
MEDIA_TYPES = (*sorted(set(SHOWN.values())), OTHER)
SUFFIX = "/original"


def original(service: Service, id: str) -> Response:
    """Return the file that a document was read from, unless it was changed since."""
    # Whether it is checked as the query of a document or of an original depends on the collection.
    chosen = service.choose(request.args.get("collection") or None)
    catalog = chosen.engine.catalog
    if catalog.get_text(id) is None and catalog.get_text(id + SUFFIX) is not None:
        return document(service, id + SUFFIX)
    read_query(CollectionQuery)
    chosen.get_document(id)
    try:
        found = catalog.originals.open(id)
    except OriginalNotFound as error:
        detail = f"The document {format_value(id)} has no original: {error}."
        raise ProblemError(Code.ORIGINAL_NOT_FOUND, detail) from error
    return _send(found)


def _send(found: Original) -> Response:
    """Return the file, or the part of it in the header Range; the bytes are read while they are sent."""
    media_type = SHOWN.get(PurePath(found.name).suffix.lower(), OTHER)
    response = send_file(
        found.file, media_type, as_attachment=media_type == OTHER, download_name=found.name, etag=False
    )
    # Of the file on this machine, which is no business of a client.
    response.headers.pop("Last-Modified", None)
    response.content_length = found.size
    response.headers["Cache-Control"] = PRIVATE
    response.set_etag(found.sha256)
    # Of a part that is not there the whole file is sent (RFC 9110, 14.2 lets a server ignore a range).
    with suppress(RequestedRangeNotSatisfiable):
        response.make_conditional(request.environ, accept_ranges=True, complete_length=found.size)
    return response
