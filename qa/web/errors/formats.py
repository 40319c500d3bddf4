"""The form in which a failure is sent: RFC 9457, or that of OpenAI on the paths that its clients call."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from qa.web.errors.problems import MEDIA_TYPE, Code, Problem, ProblemError


@dataclass(frozen=True, slots=True)
class OpenAIErrorDetails:
    """What OpenAI's clients know about a failure; ``param`` is the path of an invalid field, ``code`` a stable word."""

    message: str
    type: str
    param: str | None
    code: str


@dataclass(frozen=True, slots=True)
class OpenAIError:
    """The body of a failure of the routes that OpenAI's clients call."""

    error: OpenAIErrorDetails


class ErrorFormat:
    """Problem details (RFC 9457), for every path that has no other form."""

    media_type: str = MEDIA_TYPE
    model: Any = Problem

    def choose_status(self, code: Code) -> int:
        """Return the status of a response with this code."""
        return code.status

    def choose_word(self, code: Code) -> str:
        """Return the stable word for programs to compare."""
        return code.word

    def encode_body(self, problem: ProblemError) -> bytes:
        """Return the body of the response, in ASCII."""
        return problem.encode_body()

    def list_headers(self, problem: ProblemError) -> Mapping[str, str]:
        """Return the headers that the body and the problem need."""
        return {"Content-Type": self.media_type, **problem.headers}

    def format_status(self, problem: ProblemError) -> str:
        """Return the status with its phrase."""
        status = self.choose_status(problem.code)
        return f"{status} {HTTPStatus(status).phrase}"


class OpenAIFormat(ErrorFormat):
    """What OpenAI answers: an invalid field is a 400, and so that clients say so, an invalid key a 401."""

    media_type = "application/json"
    model = OpenAIError

    def choose_status(self, code: Code) -> int:
        """Return the status that OpenAI has for it."""
        return {Code.FORBIDDEN: 401}.get(code, 400 if code.status == HTTPStatus.UNPROCESSABLE_ENTITY else code.status)

    def choose_word(self, code: Code) -> str:
        """Return our own word, or OpenAI's if front ends compare it."""
        return "invalid_api_key" if code is Code.FORBIDDEN else code.word

    def encode_body(self, problem: ProblemError) -> bytes:
        """Return the body of the response, in ASCII."""
        param = problem.errors[0].field if problem.errors else None
        kind = _name_kind(problem.code.status)
        return json.dumps(
            asdict(OpenAIError(OpenAIErrorDetails(str(problem), kind, param, self.choose_word(problem.code))))
        ).encode()

    def list_headers(self, problem: ProblemError) -> Mapping[str, str]:
        """Return the headers that the body and the problem need; every 401 says how a key is sent."""
        challenge = {"WWW-Authenticate": "Bearer"} if problem.code is Code.FORBIDDEN else {}
        return {**super().list_headers(problem), **challenge}


PROBLEM_DETAILS, OPENAI = ErrorFormat(), OpenAIFormat()
OPENAI_PATHS = ("/v1/chat/completions", "/v1/models")


def find_format(path: str) -> ErrorFormat:
    """Return the form of failures of the requests to a path."""
    return OPENAI if path in OPENAI_PATHS or path.startswith("/v1/models/") else PROBLEM_DETAILS


def _name_kind(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limit_error"
    return "invalid_request_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
