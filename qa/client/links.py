"""Addresses of the pages that show a quotation in its document."""

from urllib.parse import quote, urlencode

from qa.client.types import Passage, Span


def link_to_passage(url: str, passage: Passage) -> str:
    """Return the address of the page of a document that marks a passage's first evidence, or else the passage.

    It holds the words too, so that they are found again if the document has changed.
    """
    marked = passage.evidence[0] if passage.evidence else Span(passage.start, passage.end)
    words = passage.text[marked.start - passage.start : marked.end - passage.start]
    place = f"{marked.start}-{marked.end}"
    named = {"collection": passage.collection} if passage.collection else {}
    query = urlencode({"at": place, "quote": words, **named}, quote_via=quote)
    return f"{url}/documents/{quote(passage.document.id)}?{query}#{place}"
