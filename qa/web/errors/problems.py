"""Problem details (RFC 9457): the one shape of every failure, and the table of codes.

NetsphereError
 └── ProblemError   a request fails; carries its row of the table
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from reprlib import Repr

from index.errors import NetsphereError

MEDIA_TYPE = "application/problem+json"
# A body that is wrong everywhere must not make a response as large as itself.
MAX_ERRORS = 20
# Short and shallow: the value is the caller's and may be a megabyte, or a thousand levels deep.
_repr = Repr()
_repr.maxstring = _repr.maxother = _repr.maxlong = 60
_repr.maxlevel = 2


class Code(Enum):
    """All codes: the word is the member's name in lower case, and its meaning never changes.

    400 is for what cannot be parsed. NUL and lone surrogates are well-formed JSON, so they are
    a bad value (422); bytes that are not UTF-8 are not text at all (400).
    """

    BAD_REQUEST = (400, "Bad request")
    MALFORMED_JSON = (400, "The body is not valid JSON")
    MALFORMED_QUERY = (400, "The query string cannot be read")
    UNAUTHORIZED = (401, "Key required")
    FORBIDDEN = (403, "Not allowed with this key")
    CROSS_SITE = (403, "Request of another site")
    ROUTE_NOT_FOUND = (404, "Route not found")
    DOCUMENT_NOT_FOUND = (404, "Document not found")
    ORIGINAL_NOT_FOUND = (404, "Original not found")
    PAGE_NOT_FOUND = (404, "Page not found")
    PICTURE_NOT_FOUND = (404, "The page cannot be drawn")
    JOB_NOT_FOUND = (404, "Job not found")
    MODEL_NOT_FOUND = (404, "Model not found")
    METHOD_NOT_ALLOWED = (405, "Method not allowed")
    NOT_HELD = (409, "The generation cannot be published now")
    PRECONDITION_FAILED = (412, "The document is not the expected one")
    BODY_TOO_LARGE = (413, "The body is too large")
    URL_TOO_LONG = (414, "The URL is too long")
    UNSUPPORTED_MEDIA_TYPE = (415, "Unsupported media type")
    EXPECTATION_FAILED = (417, "Expectation failed")
    UNKNOWN_HOST = (421, "Unknown host")
    MISSING_FIELD = (422, "Missing field")
    UNKNOWN_FIELD = (422, "Unknown field")
    WRONG_TYPE = (422, "Wrong type")
    OUT_OF_BOUNDS = (422, "Value out of bounds")
    INVALID_TEXT = (422, "Invalid characters in a text")
    REPEATED_FIELD = (422, "Repeated field")
    INVALID_LINE = (422, "A line of the body is invalid")
    UNKNOWN_DOCUMENT = (422, "The filter names a document that is not indexed")
    UNKNOWN_COLLECTION = (422, "The request names a collection that is not served")
    UNKNOWN_PASSAGE = (422, "Passage not found")
    INVALID_QUESTION = (422, "Invalid question")
    RATE_LIMITED = (429, "Too many requests of one caller")
    HEADERS_TOO_LARGE = (431, "The request headers are too large")
    INTERNAL_ERROR = (500, "Internal server error")
    UNSUPPORTED_TRANSFER = (501, "The transfer coding is not supported")
    OVERLOADED = (503, "Too many requests are waiting")
    DEADLINE_EXCEEDED = (503, "The answer was not found within timeout_ms")
    NOT_READY = (503, "The server is not ready")
    INDEX_DAMAGED = (503, "The index is damaged")
    NOT_KEPT = (503, "The feedback cannot be stored")
    NOT_STORED = (503, "The write cannot be stored")

    status: int
    title: str

    def __init__(self, status: int, title: str) -> None:
        """Set the two columns of a row."""
        self.status = status
        self.title = title

    @property
    def word(self) -> str:
        """The stable word for programs to compare."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class FieldError:
    """An invalid field. ``field`` is its path (``questions[3].top_k``), ``code`` a word of ``Code``."""

    field: str
    message: str
    code: str


@dataclass(frozen=True)
class Problem:
    """The body of every failure, fields in the order of RFC 9457. ``type`` links to the code's row in /docs."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[FieldError, ...] = field(default=())


class ProblemError(NetsphereError):
    """A failed request. ``detail`` names the value and the remedy."""

    def __init__(
        self,
        code: Code,
        detail: str,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Create a problem; ``errors`` are the invalid fields, ``headers`` go into the response."""
        super().__init__(detail)
        self.code = code
        self.errors = tuple(errors)
        self.headers = headers or {}

    @classmethod
    def for_fields(cls, errors: Sequence[FieldError]) -> "ProblemError":
        """Return a problem that names at most MAX_ERRORS invalid fields; the first gives the code and the detail."""
        first, named = errors[0], errors[:MAX_ERRORS]
        more = f" ({len(named) - 1} more: see errors)" if len(named) > 1 else ""
        return cls(Code[first.code.upper()], f"{first.message}{more}.", named)

    def encode_body(self) -> bytes:
        """Return the body of the response; ASCII only, because a detail may quote text that UTF-8 cannot encode."""
        code = self.code
        body = Problem(f"/docs#{code.word}", code.title, code.status, str(self), code.word, self.errors)
        # Not asdict of the whole, which copies every value: under load most responses are problems.
        return json.dumps({**vars(body), "errors": [asdict(error) for error in body.errors]}).encode("ascii")


def format_value(value: object) -> str:
    """Return a value of the caller's, shortened, in the spelling of JSON if that differs from Python's."""
    words = {True: "true", False: "false", None: "null"}
    return words[value] if value is None or isinstance(value, bool) else _repr.repr(value)
