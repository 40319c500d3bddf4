"""waitress's parser of requests, stricter: exact limits, and no request that two programs could read in two ways."""

import logging
import re
from functools import cache
from http import HTTPStatus

from waitress.parser import HTTPRequestParser
from waitress.receiver import ChunkedReceiver
from waitress.utilities import Error, RequestHeaderFieldsTooLarge

from qa.types import Mode
from qa.web.app import MAX_BODY_BYTES
from qa.web.errors.pages import read_head
from qa.web.errors.problems import Code, ProblemError

log = logging.getLogger(__name__)

# 1,000 characters are 12,000 bytes in a URL if each is an emoji.
MAX_REQUEST_LINE = 32 * 1024
# As in Node.js; nginx and Apache allow 8 KiB for a single header.
MAX_HEADER_BYTES = 16 * 1024
MAX_HEADERS = 100
# A chunk's size with its extension, or the trailers; waitress does not bound them.
MAX_CHUNK_LINE = 4096
# Of a body.
MAX_PEEK_BYTES = 64 * 1024
# The first bytes of a TLS connection: a handshake record of version 3.x.
TLS_HANDSHAKE = b"\x16\x03"
TRANSFER_ENCODING = re.compile(rb"(?im)^transfer-encoding:[ \t]*(.*?)[ \t]*\r?$")

# In a query string, in a body, and as the model of a chat completion.
SIGNS_OF_FAST = (b"mode=fast", b'"fast"', b'"netsphere-fast"')
UPLOAD_METHODS = frozenset({"PUT", "POST"})
UPLOAD_PATHS = ("/v1/documents", "/admin/documents")

# The problems of the errors that waitress raises itself.
CODES = {
    HTTPStatus.BAD_REQUEST: Code.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Code.BODY_TOO_LARGE,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: Code.HEADERS_TOO_LARGE,
    HTTPStatus.NOT_IMPLEMENTED: Code.UNSUPPORTED_TRANSFER,
}


class RequestParser(HTTPRequestParser):
    """A request as it arrives. ``error`` becomes what is wrong with it: waitress's own error or a ProblemError."""

    error: Error | ProblemError | None
    completed: bool
    # Of a request whose head could not be parsed, or only in part: no address, and what was read of it.
    request_uri: str = ""
    unparsed: bytes = b""

    def received(self, data: bytes) -> int:
        """Take bytes and return how many belong to this request; set ``completed`` after the last one."""
        head = self.header_plus
        try:
            if not head and data.startswith(TLS_HANDSHAKE):
                _log_https()
                raise _unreadable("it is HTTPS; this port takes HTTP")
            consumed: int = super().received(data)
        except ProblemError as problem:
            self._refuse_request(problem)
            self._keep_head(head + data)
            return len(data)
        except ValueError:  # of int() for 5,000 digits, and of urlsplit(), which waitress does not catch
            self._refuse_request(_unreadable("its URL or its Content-Length is invalid"))
            return len(data)
        if isinstance(self.body_rcv, ChunkedReceiver):
            self._check_chunks(self.body_rcv)
        elif not self.completed and b"\n\n" in self.header_plus:
            self._refuse_request(_unreadable("its lines end with LF instead of CR LF"))
        elif isinstance(self.error, RequestHeaderFieldsTooLarge) and b"\r" not in (head + data)[:MAX_REQUEST_LINE]:
            self.error = _line_too_long()
        if self.error:
            self._keep_head(head + data)
            # Else waitress would ask for the body and forget the error.
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the request line and the headers. Raises ProblemError or one of waitress's errors."""
        line, _, headers = header_plus.partition(b"\r\n")
        if len(line) > MAX_REQUEST_LINE:
            raise _line_too_long()
        if len(headers) > MAX_HEADER_BYTES or headers.count(b"\r\n") > MAX_HEADERS:
            detail = f"A request has at most {MAX_HEADERS} headers of {MAX_HEADER_BYTES:,} bytes together."
            raise ProblemError(Code.HEADERS_TOO_LARGE, detail)
        super().parse_header(header_plus)
        if headers:  # waitress parses an empty request after one with too many headers
            self._check_framing(headers)
            self._check_expectation()
            self._check_uploader()

    def find_target(self) -> tuple[str, str]:
        """Return the path as it was sent and the header ``Accept``, as far as they are known."""
        if not self._has_head:
            return read_head(self.unparsed)
        return self.request_uri.partition("?")[0], self.headers.get("ACCEPT", "")

    def peek(self) -> bytes:
        """Return the query string and the first bytes of the body."""
        return bytes(self.query.encode() + (self.body_rcv.getbuf().get(MAX_PEEK_BYTES) if self.body_rcv else b""))

    @property
    def _has_head(self) -> bool:
        """Whether the head was parsed; in the place of one that is too long waitress parses an empty one."""
        return bool(self.request_uri and self.headers)

    def _keep_head(self, sent: bytes) -> None:
        if not self._has_head:
            self.unparsed = sent[: MAX_REQUEST_LINE + MAX_HEADER_BYTES]

    def _check_framing(self, headers: bytes) -> None:
        """Raise ProblemError for a request whose end another program could see elsewhere (request smuggling)."""
        codings = [coding.lower() for coding in TRANSFER_ENCODING.findall(headers)]
        reasons = {
            "the version of HTTP is not 1.0 or 1.1": self.version not in {"1.0", "1.1"},
            "a header is folded over two lines": b"\r\n " in headers or b"\r\n\t" in headers,
            "it needs exactly one Host": self.version == "1.1" and ("," in self.headers.get("HOST", ",")),
            "it has a Transfer-Encoding besides chunked": codings not in ([], [b"chunked"]),
            "it has both Transfer-Encoding and Content-Length": bool(codings) and "CONTENT_LENGTH" in self.headers,
            "HTTP/1.0 has no Transfer-Encoding": bool(codings) and self.version == "1.0",
        }
        for reason, applies in reasons.items():
            if applies:
                raise _unreadable(reason)
        if self.content_length > self._find_max_body():
            raise self._body_too_large()

    def _check_expectation(self) -> None:
        expectation = self.headers.get("EXPECT", "")
        if expectation.lower() not in {"", "100-continue"}:
            raise ProblemError(Code.EXPECTATION_FAILED, "The server only knows Expect: 100-continue.")

    def _check_uploader(self) -> None:
        """Raise ProblemError if somebody sends more than a question may have, and may not write documents."""
        if self._is_upload() and (self.chunked or self.content_length > MAX_BODY_BYTES):
            self.adj.check_uploader(self.headers)

    def _check_chunks(self, body: ChunkedReceiver) -> None:
        if len(body) > self._find_max_body():
            self._refuse_request(self._body_too_large())
        elif len(body.control_line) > MAX_CHUNK_LINE or len(body.trailer) > MAX_CHUNK_LINE:
            self._refuse_request(_unreadable(f"a chunk's size or the trailers are over {MAX_CHUNK_LINE:,} bytes"))

    def _find_max_body(self) -> int:
        """Return the maximum size in bytes, which is larger for documents than for questions."""
        return max(MAX_BODY_BYTES, int(self.adj.max_request_body_size)) if self._is_upload() else MAX_BODY_BYTES

    def _is_upload(self) -> bool:
        return self.command in UPLOAD_METHODS and self.path.startswith(UPLOAD_PATHS)

    def _body_too_large(self) -> ProblemError:
        return ProblemError(Code.BODY_TOO_LARGE, f"A body has at most {self._find_max_body():,} bytes; send less.")

    def _refuse_request(self, error: ProblemError) -> None:
        self.error, self.completed, self.expect_continue = error, True, False


def guess_mode(sent: bytes) -> Mode:
    """Return the mode that a question is likely to ask for, without parsing its query string or body."""
    return "fast" if any(sign in sent for sign in SIGNS_OF_FAST) else "precise"


def to_problem(error: Error | ProblemError) -> ProblemError:
    """Return the problem to report for the ``error`` of a request."""
    if isinstance(error, ProblemError):
        return error
    code = CODES.get(HTTPStatus(error.code), Code.INTERNAL_ERROR)
    if code is Code.INTERNAL_ERROR:
        return ProblemError(code, "An internal error occurred; search the log for this X-Request-ID.")
    return ProblemError(code, f"The server cannot read this request: {error.body}.")


@cache  # once: anybody could fill the log with it
def _log_https() -> None:
    log.warning("a client speaks HTTPS to this port, which takes HTTP; a proxy in front can take HTTPS (docs/nginx.md)")


def _unreadable(reason: str) -> ProblemError:
    return ProblemError(Code.BAD_REQUEST, f"The server cannot read this request: {reason}.")


def _line_too_long() -> ProblemError:
    return ProblemError(Code.URL_TOO_LONG, f"A request line has at most {MAX_REQUEST_LINE:,} bytes; shorten the URL.")
