"""The one shape of every failure, asserted in one place."""

from typing import Any

from werkzeug.test import TestResponse

from qa.web.errors.problems import Code


def problem(response: TestResponse, code: Code) -> dict[str, Any]:
    """Return the body of a failure after asserting the shape that all failures have."""
    body: dict[str, Any] = response.get_json(force=True)
    assert response.content_type == "application/problem+json", body
    assert (response.status_code, body["code"]) == (code.status, code.word), body
    assert list(body) == ["type", "title", "status", "detail", "code", "errors"]
    assert body["status"] == code.status
    assert body["title"] == code.title
    assert body["type"] == f"/docs#{code.word}"
    assert body["detail"].strip()
    assert all(set(error) == {"field", "message", "code"} for error in body["errors"])
    assert "Traceback" not in response.text
    assert response.headers["X-Request-ID"]
    assert response.headers["Server-Timing"].startswith("total;dur=")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return body
