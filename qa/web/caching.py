"""What may be stored of a response, and ``304 Not Modified`` for what a client has already.

Answers are never stored. Documents and what describes them may be kept by whoever asked, who then asks each time
whether they are still the same: a generation can be replaced, or rolled back, at any moment, and a key be revoked.
There is no ``Last-Modified`` for that reason: after a rollback the older text is the newer one.
"""

from http import HTTPStatus

from flask import Response, request

# Endpoints that may be stored, and asked for again with the ETag.
REVALIDATED = frozenset(
    {
        "api.documents", "api.document", "api.collections", "originals.original", "pictures.page", "pictures.picture",
        "api.index", "api.openapi",
        "pages.docs", "pages.document",
    }
)  # fmt: skip
# Without a question it shows nothing but suggestions.
FIRST_PAGE = "pages.ask"
NEVER, PRIVATE, REVALIDATE, FOREVER = "no-store", "private, no-cache", "no-cache", "public, max-age=31536000, immutable"


def control_caching(response: Response) -> Response:
    """Say what may be stored of a response, unless its view did; leave the body out if the client has it."""
    if "Cache-Control" not in response.headers:
        is_stored = response.status_code == HTTPStatus.OK and _may_be_stored()
        response.headers["Cache-Control"] = PRIVATE if is_stored else NEVER
        if is_stored:
            # Weak: the same text may be sent compressed.
            response.add_etag(weak=True)
    etag = response.get_etag()[0] if request.method in {"GET", "HEAD"} else None
    if etag and request.if_none_match.contains_weak(etag):
        response.status_code = HTTPStatus.NOT_MODIFIED
    return response


def _may_be_stored() -> bool:
    if request.method not in {"GET", "HEAD"}:
        return False
    return request.endpoint in REVALIDATED or (request.endpoint == FIRST_PAGE and not request.query_string)
