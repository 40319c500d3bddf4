"""Sources of answers: an engine in this process, or a service over HTTP. Both return the JSON of API.md."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from index.errors import UsageError
from index.progress import Progress
from qa.answer.serialize import answer_json
from qa.engine import Engine
from qa.errors import ServiceError
from qa.evaluation.fingerprint.program import digest_of, hash_folder
from qa.types import Request

Json = Any
# Documents asked for at a time.
PAGE_SIZE = 100
TIMEOUT_S = 300.0
# Questions asked, and answers kept, at a time.
BATCH = 64


class AnswerSource(Protocol):
    """Answers questions over one collection.

    ``index`` is the generation that answers; ``url`` is the address of the service, empty in this
    process; ``reader`` reads the best passages, empty if that is not known.
    """

    index: str
    url: str
    reader: str

    def has(self, document: str) -> bool:
        """Return whether the collection has a document."""

    def text(self, document: str) -> str | None:
        """Return a document's text, or None if there is none of that id."""

    def ask(self, requests: Sequence[Request]) -> list[Mapping[str, Json]]:
        """Return the answers in order, as the API returns them. At most 256 at once."""


class EngineClient:
    """An engine of this process."""

    url = ""

    def __init__(self, engine: Engine) -> None:
        """Use an engine of this process."""
        self._engine = engine
        self.index = engine.catalog.describe_index().generation
        self.reader = describe_reader(engine.reader)

    def has(self, document: str) -> bool:
        """Return whether the index has a document."""
        return self.text(document) is not None

    def text(self, document: str) -> str | None:
        """Return a document's text as indexed."""
        view = self._engine.catalog.get_document(document)
        return view.text if view else None

    def ask(self, requests: Sequence[Request]) -> list[Mapping[str, Json]]:
        """Answer all requests in one batch."""
        return [answer_json(answer) for answer in self._engine.ask_many(requests)]


def describe_reader(name: str) -> str:
    """Return the name of a reader; of a folder, with its digest, because it may hold another model tomorrow."""
    folder = Path(name)
    return f"{name} {digest_of(hash_folder(folder))}" if folder.is_dir() else name


class HttpClient:
    """A running service. Raises UsageError for an invalid address, ServiceError if it fails."""

    reader = ""

    def __init__(self, url: str) -> None:
        """Check the address, and ask which generation is served."""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise UsageError(f"{url!r} is not the address of a service; give one like http://127.0.0.1:8000")
        self.url = url.rstrip("/")
        self.index = str(self._json("/v1/index")["generation"])

    def has(self, document: str) -> bool:
        """Return whether the list of documents, which is read once, has a document."""
        return document in self._documents

    def text(self, document: str) -> str | None:
        """Return a document's text as served."""
        if not self.has(document):
            return None
        return str(self._json(f"/v1/documents/{quote(document, safe='/')}")["text"])

    def ask(self, requests: Sequence[Request]) -> list[Mapping[str, Json]]:
        """Ask by POST /v1/ask/batch, or by /v1/ask if it is one request."""
        bodies = [
            {"question": r.question, "history": [asdict(turn) for turn in r.history], "top_k": r.top_k, "mode": r.mode}
            for r in requests
        ]
        if len(bodies) == 1:
            return [self._json("/v1/ask", bodies[0])]
        return list(self._json("/v1/ask/batch", {"questions": bodies})["answers"])

    @cached_property
    def _documents(self) -> frozenset[str]:
        found: list[str] = []
        while True:
            page = self._json(f"/v1/documents?offset={len(found)}&limit={PAGE_SIZE}")["documents"]
            found += [document["id"] for document in page]
            if len(page) < PAGE_SIZE:
                return frozenset(found)

    def _json(self, path: str, body: Json = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        # The scheme was checked above.
        request = HttpRequest(self.url + path, data, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
                return json.load(response)
        except HTTPError as error:
            raise ServiceError(f"{self.url}{path} answers {error.code}: {_read_detail(error)}") from error
        except (URLError, TimeoutError, ConnectionError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise ServiceError(f"cannot reach {self.url}{path} ({reason}); is the service running?") from error


def ask_in_batches(
    source: AnswerSource, requests: Sequence[Request], progress: Progress
) -> Iterator[list[Mapping[str, Json]]]:
    """Yield the answers batch by batch, in the order of the requests."""
    with progress.step("asking", len(requests)) as advance:
        for start in range(0, len(requests), BATCH):
            answers = source.ask(requests[start : start + BATCH])
            yield answers
            advance(len(answers))


def open_source(target: Engine | AnswerSource | str) -> AnswerSource:
    """Return a source for an engine, for the address of a service, or the source that was given."""
    if isinstance(target, Engine):
        return EngineClient(target)
    return HttpClient(target) if isinstance(target, str) else target


def _read_detail(error: HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason)
