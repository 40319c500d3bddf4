"""Request ids, the Server-Timing header and Prometheus metrics."""

import re
from collections.abc import Mapping
from random import getrandbits
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from qa.collection.catalog import IndexInfo
from qa.types import Answer
from qa.web.access_log import OTHER_METHOD, UNREAD, describe_route, log_request

VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Buckets of the latency histogram. An answer takes milliseconds, a cold first one seconds.
LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The metrics of one application, in a registry of their own, so that two applications never share one."""

    def __init__(self, indexes: Mapping[str, IndexInfo], folder: str | None = None) -> None:
        """Register all metrics; ``indexes``, by the name of their collection, give the labels of what is served.

        The first is the default. If it is the only one, nothing is counted by collection.

        ``folder`` is shared by the worker processes of a server (prometheus_client's PROMETHEUS_MULTIPROC_DIR).
        """
        self._folder = folder
        registry = CollectorRegistry()
        self._registry = registry
        self._requests = Counter(
            "netsphere_requests", "Requests answered.", ("route", "method", "status"), registry=registry
        )
        self._seconds = Histogram(
            "netsphere_request_seconds",
            "Time to answer.",
            ("route", "method"),
            buckets=LATENCY_BUCKETS_S,
            registry=registry,
        )
        self._answers = Counter("netsphere_answers", "Answers given.", ("status",), registry=registry)
        self._degraded = Counter("netsphere_degraded_legs", "Answers without a leg.", ("leg",), registry=registry)
        served = Gauge(
            "netsphere_index_info",
            "What is served.",
            ("generation", "model"),
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        default = next(iter(indexes.values()))
        served.labels(default.generation, default.model).set(1)
        self._collections = _CollectionMetrics(indexes, registry) if len(indexes) > 1 else None
        ProcessCollector(registry=registry)

    def count_answer(self, answer: Answer) -> None:
        """Count one answer, and each leg that failed for it."""
        self._answers.labels(answer.status.value).inc()
        for leg in answer.retrieval.degraded:
            self._degraded.labels(leg).inc()
        if self._collections:
            self._collections.count_answer(answer)

    def count_request(self, status: int, seconds: float) -> None:
        """Count the current request by the template of its route, so that no caller can invent labels."""
        method, route = describe_route()
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route, method).observe(seconds)

    def count_liveness(self) -> None:
        """Count a liveness check that was answered without the application."""
        self._requests.labels("/healthz", "GET", 200).inc()
        self._seconds.labels("/healthz", "GET").observe(0.0)

    def count_unread(self, status: int, count: int = 1) -> None:
        """Count requests that were refused before their route was known, as those of an overloaded server are."""
        self._requests.labels(UNREAD, OTHER_METHOD, status).inc(count)

    def expose(self) -> bytes:
        """Return all metrics in the text format of Prometheus, summed over the worker processes."""
        if self._folder is None:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, self._folder)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


class _CollectionMetrics:
    """What is served of each collection, and what each by itself has answered."""

    def __init__(self, indexes: Mapping[str, IndexInfo], registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "netsphere_collection_answers",
            "Answers of each collection by itself.",
            ("collection", "status"),
            registry=registry,
        )
        served = Gauge(
            "netsphere_collection_info",
            "What is served of each collection.",
            ("collection", "generation", "model"),
            registry=registry,
            multiprocess_mode="livemostrecent",
        )
        for name, index in indexes.items():
            served.labels(name, index.generation, index.model).set(1)

    def count_answer(self, answer: Answer) -> None:
        """Count the answer of each collection that was searched."""
        for collection in answer.collections:
            self._answers.labels(collection.name, collection.status.value).inc()


def forget_process(folder: str | None, pid: int) -> None:
    """Take a process that has ended out of the gauges in the shared folder; what it has counted stays."""
    if folder is not None:
        mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


def instrument_app(app: Flask, metrics: Metrics) -> None:
    """Count, time and log every request of the application, and give it an id; failed requests too."""

    def start_request() -> None:
        g.started = perf_counter()
        g.request_id = choose_request_id(request.headers.get("X-Request-ID"))

    def finish_request(response: Response) -> Response:
        seconds = perf_counter() - g.started
        response.headers["X-Request-ID"] = g.request_id
        response.headers["Server-Timing"] = format_server_timing(seconds)
        metrics.count_request(response.status_code, seconds)
        log_request(response, seconds)
        return response

    app.before_request(start_request)
    app.after_request(finish_request)


def choose_request_id(sent: str | None) -> str:
    """Return the caller's id if it is valid, else a new one."""
    # It is no secret, and os.urandom would give up the interpreter lock.
    return sent if sent and VALID_REQUEST_ID.fullmatch(sent) else f"{getrandbits(128):032x}"


def format_server_timing(seconds: float) -> str:
    """Return the value of Server-Timing, whose unit is the millisecond."""
    return f"total;dur={seconds * 1000:.2f}"
