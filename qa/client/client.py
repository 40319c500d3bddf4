"""The clients: ``Client`` sends and sleeps, ``AsyncClient`` does the same with await."""

import asyncio
import ssl
import time
from collections.abc import Callable, Coroutine
from functools import cache, wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar, Unpack

import httpx

import qa.client.calls as calls
import qa.client.flow as flow
from index import __version__
from qa.client.calls import Call
from qa.client.flow import Flow, Pause
from qa.client.job_types import Job
from qa.client.links import link_to_passage
from qa.client.options import InCollection
from qa.client.retries import Retries, Timeouts
from qa.client.types import Passage

P = ParamSpec("P")
T = TypeVar("T")

DEFAULT_URL = "http://127.0.0.1:8000"
DEFAULT_TIMEOUTS = Timeouts()
DEFAULT_RETRIES = Retries()
JOB_TIMEOUT_S = 600.0
# What the server's own refusal needs to arrive after the time in timeout_ms.
DEADLINE_MARGIN_S = 5.0


class _Connection:
    """What both clients know: the address, the key, and for how long to try."""

    def __init__(self, url: str, key: str | None, timeouts: Timeouts, retries: Retries) -> None:
        """Check the address and the key. Raises ValueError."""
        self.url = _check_url(url)
        self.timeouts, self.retries = timeouts, retries
        headers = {"User-Agent": f"netsphere-python/{__version__}", "Accept": "application/json, */*;q=0.5"}
        if key:
            headers["Authorization"] = f"Bearer {_check_key(key)}"
        self._settings: dict[str, Any] = {"base_url": self.url, "headers": headers, "verify": _load_certificates()}

    def link_to(self, passage: Passage) -> str:
        """Return the address of the page that shows a passage in its document, its evidence marked."""
        return link_to_passage(self.url, passage)

    def _build(self, http: httpx.Client | httpx.AsyncClient, call: Call[Any]) -> httpx.Request:
        read_s = self.timeouts.read_s
        if call.timeout_ms is not None:
            read_s = max(read_s, call.timeout_ms / 1000 + DEADLINE_MARGIN_S)
        timeout = httpx.Timeout(read_s, connect=self.timeouts.connect_s)
        return http.build_request(
            call.method, call.path, params=call.query, headers=call.headers, timeout=timeout, **call.body
        )


def _check_url(url: str) -> str:
    """Return a base URL without its last slash. Raises ValueError, which does not show a password."""
    expected = "must be http(s)://HOST[:PORT][/PREFIX]"
    # They would be sent in the place of the key, and be part of every link to a passage.
    if "@" in url.partition("//")[2].partition("/")[0]:
        raise ValueError(f"invalid URL: {expected}, without a user name or password")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"invalid URL {url!r} ({error}): {expected}") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host or "?" in url or "#" in url:
        raise ValueError(f"invalid URL {url!r}: {expected}")
    return url.rstrip("/")


def _check_key(key: str) -> str:
    """Return a key that a header can hold. Raises ValueError, which does not show it."""
    if not (key.isascii() and key.isprintable() and key == key.strip()):
        raise ValueError("invalid key: must be printable ASCII without spaces or line breaks at its ends; strip it")
    return key


@cache
def _load_certificates() -> ssl.SSLContext:
    """Return the trusted certificates, loaded once: that takes longer than a question."""
    return httpx.create_ssl_context()


def _method(build: Callable[P, Call[T]]) -> Callable[Concatenate["Client", P], T]:
    @wraps(build)
    def send(client: "Client", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.run(flow.send(build(*args, **kwargs), client.retries, client.url))

    return send


def _async_method(
    build: Callable[P, Call[T]],
) -> Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, T]]:
    @wraps(build)
    async def send(client: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await client.run(flow.send(build(*args, **kwargs), client.retries, client.url))

    return send


class Client(_Connection):
    """A client of one server, for one or more threads. Every method raises ClientError if its request fails.

    ``url`` may have a prefix; ``key`` is needed for writing, and for asking on some servers.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        retries: Retries = DEFAULT_RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Connect with the first request. A ``transport`` of httpx replaces the one that uses the network."""
        super().__init__(url, key, timeouts, retries)
        self._http = httpx.Client(**self._settings, transport=transport)

    ask = _method(calls.ask)
    ask_many = _method(calls.ask_many)
    list_collections = _method(calls.list_collections)
    list_documents = _method(calls.list_documents)
    get_document = _method(calls.get_document)
    get_original = _method(calls.get_original)
    get_page = _method(calls.get_page)
    get_page_picture = _method(calls.get_page_picture)
    put_document = _method(calls.put_document)
    upload_document = _method(calls.upload_document)
    delete_document = _method(calls.delete_document)
    write_documents = _method(calls.write_documents)
    upload_documents = _method(calls.upload_documents)
    get_updates = _method(calls.get_updates)
    list_jobs = _method(calls.list_jobs)
    get_job = _method(calls.get_job)
    publish_job = _method(calls.publish_job)
    list_generations = _method(calls.list_generations)
    roll_back = _method(calls.roll_back)
    rebuild = _method(calls.rebuild)
    verify = _method(calls.verify)
    give_feedback = _method(calls.give_feedback)
    export_feedback = _method(calls.export_feedback)
    get_index = _method(calls.get_index)
    check_alive = _method(calls.check_alive)
    check_ready = _method(calls.check_ready)
    get_metrics = _method(calls.get_metrics)
    get_openapi = _method(calls.get_openapi)

    def wait_for_job(self, job: Job | str, timeout_s: float = JOB_TIMEOUT_S, **place: Unpack[InCollection]) -> Job:
        """Return a job once it is published and served, held or failed. Raises JobNotFinished."""
        return self.run(flow.wait_for_job(job, timeout_s, self.retries, self.url, **place))

    def run(self, steps: Flow[T]) -> T:
        """Do what a flow asks for, and return its result."""
        outcome: httpx.Response | httpx.RequestError | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = None
            if isinstance(step, Pause):
                time.sleep(step.seconds)
            else:
                outcome = self._exchange(step)

    def _exchange(self, call: Call[Any]) -> httpx.Response | httpx.RequestError:
        try:
            return self._http.send(self._build(self._http, call))
        except httpx.RequestError as error:
            return error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncClient(_Connection):
    """As ``Client``, for asyncio; use it within one event loop."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        retries: Retries = DEFAULT_RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Connect with the first request. A ``transport`` of httpx replaces the one that uses the network."""
        super().__init__(url, key, timeouts, retries)
        self._http = httpx.AsyncClient(**self._settings, transport=transport)

    ask = _async_method(calls.ask)
    ask_many = _async_method(calls.ask_many)
    list_collections = _async_method(calls.list_collections)
    list_documents = _async_method(calls.list_documents)
    get_document = _async_method(calls.get_document)
    get_original = _async_method(calls.get_original)
    get_page = _async_method(calls.get_page)
    get_page_picture = _async_method(calls.get_page_picture)
    put_document = _async_method(calls.put_document)
    upload_document = _async_method(calls.upload_document)
    delete_document = _async_method(calls.delete_document)
    write_documents = _async_method(calls.write_documents)
    upload_documents = _async_method(calls.upload_documents)
    get_updates = _async_method(calls.get_updates)
    list_jobs = _async_method(calls.list_jobs)
    get_job = _async_method(calls.get_job)
    publish_job = _async_method(calls.publish_job)
    list_generations = _async_method(calls.list_generations)
    roll_back = _async_method(calls.roll_back)
    rebuild = _async_method(calls.rebuild)
    verify = _async_method(calls.verify)
    give_feedback = _async_method(calls.give_feedback)
    export_feedback = _async_method(calls.export_feedback)
    get_index = _async_method(calls.get_index)
    check_alive = _async_method(calls.check_alive)
    check_ready = _async_method(calls.check_ready)
    get_metrics = _async_method(calls.get_metrics)
    get_openapi = _async_method(calls.get_openapi)

    async def wait_for_job(
        self, job: Job | str, timeout_s: float = JOB_TIMEOUT_S, **place: Unpack[InCollection]
    ) -> Job:
        """Return a job once it is published and served, held or failed. Raises JobNotFinished."""
        return await self.run(flow.wait_for_job(job, timeout_s, self.retries, self.url, **place))

    async def run(self, steps: Flow[T]) -> T:
        """Do what a flow asks for, and return its result."""
        outcome: httpx.Response | httpx.RequestError | None = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as end:
                result: T = end.value
                return result
            outcome = None
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
            else:
                outcome = await self._exchange(step)

    async def _exchange(self, call: Call[Any]) -> httpx.Response | httpx.RequestError:
        try:
            return await self._http.send(self._build(self._http, call))
        except httpx.RequestError as error:
            return error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()
