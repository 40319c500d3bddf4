"""Whom to ask: an engine in this process, or a service over HTTP. Both give the JSON of API.md."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request as HttpRequest
from urllib.request import urlopen

from index.errors import UsageError
from qa.answer.serialize import answer_json
from qa.engine import Engine
from qa.errors import ServiceError
from qa.evaluation.fingerprint.program import digest_of, hash_folder
from qa.types import Request

Json = Any
PAGE_SIZE = 100
"""Documents asked for at a time."""
TIMEOUT_S = 300.0


class AnswerSource(Protocol):
    """Answers questions over one collection."""

    @property
    def index(self) -> str:
        """The generation that answers."""

    @property
    def url(self) -> str:
        """Where it is served; empty in this process."""

    @property
    def reader(self) -> str:
        """What reads the best passages; empty where that is not known."""

    def has(self, document: str) -> bool:
        """Whether the collection holds a document."""

    def text(self, document: str) -> str | None:
        """A document's text, or None where there is none of that id."""

    def ask(self, requests: Sequence[Request]) -> list[Mapping[str, Json]]:
        """The answers in order, as the API returns them. At most 256 at once."""


class EngineClient:
    """An engine of this process."""

    url = ""

    def __init__(self, engine: Engine) -> None:
        """Reads nothing yet."""
        self._engine = engine
        self.index = engine.catalog.describe_index().generation
        self.reader = engine.reader
        # A folder may hold another model tomorrow.
        if Path(engine.reader).is_dir():
            self.reader += f" {digest_of(hash_folder(Path(engine.reader)))}"

    def has(self, document: str) -> bool:
        """Whether the index holds it."""
        return self.text(document) is not None

    def text(self, document: str) -> str | None:
        """As indexed."""
        view = self._engine.catalog.get_document(document)
        return view.text if view else None

    def ask(self, requests: Sequence[Request]) -> list[Mapping[str, Json]]:
        """In one batch."""
        return [answer_json(answer) for answer in self._engine.ask_many(requests)]


class HttpClient:
    """A running service. Raises UsageError for an address that is none, ServiceError where it fails."""

    reader = ""

    def __init__(self, url: str) -> None:
        """Asks what is served."""
        if urlsplit(url).scheme not in {"http", "https"}:
            raise UsageError(f"{url!r} is no address of a service; give one like http://127.0.0.1:8000")
        self.url = url.rstrip("/")
        self.index = str(self._json("/v1/index")["generation"])

    def has(self, document: str) -> bool:
        """From the list of documents, which is read once."""
        return document in self._documents

    def text(self, document: str) -> str | None:
        """As served."""
        if not self.has(document):
            return None
        return str(self._json(f"/v1/documents/{quote(document, safe='/')}")["text"])

    def ask(self, requests: Sequence[Request]) -> list[Mapping[str, Json]]:
        """By POST /v1/ask/batch, or /v1/ask where it is one."""
        bodies = [_build_body(request) for request in requests]
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
            raise ServiceError(f"{self.url}{path} cannot be had ({reason}); is the service running?") from error


def open_source(target: Engine | AnswerSource | str) -> AnswerSource:
    """Return a source for an engine, for the address of a service, or the source that was given."""
    if isinstance(target, Engine):
        return EngineClient(target)
    return HttpClient(target) if isinstance(target, str) else target


def _build_body(request: Request) -> Mapping[str, Json]:
    history = [{"question": turn.question, "answer": turn.answer} for turn in request.history]
    return {"question": request.question, "history": history, "top_k": request.top_k, "mode": request.mode}


def _read_detail(error: HTTPError) -> str:
    try:
        return str(json.load(error)["detail"])
    except (ValueError, KeyError, TypeError):
        return str(error.reason)
