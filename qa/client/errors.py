"""The errors of the client; the tree continues ``index.errors``.

NetsphereError
 └── ClientError
      ├── ApiError            the server refused the request; carries its problem
      ├── ConnectionFailed    there was no response
      ├── UnexpectedResponse  the response is not one of Netsphere's
      └── JobNotFinished      a write was not built in the time that the caller gave it
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.errors import NetsphereError


class ClientError(NetsphereError):
    """A request that failed."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """An invalid field of a request: its path (``questions[3].top_k``), what is wrong, and a stable word for it."""

    field: str
    message: str
    code: str


class ApiError(ClientError):
    """A problem (RFC 9457) that the server returned.

    ``code`` is the stable word to compare; None if the response came from something between client and server that
    knows no problems. ``request_id`` finds the request in the server's log.
    """

    def __init__(self, status: int, problem: Mapping[str, Any], request_id: str | None = None) -> None:
        """Read the fields of a problem; those that are missing are None or empty."""
        self.status, self.request_id = status, request_id
        self.code: str | None = problem.get("code")
        self.title = str(problem.get("title") or "")
        self.detail = str(problem.get("detail") or self.title)
        errors = problem.get("errors")
        self.errors = tuple(
            FieldError(str(one.get("field", "")), str(one.get("message", "")), str(one.get("code", "")))
            for one in (errors if isinstance(errors, list) else ())
            if isinstance(one, dict)
        )
        named = f"{self.code}, " if self.code else ""
        traced = f", request {request_id}" if request_id else ""
        super().__init__(f"{self.detail} ({named}status {status}{traced})")


class ConnectionFailed(ClientError):
    """There was no response. ``may_have_succeeded`` says whether the server may have got the request all the same."""

    def __init__(self, message: str, may_have_succeeded: bool) -> None:
        """Keep both."""
        super().__init__(message)
        self.may_have_succeeded = may_have_succeeded


class UnexpectedResponse(ClientError):
    """A response that is not what the API describes; the address may be that of another program."""


class JobNotFinished(ClientError):
    """A job that still waits or is being built after the time that the caller gave it."""
