"""The log of a server: requests without what was asked, errors and the start, as text or as JSON lines."""

import json
import logging
import signal
import socket
from http.client import HTTPConnection
from typing import Any, cast

import pytest
from flask.testing import FlaskClient
from waitress import wasyncore

from qa.engine import Engine
from qa.web import create_app
from qa.web.app import service_of
from qa.web.log_format import THREAD_FAILED
from qa.web.server.http_server import WebServer
from qa.web.service import AppOptions
from tests.qa.web.helpers import DOCUMENT, HandMade
from tests.qa.web.server.process import ready
from tests.qa.web.test_question_log import QUESTION, REQUESTS

APP = "create_app(engine, AppOptions())"
ENGINE = """
import qa.web.server
from qa.web.log_format import LogOptions
from qa.web.service import AppOptions
from functools import partial
ServerOptions = partial(ServerOptions, log=LogOptions({format!r}, True))
engine = HandMade()
engine.error = {error}
"""


def serve(
    requests: list[tuple[str, str, str | None]], format: str = "json", error: str = "None"
) -> tuple[list[str], str]:
    """The lines that a server logs while it answers, and the ids of the requests."""
    headers = {"Content-Type": "application/json", "X-Request-ID": "mine-1"}
    with ready(APP, ENGINE.format(format=format, error=error)) as (process, port):
        for method, url, body in requests:
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(method, url, body, headers)
            connection.getresponse().read()
            connection.close()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    return errors.splitlines(), errors


def read(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_every_line_is_an_object_with_the_same_first_fields() -> None:
    """The start, a request and an error with its traceback; nothing else is written."""
    lines, _ = serve([("GET", "/v1/ask?q=Who&mode=fast", None)], error="RuntimeError('broken')")
    entries = read(lines)
    assert all([*entry][:5] == ["time", "level", "logger", "pid", "message"] for entry in entries)
    # The thread that looks for suggested questions fails, too, at any moment.
    start, failure, request = [entry for entry in entries if entry["message"] != THREAD_FAILED]
    assert (start["level"], start["generation"], start["workers"]) == ("info", "one", 1)
    assert failure["level"] == "error" and "RuntimeError: broken" in failure["exception"]
    assert failure["request_id"] == request["request_id"] == "mine-1"
    assert (request["level"], request["status"]) == ("error", 500)


def test_a_request_has_its_route_status_size_time_and_mode() -> None:
    """And never an address, which could hold a question or the name of a document."""
    asked = [("POST", "/v1/ask", '{"question": "Who", "mode": "fast"}'), ("GET", f"/v1/documents/{DOCUMENT}", None)]
    ask, document = read(serve(asked)[0])[1:]
    assert (ask["method"], ask["route"], ask["status"], ask["mode"]) == ("POST", "/v1/ask", 200, "fast")
    assert ask["bytes"] > 100 and ask["duration_ms"] >= 0
    assert (document["route"], "mode" in document) == ("/v1/documents/<path:id>", False)


def test_a_request_that_is_refused_before_it_is_read_has_a_line() -> None:
    """A URL that is too long never reaches the application."""
    (entry,) = read(serve([("GET", "/?q=" + "x" * 40_000, None)])[0])[1:]
    assert (entry["status"], entry["level"]) == (414, "info")


def test_a_request_that_is_refused_before_it_is_read_is_counted() -> None:
    """Among all others, so that an alert for a status sees it."""
    with ready() as (_, port):
        for url in ("/?q=" + "x" * 40_000, "/metrics"):
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", url)
            text = connection.getresponse().read().decode()
            connection.close()
    assert 'netsphere_requests_total{method="other",route="unread",status="414"} 1.0' in text


def test_probes_that_succeed_are_left_out() -> None:
    """Monitoring asks every few seconds."""
    assert len(serve([("GET", "/healthz", None), ("GET", "/readyz", None), ("GET", "/metrics", None)])[0]) == 1


@pytest.mark.parametrize("format", ["json", "text"])
def test_no_question_is_in_the_log_of_requests(format: str) -> None:
    """However it is asked, answered or refused."""
    lines, written = serve(REQUESTS, format)
    assert len(lines) > len(REQUESTS)
    assert QUESTION not in written and "yellow" not in written


def test_an_error_is_logged_with_its_route_and_not_its_path(
    engine: HandMade, client: FlaskClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The path may hold the name of a document."""

    def fail(_: str) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(engine.catalog, "get_document", fail)
    assert client.get("/v1/documents/secret.txt").status_code == 500
    assert caplog.messages == ["request to /v1/documents/<path:id> failed"]


def test_refusals_of_a_second_have_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """A line for each would take the time that refusing is to save; without refusals there is none.

    The metrics have each: an alert for failures must see them.
    """
    caplog.set_level(logging.INFO, "qa.web.access_log")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = WebServer(create_app(cast(Engine, HandMade()), AppOptions()), listener, threads=1)
        server.maintenance(0)
        assert caplog.messages == []
        server.refusal_count = 3
        server.maintenance(0)
        server.maintenance(0)
        wasyncore.close_all(server._map)
        exposed = service_of(server.application).metrics.expose().decode()
    assert 'netsphere_requests_total{method="other",route="unread",status="503"} 3.0' in exposed
    (record,) = caplog.records
    assert (record.levelname, vars(record)["fields"]) == ("WARNING", {"refused": 3})


def test_text_is_for_people() -> None:
    """A line has the time, the level and what happened, then its fields."""
    line = serve([("GET", "/v1/index", None)], "text")[0][-1]
    assert "[INFO] GET /v1/index 200 request_id=mine-1 method=GET route=/v1/index status=200 bytes=" in line
