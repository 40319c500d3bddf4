"""Documents as resources: each has a URI, and a part of it, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlencode, urlsplit

from index.types import Span
from qa.collection.catalog import DocumentInfo
from qa.mcp.session import Session
from qa.web.errors.problems import Code, ProblemError, format_value
from qa.web.requests.models import RangeQuery
from qa.web.requests.parsing import validate

SCHEME, HOST = "netsphere", "documents"
TEMPLATE = f"{SCHEME}://{HOST}/{{+document}}{{?start,end,collection}}"
# How many resources are listed at once.
PAGE = 100


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """Some of the documents; ``next`` is the cursor of the following ones."""

    documents: Sequence[DocumentInfo]
    next: str | None


def format_uri(document: str, part: Span | None = None, collection: str | None = None) -> str:
    """Return the URI of a document or of a part of it."""
    values: dict[str, int | str] = {"start": part.start, "end": part.end} if part else {}
    query = urlencode(values | ({"collection": collection} if collection else {}))
    return f"{SCHEME}://{HOST}/{quote(document, safe='/')}" + (f"?{query}" if query else "")


def list_resources(session: Session, cursor: str | None) -> ResourcePage:
    """Return the documents that a cursor stands for, the first ones without it. Raise ProblemError."""
    offset = _parse_cursor(cursor)
    catalog = session.service.engine.catalog
    listed = catalog.list_documents(offset, PAGE)
    end = offset + len(listed)
    return ResourcePage(listed, str(end) if listed and end < catalog.document_count else None)


def read_resource(session: Session, uri: str) -> str:
    """Return the text of a document or of a part of it. Raise ProblemError."""
    parts = _split_uri(uri)
    if parts is None or (parts.scheme, parts.netloc) != (SCHEME, HOST):
        detail = f"No resource {format_value(uri)} is here; a document has the URI {SCHEME}://{HOST}/ID."
        raise ProblemError(Code.DOCUMENT_NOT_FOUND, detail)
    values = {name: found[-1] for name, found in parse_qs(parts.query, keep_blank_values=True).items()}
    query = validate(RangeQuery, values)
    service = session.service.choose(query.collection)
    return service.get_document(unquote(parts.path.removeprefix("/")), query.span).text


def _split_uri(uri: str) -> SplitResult | None:
    """Return the parts of a URI, or None if it is none."""
    try:
        return urlsplit(uri)
    except ValueError:  # such as a bracket that nothing closes
        return None


def _parse_cursor(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 10):
        detail = f"invalid value {format_value(cursor)} for cursor: must be one that a list of resources ended with."
        raise ProblemError(Code.OUT_OF_BOUNDS, detail)
    return int(cursor)
