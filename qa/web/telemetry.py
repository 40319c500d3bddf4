"""OpenTelemetry, an extra: a span for each request and for the steps of its answer, sent with OTLP over HTTP.

Not opentelemetry-instrumentation-flask: its spans hold the address of a request, and with it the question.
The variables ``OTEL_…`` of the environment are read by the library itself: headers of the exporter, sampling, resource.
"""

from collections.abc import Callable
from importlib.util import find_spec

from flask import Flask

from index.errors import UsageError

PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
REMEDY = "pip install -r requirements-telemetry.txt"


def require_telemetry(endpoint: str) -> None:
    """Raise UsageError if the endpoint is no URL, or if the library is not installed."""
    if not endpoint.startswith(("http://", "https://")):
        raise UsageError(f"invalid value {endpoint!r} for telemetry: must be a URL such as http://127.0.0.1:4318")
    if missing := [name for name in PACKAGES if not _is_installed(name)]:
        raise UsageError(f"telemetry needs {missing[0]}, which is not installed: {REMEDY}")


def send_spans(app: Flask, endpoint: str) -> Callable[[], object]:
    """Send the spans of an application to a collector, and return what sends the last ones.

    Call it in the process that serves, because it starts a thread.
    """
    from qa.web.spans import build_provider, trace_app

    provider = build_provider(endpoint)
    trace_app(app, provider)
    return provider.shutdown


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a parent package
        return False
