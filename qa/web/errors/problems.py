"""Every failure in one shape (RFC 9457) and every code in one table.

NetsphereError
 └── Refusal   a request that is not served as asked; carries its row of the table
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum

from flask import Response

from index.errors import NetsphereError

MEDIA_TYPE = "application/problem+json"


class Code(Enum):
    """All codes: the word is the member's name in lower case and never changes its meaning.

    What cannot be parsed is 400. NUL and lone surrogates are well-formed JSON, so they are
    a bad value (422); bytes that are not UTF-8 are not text at all (400).
    """

    BAD_REQUEST = (400, "The request cannot be understood")
    MALFORMED_JSON = (400, "The body is not JSON")
    MALFORMED_QUERY = (400, "The query string cannot be read")
    UNAUTHORIZED = (401, "A key is needed")
    FORBIDDEN = (403, "The key does not open this")
    ROUTE_NOT_FOUND = (404, "There is no such route")
    DOCUMENT_NOT_FOUND = (404, "There is no such document")
    METHOD_NOT_ALLOWED = (405, "The route does not take this method")
    BODY_TOO_LARGE = (413, "The body is too large")
    URL_TOO_LONG = (414, "The URL is too long")
    UNSUPPORTED_MEDIA_TYPE = (415, "The body is of the wrong kind")
    EXPECTATION_FAILED = (417, "The expectation cannot be met")
    MISSING_FIELD = (422, "A field is missing")
    UNKNOWN_FIELD = (422, "A field is not known")
    WRONG_TYPE = (422, "A field is of the wrong type")
    OUT_OF_BOUNDS = (422, "A field is out of bounds")
    INVALID_TEXT = (422, "A text holds what text cannot hold")
    REPEATED_FIELD = (422, "A field is given twice")
    UNKNOWN_DOCUMENT = (422, "The filter names a document that is not indexed")
    UNKNOWN_PASSAGE = (422, "There is no such passage")
    INVALID_QUESTION = (422, "The question cannot be asked")
    HEADERS_TOO_LARGE = (431, "The request headers are too large")
    INTERNAL_ERROR = (500, "The server failed")
    UNSUPPORTED_TRANSFER = (501, "The transfer coding is not supported")
    NOT_READY = (503, "The server is not ready")
    NOT_KEPT = (503, "What was sent cannot be kept")

    status: int
    title: str

    def __init__(self, status: int, title: str) -> None:
        """One row of the table."""
        self.status = status
        self.title = title

    @property
    def word(self) -> str:
        """The stable word that programs compare."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong. ``field`` is its path (``questions[3].top_k``), ``code`` a word of ``Code``."""

    field: str
    message: str
    code: str


@dataclass(frozen=True, slots=True)
class Problem:
    """The body of every failure, fields in the order of RFC 9457. ``type`` leads to its row in /docs."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = field(default=())


class Refusal(NetsphereError):
    """A request that is not served as asked. ``detail`` names the value and the remedy."""

    def __init__(
        self,
        code: Code,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``errors`` are the fields at fault, ``headers`` what the response carries besides."""
        super().__init__(detail)
        self.code = code
        self.errors = tuple(errors)
        self.headers = headers or {}

    @classmethod
    def of_fields(cls, errors: Sequence[FieldError]) -> "Refusal":
        """Refuses for one or more fields; the first gives the code and the detail."""
        first = errors[0]
        more = f" ({len(errors) - 1} more: see errors)" if len(errors) > 1 else ""
        return cls(Code[first.code.upper()], f"{first.message}{more}.", errors)

    @property
    def problem(self) -> Problem:
        """The body."""
        code = self.code
        return Problem(f"/docs#{code.word}", code.title, code.status, str(self), code.word, self.errors)


def encode(refusal: Refusal) -> bytes:
    """The body as bytes; ASCII only, for a detail may quote a text that UTF-8 cannot hold."""
    return json.dumps(asdict(refusal.problem)).encode("ascii")


def respond(refusal: Refusal) -> Response:
    """The whole response."""
    return Response(encode(refusal), refusal.code.status, refusal.headers, content_type=MEDIA_TYPE)
