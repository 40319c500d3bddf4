"""Links to the pages of a server, for agents."""

from urllib.parse import quote, urlencode

from index.types import Span


def link_to_page(url: str, document: str, span: Span, collection: str | None = None) -> str:
    """Return the address of the page of a document, at the server with the address ``url``, that marks a place."""
    place = f"{span.start}-{span.end}"
    query = urlencode({"at": place} | ({"collection": collection} if collection else {}))
    return f"{url.rstrip('/')}/documents/{quote(document, safe='/')}?{query}#{place}"
