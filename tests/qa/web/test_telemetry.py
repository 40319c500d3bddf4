"""Spans of requests and of the steps of their answers, recorded by OpenTelemetry itself."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from index import __version__
from index.errors import UsageError
from index.generation.generation import Generation
from index.types import Encoder
from qa.engine import Engine
from qa.tracing import set_tracer
from qa.types import Reading
from qa.web import create_app
from qa.web.app import service_of
from qa.web.service import AppOptions
from qa.web.spans import build_provider, trace_app
from qa.web.telemetry import require_telemetry
from tests.qa.web.helpers import HandMade
from tests.test_house import ROOT

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """What is recorded."""
    yield InMemorySpanExporter()
    set_tracer(None)


def client_of(engine: Any, spans: InMemorySpanExporter, folder: Path) -> FlaskClient:  # noqa: ANN401 (real or hand-made)
    """The application around an engine, whose spans are recorded at once."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    app = create_app(engine, AppOptions(feedback=folder / "feedback.sqlite"))
    trace_app(app, provider)
    return app.test_client()


def by_name(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def test_a_request_has_a_span_for_each_step(
    generation: Generation, encoder: Encoder, spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    """All in one trace, which the caller may have begun: encoding, searching, stages and reading."""
    client = client_of(Engine(generation, encoder), spans, tmp_path)
    assert client.post("/v1/ask", json={"question": "Who directed the film?"}, headers=PARENT).status_code == 200
    found = by_name(spans)
    assert {"POST /v1/ask", "answer", "encode", "search", "stage Rerank", "read"} <= found.keys()
    assert {f"{span.context.trace_id:032x}" for span in found.values() if span.context} == {TRACE}
    parents = {name: span.parent.span_id for name, span in found.items() if span.parent}
    ids = {span.context.span_id: name for name, span in found.items() if span.context}
    assert ids[parents["answer"]] == "POST /v1/ask"
    assert ids[parents["encode"]] == ids[parents["search"]] == "answer"
    assert ids[parents["read"]] == "stage Rerank"
    assert (found["encode"].attributes or {})["netsphere.questions"] == 1
    service_of(client.application).close()


class DirectorReader:
    """Reads only what says who directed something, finds nothing, and counts the passages that it reads."""

    name = "directors"

    def __init__(self) -> None:
        self.readings = 0

    def reads(self, text: str) -> bool:
        return "directed" in text

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterator[Reading]:
        for _ in passages:
            self.readings += 1
            yield Reading(-9.0, -9.0, None)


def test_a_span_counts_the_passages_that_were_read(
    generation: Generation, encoder: Encoder, spans: InMemorySpanExporter, tmp_path: Path
) -> None:
    """Not those in a language that the reader does not read."""
    reader = DirectorReader()
    client = client_of(Engine(generation, encoder, reader), spans, tmp_path)
    client.post("/v1/ask", json={"question": "Who directed the film?"})
    stage, read = by_name(spans)["stage Rerank"], by_name(spans)["read"]
    assert (read.attributes or {})["netsphere.passages"] == reader.readings
    assert 0 < reader.readings < int((stage.attributes or {})["netsphere.hits"])
    service_of(client.application).close()


def test_a_span_has_the_route_and_how_it_ended(spans: InMemorySpanExporter, tmp_path: Path) -> None:
    """By the names of OpenTelemetry's conventions, with the request id of the log."""
    client = client_of(HandMade(), spans, tmp_path)
    client.get("/v1/ask?q=Who&mode=fast", headers={"X-Request-ID": "mine"})
    attributes = dict(by_name(spans)["GET /v1/ask"].attributes or {})
    assert attributes == {
        "http.request.method": "GET",
        "http.route": "/v1/ask",
        "http.response.status_code": 200,
        "netsphere.request_id": "mine",
        "netsphere.mode": "fast",
    }


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "netsphere"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=law,deployment.environment=test"}, "law"),
        ({"OTEL_SERVICE_NAME": "law"}, "law"),
    ],
)
def test_the_environment_names_the_service(
    variables: dict[str, str], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the variables of OpenTelemetry, so that two servers can be told apart."""
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    provider = build_provider("http://127.0.0.1:9")
    assert provider.resource.attributes["service.name"] == name
    assert provider.resource.attributes["service.version"] == __version__
    provider.shutdown()


def test_no_text_is_in_a_span(spans: InMemorySpanExporter, tmp_path: Path) -> None:
    """Neither a question nor the message of an error."""
    engine = HandMade()
    client = client_of(engine, spans, tmp_path)
    client.get("/v1/ask?q=yellow")
    client.post("/turn", json={"question": "yellow"})
    engine.error = RuntimeError("yellow is broken")
    client.post("/v1/ask", json={"question": "yellow too"})
    finished = spans.get_finished_spans()
    assert "yellow" not in "".join(span.to_json() for span in finished)
    assert [span.status.status_code for span in finished if span.name == "POST /v1/ask"] == [StatusCode.ERROR]


def test_it_is_off_unless_it_is_asked_for() -> None:
    """Serving imports no part of the library then."""
    program = "import sys, qa.web.app, qa.web.server; print('opentelemetry' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it; and an address that is none is refused."""
    require_telemetry("http://127.0.0.1:4318")
    with pytest.raises(UsageError, match="invalid value 'collector:4318' for telemetry: must be a URL"):
        require_telemetry("collector:4318")
    monkeypatch.setattr("qa.web.telemetry.PACKAGES", ("opentelemetry.nothing",))
    with pytest.raises(UsageError, match=r"pip install -r requirements-telemetry\.txt"):
        require_telemetry("http://127.0.0.1:4318")
