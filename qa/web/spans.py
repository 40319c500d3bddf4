"""Spans of OpenTelemetry. Imported only if the server was told to send them, because the library is an extra."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus

from flask import Flask, Response, g, request
from opentelemetry.context import Context, get_current
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanKind, StatusCode, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from index import __version__
from qa.tracing import Attributes, set_tracer
from qa.web.access_log import describe_route

SERVICE = "netsphere"


def build_provider(endpoint: str) -> TracerProvider:
    """Return a provider that sends spans to a collector; call it in the process that serves, for it starts a thread."""
    ours = Resource.create({"service.name": SERVICE, "service.version": __version__})
    # Once more, because what a program states goes before the environment, which may tell two servers apart.
    resource = ours.merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return provider


def trace_app(app: Flask, provider: TracerProvider) -> None:
    """Record a span for each request of an application, and for the steps of its answers."""
    tracer = OpenTelemetryTracer(provider)
    set_tracer(tracer)

    def start_request() -> None:
        g.span = tracer.open_request(dict(request.headers))
        g.span.__enter__()

    def describe_response(response: Response) -> Response:
        method, route = describe_route()
        tracer.describe_request(method, route, response.status_code)
        return response

    def end_request(_error: BaseException | None) -> None:
        if span := g.pop("span", None):
            span.__exit__(None, None, None)

    # Before everything else, which is a part of the request.
    app.before_request_funcs.setdefault(None, []).insert(0, start_request)
    app.after_request_funcs.setdefault(None, []).insert(0, describe_response)
    app.teardown_request(end_request)


class OpenTelemetryTracer:
    """A ``qa.tracing.Tracer`` of the library.

    Exceptions are not recorded: their messages may quote a question.
    """

    def __init__(self, provider: TracerProvider) -> None:
        """Record with a provider."""
        self._tracer = provider.get_tracer(SERVICE, __version__)

    @contextmanager
    def open_span(self, name: str, attributes: Attributes) -> Iterator[Attributes]:
        """Record a step, with the attributes as they are at its end."""
        with self._tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
            try:
                yield attributes
            finally:
                span.set_attributes({f"{SERVICE}.{key}": value for key, value in attributes.items()})

    def read_context(self) -> object:
        """Return the context of this thread."""
        return get_current()

    @contextmanager
    def continue_contexts(self, contexts: Sequence[object]) -> Iterator[None]:
        """Record a span for a batch: a child of the first caller's, with links to the others."""
        known = [context for context in contexts if isinstance(context, Context)]
        links = [Link(get_current_span(context).get_span_context()) for context in known[1:]]
        with self._tracer.start_as_current_span(
            "answer", known[0] if known else None, attributes={f"{SERVICE}.calls": len(contexts)}, links=links,
            record_exception=False, set_status_on_exception=False,
        ):  # fmt: skip
            yield

    @contextmanager
    def open_request(self, headers: dict[str, str]) -> Iterator[None]:
        """Record a request, as a part of the trace that its header ``traceparent`` names, if it has one."""
        sent = {name.lower(): value for name, value in headers.items()}
        parent = TraceContextTextMapPropagator().extract(sent)
        with self._tracer.start_as_current_span(
            "request", parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ):
            yield

    def describe_request(self, method: str, route: str, status: int) -> None:
        """Name the span of the current request by its route, and add how it ended."""
        span = get_current_span()
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
        span.set_attribute(f"{SERVICE}.request_id", g.request_id)
        if modes := g.get("modes"):
            span.set_attribute(f"{SERVICE}.mode", ",".join(modes))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            span.set_status(StatusCode.ERROR)
