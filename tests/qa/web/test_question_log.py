"""What people ask is not written down, unless a setting says so."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from qa.web.errors.problems import Code
from tests.qa.web.helpers import DOCUMENT, TEXT
from tests.qa.web.server.process import ready

QUESTION = "Why is my skin yellow?"
JSON = {"Content-Type": "application/json"}
BODY = f'{{"question": "{QUESTION}"}}'
FEEDBACK = f'{{"question": "{QUESTION}", "passage": "{DOCUMENT}#22-{len(TEXT)}", "verdict": "right"}}'
REQUESTS = [
    ("GET", f"/v1/ask?q={quote(QUESTION)}", None),
    ("GET", f"/?q={quote(QUESTION)}", None),
    ("GET", f"/v1/ask?q={quote(QUESTION)}&top_k=99", None),
    ("GET", f"/v1/ask?q={quote(QUESTION)}&x=%ff", None),
    ("GET", f"/nope?q={quote(QUESTION)}", None),
    ("GET", f"/documents/{DOCUMENT}?at=22-63&quote={quote(QUESTION)}", None),
    ("POST", "/v1/ask", BODY),
    ("POST", "/v1/ask", BODY[:-1]),
    ("POST", "/v1/ask/batch", f'{{"questions": ["{QUESTION}"]}}'),
    ("POST", "/turn", BODY),
    ("POST", "/v1/feedback", FEEDBACK),
    ("GET", f"/v1/ask?q={quote(QUESTION)}&y={'x' * 40_000}", None),
]
ENGINE = """
from qa.web.service import AppOptions
engine = HandMade()
engine.error = {error}
"""


def ask(app: str, error: str = "None", requests: list[tuple[str, str, str | None]] = REQUESTS) -> tuple[list[int], str]:
    """The status of each request, and everything that the server has written."""
    with ready(app, ENGINE.format(error=error)) as (process, port), ThreadPoolExecutor() as pool:
        # Read while it is written: tracebacks fill a pipe, and a server whose pipe is full waits.
        written = pool.submit(process.communicate)
        try:
            statuses = [status_of(port, *request) for request in requests]
        finally:
            process.terminate()
        output, errors = written.result(timeout=20)
    return statuses, output + errors


def status_of(port: int, method: str, url: str, body: str | None) -> int:
    """The status of one request, on a connection of its own."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, url, body, JSON)
        return connection.getresponse().status


def test_no_question_is_logged() -> None:
    """Whether it is answered, refused or unreadable; there is no log of requests."""
    statuses, written = ask("create_app(engine, AppOptions(feedback=Path('/dev/null/feedback.sqlite')))")
    assert {200, 404, 422, 400, 503, Code.URL_TOO_LONG.status} == set(statuses)
    assert written == ""


def test_no_question_is_logged_with_an_error_of_the_server() -> None:
    """The traceback is there, with the path and the request id, and nothing that was asked."""
    statuses, written = ask("create_app(engine)", "RuntimeError('broken')")
    assert 500 in statuses
    assert "to /v1/ask failed" in written and "RuntimeError: broken" in written
    assert QUESTION not in written and quote(QUESTION) not in written and "yellow" not in written


@pytest.mark.parametrize(("method", "url", "body"), [REQUESTS[0], REQUESTS[6], REQUESTS[8], REQUESTS[9]])
def test_a_setting_logs_them(method: str, url: str, body: str | None) -> None:
    """One line for each, with its outcome; a question cannot begin a line of its own."""
    twisted = [(method, url.replace("Why", "Why%0Anot"), body and body.replace("Why", r"Why\nnot"))]
    statuses, written = ask("create_app(engine, AppOptions(log_questions=True))", requests=twisted)
    (line,) = written.splitlines()
    assert statuses == [200]
    assert r"by anybody asks 'Why\nnot is my skin yellow?': answered, confidence 0.97" in line
