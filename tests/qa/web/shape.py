"""The one shape of every failure, asserted in one place."""

from typing import Any

from werkzeug.test import TestResponse

from qa.web.errors.formats import OPENAI, find_format
from qa.web.errors.problems import Code


def problem(response: TestResponse, code: Code) -> dict[str, Any]:
    """Return the body of a failure after asserting the shape that all failures have."""
    if find_format(response.request.path) is OPENAI:
        return openai_error(response, code)
    body: dict[str, Any] = response.get_json(force=True)
    assert response.content_type == "application/problem+json", body
    assert (response.status_code, body["code"]) == (code.status, code.word), body
    assert list(body) == ["type", "title", "status", "detail", "code", "errors"]
    assert body["status"] == code.status
    assert body["title"] == code.title
    assert body["type"] == f"/docs#{code.word}"
    assert body["detail"].strip()
    assert all(set(error) == {"field", "message", "code"} for error in body["errors"])
    _check_headers(response)
    return body


def openai_error(response: TestResponse, code: Code) -> dict[str, Any]:
    """Return what is in the body of a failure of a route for OpenAI's clients, its message as ``detail``, too."""
    body = response.get_json()
    assert response.content_type == "application/json", body
    assert response.status_code == OPENAI.choose_status(code), body
    assert list(body) == ["error"]
    error: dict[str, Any] = body["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert error["code"] == OPENAI.choose_word(code), error
    assert error["message"].strip()
    _check_headers(response)
    return error | {"detail": error["message"]}


def _check_headers(response: TestResponse) -> None:
    assert "Traceback" not in response.text
    assert response.headers["X-Request-ID"]
    assert response.headers["Server-Timing"].startswith("total;dur=")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
