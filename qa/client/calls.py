"""One function for each route: it returns the request and says how to read the response.

The clients make their methods of these functions, so that whatever concerns a route is written once.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar, Unpack
from urllib.parse import quote

import httpx

import qa.client.job_types as job_types
import qa.client.page_types as page_types
import qa.client.types as types
from qa.client.checks import (
    check_file_name,
    check_names,
    check_timeout,
    format_conditions,
    name_collection,
    read_bytes,
)
from qa.client.decoding import decode
from qa.client.options import AskOptions, BulkLine, Conditions, FeedbackOptions, InCollection, QuestionBody, Turn
from qa.client.retries import Effect

T = TypeVar("T")
DOCUMENTS = "v1/documents"


@dataclass(frozen=True)
class Call(Generic[T]):
    """A request. ``path`` is relative to the base URL; ``body`` has what httpx takes as json, content or files.

    ``read`` returns the result of a successful response. ``timeout_ms`` is the time that the server was given.
    """

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    effect: Effect = Effect.READ
    query: Mapping[str, str | int | list[str]] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_ms: int | None = None


def ask(question: str, **options: Unpack[AskOptions]) -> Call[types.Answer]:
    """Return the answer to a question."""
    body = {"json": {"question": question, **options}}
    limit = check_timeout(options.get("timeout_ms"), "timeout_ms")
    return Call("POST", "v1/ask", _reader(types.Answer), body=body, timeout_ms=limit)


def ask_many(questions: Sequence[str | QuestionBody]) -> Call[tuple[types.Answer, ...]]:
    """Return the answers to up to 256 questions, in order; a question with options is a dict."""
    read = _reader(types.Answers)
    named = [(i, one.get("timeout_ms")) for i, one in enumerate(questions) if not isinstance(one, str)]
    limits = [check_timeout(limit, f"questions[{i}].timeout_ms") for i, limit in named]
    shortest = min((limit for limit in limits if limit is not None), default=None)
    body = {"json": {"questions": list(questions)}}
    return Call("POST", "v1/ask/batch", lambda response: read(response).answers, body=body, timeout_ms=shortest)


def list_collections() -> Call[tuple[types.CollectionInfo, ...]]:
    """Return the collections that are served, the default one first."""
    read = _reader(types.CollectionList)
    return Call("GET", "v1/collections", lambda response: read(response).collections)


def list_documents(
    offset: int = 0,
    limit: int = 20,
    filter: Mapping[str, Any] | None = None,
    facets: Sequence[str] = (),
    **place: Unpack[InCollection],
) -> Call[types.DocumentList]:
    """Return a part of the list of documents, of those that meet a filter if there is one.

    ``filter`` has document, folder, tag, language, format, author and date, as for a question; ``facets`` names fields
    of the metadata whose values are counted.
    """
    query: dict[str, Any] = {"offset": offset, "limit": limit, **name_collection(place)}
    query |= {"facets": ",".join(facets)} if facets else {}
    for name, values in (filter or {}).items():
        if isinstance(values, Mapping):
            query |= {f"{name}.{bound}": day for bound, day in values.items()}
        else:
            query[name] = values if isinstance(values, str) else list(values)
    return Call("GET", DOCUMENTS, _reader(types.DocumentList), query=query)


def get_document(
    id: str, start: int | None = None, end: int | None = None, **place: Unpack[InCollection]
) -> Call[types.Document]:
    """Return a document, or the part of it from ``start`` to ``end``, with the places of its passages."""
    query: dict[str, str | int | list[str]] = {**name_collection(place)}
    query |= {name: value for name, value in (("start", start), ("end", end)) if value is not None}
    return Call("GET", _locate(id), _reader(types.Document), query=query)


def get_original(id: str, **place: Unpack[InCollection]) -> Call[bytes]:
    """Return the file that a document was read from."""
    query = name_collection(place)
    return Call("GET", f"{_locate(id)}/original", lambda response: response.content, query=query)


def get_page(
    id: str, page: int, spans: Sequence[tuple[int, int]] = (), **place: Unpack[InCollection]
) -> Call[page_types.PageContent]:
    """Return a page of a PDF document, from 1, with the places on it of ``spans``, (start, end), of its text."""
    query: dict[str, str | int | list[str]] = {**name_collection(place)}
    query |= {"at": [f"{start}-{end}" for start, end in spans]} if spans else {}
    return Call("GET", f"{_locate(id)}/pages/{page}", _reader(page_types.PageContent), query=query)


def get_page_picture(id: str, page: int, **place: Unpack[InCollection]) -> Call[bytes]:
    """Return the picture of a page of a PDF document, from 1, as PNG."""
    query = name_collection(place)
    return Call("GET", f"{_locate(id)}/pages/{page}.png", lambda response: response.content, query=query)


def put_document(
    id: str, text: str, title: str = "", metadata: Mapping[str, Any] | None = None, **conditions: Unpack[Conditions]
) -> Call[job_types.Job]:
    """Store or replace a document given as its text, and return the job of it."""
    body = {"json": {"text": text, "title": title, "metadata": metadata or {}}}
    return _write("PUT", _locate(id), body, **conditions)


def upload_document(
    id: str, file: bytes | Path, media_type: str | None = None, **conditions: Unpack[Conditions]
) -> Call[job_types.Job]:
    """Store or replace a document given as a file, and return the job of it.

    Its format is that of ``media_type``, or of the extension of the id.
    """
    body = {"content": read_bytes(file)}
    return _write("PUT", _locate(id), body, media_type or "application/octet-stream", **conditions)


def delete_document(id: str, **conditions: Unpack[Conditions]) -> Call[job_types.Job]:
    """Remove a document, and return the job of it."""
    return _write("DELETE", _locate(id), **conditions)


def write_documents(lines: Iterable[BulkLine], **place: Unpack[InCollection]) -> Call[job_types.Job]:
    """Store and remove many documents, all or none, and return the job of them."""
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    return _write("POST", DOCUMENTS, {"content": content}, "application/x-ndjson", **place)


def upload_documents(files: Mapping[str, bytes | Path], **place: Unpack[InCollection]) -> Call[job_types.Job]:
    """Store many files, by the ids of their documents, all or none, and return the job of them."""
    parts = [("file", (check_file_name(name), read_bytes(file))) for name, file in files.items()]
    return _write("POST", DOCUMENTS, {"files": parts}, **place)


def get_updates(**place: Unpack[InCollection]) -> Call[job_types.Updates]:
    """Return which generation is served, and how many writes wait to be built."""
    return Call("GET", "v1/updates", _reader(job_types.Updates), query=name_collection(place))


def list_jobs(limit: int = 20, **place: Unpack[InCollection]) -> Call[tuple[job_types.Job, ...]]:
    """Return the last jobs, newest first."""
    read = _reader(job_types.JobList)
    query: dict[str, str | int | list[str]] = {"limit": limit, **name_collection(place)}
    return Call("GET", "v1/jobs", lambda response: read(response).jobs, query=query)


def get_job(id: str, **place: Unpack[InCollection]) -> Call[job_types.Job]:
    """Return what became of a write."""
    return Call("GET", f"v1/jobs/{quote(id, safe='')}", _reader(job_types.Job), query=name_collection(place))


def publish_job(id: str, **place: Unpack[InCollection]) -> Call[job_types.Job]:
    """Serve the generation of a job that is held, and return the job."""
    return _write("POST", f"v1/jobs/{quote(id, safe='')}/publish", **place)


def list_generations(**place: Unpack[InCollection]) -> Call[job_types.GenerationList]:
    """Return the generations that are kept, newest first, and which one is served."""
    return Call("GET", "v1/generations", _reader(job_types.GenerationList), query=name_collection(place))


def roll_back(to: str | None = None, **place: Unpack[InCollection]) -> Call[job_types.GenerationList]:
    """Serve the generation before the current one, or the one that is named; what is built later is held."""
    query: dict[str, str | int | list[str]] = {**({"to": to} if to else {}), **name_collection(place)}
    return Call("POST", "v1/rollback", _reader(job_types.GenerationList), Effect.WRITE, query)


def rebuild(**place: Unpack[InCollection]) -> Call[job_types.Job]:
    """Let the server read the folder again that its index was built from, and return the job of it."""
    return _write("POST", "v1/rebuild", **place)


def verify(
    document: str, start: int, end: int, text: str, sha256: str | None = None, **place: Unpack[InCollection]
) -> Call[types.CitationCheck]:
    """Return whether a quotation is still in its document, at its place or elsewhere."""
    body = {"document": document, "start": start, "end": end, "text": text, "sha256": sha256}
    body |= name_collection(place)
    return Call("POST", "v1/verify", _reader(types.CitationCheck), body={"json": body})


def give_feedback(
    question: str,
    passage: str,
    verdict: Literal["right", "wrong"],
    history: Sequence[Turn] = (),
    id: str | None = None,
    **options: Unpack[FeedbackOptions],
) -> Call[types.FeedbackReceipt]:
    """Store whether a passage answers a question; a verdict with the same id replaces the earlier one.

    With ``about="answer"`` it is the words that are judged, which are given as ``answer``, and not their passage.
    """
    body: dict[str, Any] = {"question": question, "passage": passage, "verdict": verdict, "history": list(history)}
    # Options that are not given are not sent, so that an older server works.
    body |= {"id": id, **check_names(options, FeedbackOptions)}
    return Call("POST", "v1/feedback", _reader(types.FeedbackReceipt), Effect.WRITE, body={"json": body})


def export_feedback(**place: Unpack[InCollection]) -> Call[tuple[Mapping[str, Any], ...]]:
    """Return the stored verdicts as judged questions for the evaluation."""
    query = name_collection(place)
    return Call(
        "GET", "v1/feedback", lambda r: tuple(_read_object(line) for line in r.text.split("\n") if line), query=query
    )


def get_index(**place: Unpack[InCollection]) -> Call[types.IndexInfo]:
    """Return what is being served: generation, counts, model, settings, build time."""
    return Call("GET", "v1/index", _reader(types.IndexInfo), query=name_collection(place))


def check_alive() -> Call[types.Alive]:
    """Return that the process answers."""
    return Call("GET", "healthz", _reader(types.Alive), Effect.PROBE)


def check_ready() -> Call[types.Ready]:
    """Return that a known question finds its passage through every leg; otherwise it is an ApiError."""
    return Call("GET", "readyz", _reader(types.Ready), Effect.PROBE)


def get_metrics() -> Call[str]:
    """Return counts and latencies in the format of Prometheus."""
    return Call("GET", "metrics", _read_metrics)


def get_openapi() -> Call[Mapping[str, Any]]:
    """Return the description of the API, OpenAPI 3.1."""
    return Call("GET", "openapi.json", lambda response: _read_object(response.text))


def _read_metrics(response: httpx.Response) -> str:
    """Return the text of a response. Raises ValueError if it is a page."""
    if "html" in response.headers.get("Content-Type", ""):
        raise ValueError("a text was expected, not a page")
    return response.text


def _reader(kind: type[T]) -> Callable[[httpx.Response], T]:
    return lambda response: decode(kind, response.json())


def _read_object(text: str) -> Mapping[str, Any]:
    """Return the object in a JSON text. Raises ValueError."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"an object was expected, not {type(value).__name__}")
    return value


def _locate(id: str) -> str:
    """Return the path of a document; its slashes are part of it. Raises ValueError for an id that no URL can name."""
    if not id or not {".", ".."}.isdisjoint(id.split("/")):
        raise ValueError(f"invalid document id {id!r}: must not be empty, nor have . or .. between slashes")
    return f"{DOCUMENTS}/{quote(id, safe='/')}"


def _write(
    method: str,
    path: str,
    body: Mapping[str, Any] | None = None,
    media_type: str | None = None,
    **conditions: Unpack[Conditions],
) -> Call[job_types.Job]:
    """Return the request of a write. Raises TypeError for an unknown condition."""
    headers = {**({"Content-Type": media_type} if media_type else {}), **format_conditions(conditions)}
    query = {"collection": conditions["collection"]} if "collection" in conditions else {}
    return Call(method, path, _reader(job_types.Job), Effect.WRITE, query, body or {}, headers)
