"""The body of a request to a document that is stored or replaced."""

from pathlib import PurePosixPath

from flask import request

from index.parsers import CONVERTIBLE, PARSERS, find_extension
from index.parsers.json import is_corpus
from index.writes.journal import Write
from qa.web.documents.models import DocumentBody
from qa.web.errors.problems import Code, ProblemError, format_value
from qa.web.requests.parsing import read_body

# The parser of a media type; one that is not here is chosen by the extension of the id.
EXTENSIONS = {
    "application/epub+zip": ".epub",
    "application/pdf": ".pdf",
    "application/xhtml+xml": ".html",
    "message/rfc822": ".eml",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
}
# Files of many documents with ids of their own.
BULK_EXTENSIONS = frozenset({".jsonl", ".jsonl.gz", ".mbox", ".zip"})
UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})


def read_document(id: str) -> Write:
    """Return the document in the body of the request, parsed if it is JSON and else to be parsed in the build.

    Raises ProblemError for a media type without a parser, an empty body, many documents in one file, or JSON that does
    not validate.
    """
    if request.is_json:
        return Write.of_document(read_body(DocumentBody).to_document(id))
    extension = EXTENSIONS.get(request.mimetype) or find_extension(id)
    if extension is None or extension in BULK_EXTENSIONS or request.content_encoding:
        raise _unsupported_type(id)
    content = request.get_data(cache=False)
    if not content:
        raise ProblemError(Code.MISSING_FIELD, "The body is empty; send the document, or DELETE it.")
    if extension == ".json" and is_corpus(content):
        raise _unsupported_type(id)
    return Write(id, extension, _convert_text(content))


def _convert_text(content: bytes) -> bytes:
    """Return a text in a stated encoding as UTF-8 with a byte-order mark, which no parser doubts."""
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset in UTF_8:
        return content
    try:
        return content.decode(charset).encode("utf-8-sig")
    except (LookupError, UnicodeError) as error:
        detail = f"The body cannot be read as {format_value(charset)} ({error}); send it as UTF-8."
        raise ProblemError(Code.INVALID_TEXT, detail) from None


def _unsupported_type(id: str) -> ProblemError:
    types = ", ".join(("application/json", *EXTENSIONS))
    extensions = ", ".join(sorted(PARSERS.keys() - BULK_EXTENSIONS))
    sent = request.mimetype or "nothing"
    better = CONVERTIBLE.get(PurePosixPath(id).suffix.lower())
    remedy = f"save it as {better}" if better else f"send uncompressed {types}, or an id that ends with {extensions}"
    return ProblemError(
        Code.UNSUPPORTED_MEDIA_TYPE,
        f"No parser for {format_value(sent)} and the id {format_value(id)} as one document; {remedy}. "
        "Files of many documents, .json with a list of them too, go to POST /v1/documents.",
    )
