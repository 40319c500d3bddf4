"""Responses of text are compressed with gzip, if the client takes it and they are not small.

Brotli would save little more and need a library; a proxy in front can have it (docs/operations.md).
"""

import gzip
from http import HTTPStatus

from flask import Response, request

# Below it, the head of the response is most of what is sent.
MIN_BYTES = 1024
# zlib's own choice between time and size.
LEVEL = 6
TYPES = frozenset({"application/json", "application/problem+json", "application/x-ndjson", "image/svg+xml"})
# Events are sent one by one, and a compressor would keep them back.
STREAMED_TYPE = "text/event-stream"


def compress_response(response: Response) -> Response:
    """Compress a response whose whole body is known; ``Vary`` tells caches that another client gets it as it is."""
    if not _is_compressible(response):
        return response
    response.vary.add("Accept-Encoding")
    accepts = request.accept_encodings.best_match(["gzip", "identity"]) == "gzip"
    if not accepts or _is_of_another_site() or response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def _is_compressible(response: Response) -> bool:
    if response.is_streamed or response.direct_passthrough or "Content-Encoding" in response.headers:
        return False
    if response.status_code == HTTPStatus.PARTIAL_CONTENT or response.mimetype == STREAMED_TYPE:
        return False
    kind = response.mimetype or ""
    is_text = kind.startswith("text/") or kind in TYPES
    return is_text and (response.calculate_content_length() or 0) >= MIN_BYTES


def _is_of_another_site() -> bool:
    """Return whether a page of another site made a browser send the request.

    It could choose a part of the response and learn from its compressed length what else is in it (BREACH).
    """
    return request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}
