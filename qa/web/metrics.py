"""Who asked, how long it took, how it ended: request ids, Server-Timing and Prometheus metrics."""

import re
from time import perf_counter
from uuid import uuid4

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from qa.collection.catalog import IndexInfo
from qa.types import Answer

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The metrics of one application, in a registry of its own so that two never meet."""

    def __init__(self, index: IndexInfo, counted: str | None = None) -> None:
        """``index`` becomes the labels of ``netsphere_index_info``.

        ``counted``: the folder where several processes count together, prometheus_client's PROMETHEUS_MULTIPROC_DIR.
        """
        self._counted = counted
        registry = CollectorRegistry()
        self._registry = registry
        self._requests = Counter(
            "netsphere_requests", "Requests answered.", ("route", "method", "status"), registry=registry
        )
        self._seconds = Histogram(
            "netsphere_request_seconds", "Time to answer.", ("route", "method"), buckets=SECONDS, registry=registry
        )
        self._answers = Counter("netsphere_answers", "Answers given.", ("status",), registry=registry)
        self._degraded = Counter("netsphere_degraded_legs", "Answers without a leg.", ("leg",), registry=registry)
        served = Gauge(
            "netsphere_index_info",
            "What is served.",
            ("generation", "model"),
            registry=registry,
            multiprocess_mode="mostrecent",
        )
        served.labels(index.generation, index.model).set(1)
        ProcessCollector(registry=registry)

    def answered(self, answer: Answer) -> None:
        """Counts one answer."""
        self._answers.labels(answer.status.value).inc()
        for leg in answer.retrieval.degraded:
            self._degraded.labels(leg).inc()

    def requested(self, status: int, seconds: float) -> None:
        """Counts the current request by its route's template, so that no caller can invent labels."""
        route = request.url_rule.rule if request.url_rule else "unmatched"
        method = request.method if request.method in METHODS else "other"
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route, method).observe(seconds)

    def exposition(self) -> bytes:
        """All of it in the text format of Prometheus; where several processes serve, their sum."""
        if self._counted is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, self._counted)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def observe(app: Flask, metrics: Metrics) -> None:
    """Watches every request of the application, the failed ones included."""

    def begin() -> None:
        g.started = perf_counter()
        g.request_id = request_id(request.headers.get("X-Request-ID"))

    def finish(response: Response) -> Response:
        seconds = perf_counter() - g.started
        response.headers["X-Request-ID"] = g.request_id
        response.headers["Server-Timing"] = timing(seconds)
        metrics.requested(response.status_code, seconds)
        return response

    app.before_request(begin)
    app.after_request(finish)


def request_id(sent: str | None) -> str:
    """The caller's id if it is sane, else a new one."""
    return sent if sent and SANE_ID.fullmatch(sent) else uuid4().hex


def timing(seconds: float) -> str:
    """The value of Server-Timing; its unit is the millisecond."""
    return f"total;dur={seconds * 1000:.2f}"
