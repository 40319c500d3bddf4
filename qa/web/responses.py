"""Response bodies of the JSON routes, and their schemas.

The fields of a class, in their order, are its JSON. An answer is rendered by ``qa.answer.serialize``;
a test validates it against the schema of ``qa.types.Answer``.
"""

from dataclasses import dataclass
from functools import cache

from flask import Response
from pydantic import TypeAdapter

from qa.types import Answer
from qa.web.collections import CollectionSummary
from qa.web.requests.models import Verdict


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a batch, in the order of its questions."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Alive:
    """Liveness: the process answers."""

    status: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Readiness: every leg finds a known sentence."""

    status: str
    legs: dict[str, bool]


@dataclass(frozen=True, slots=True)
class ReadyCollections(Ready):
    """Readiness of several collections, each with its legs; ``legs`` are those of the default one."""

    collections: dict[str, dict[str, bool]]


@dataclass(frozen=True, slots=True)
class CollectionList:
    """The collections that are served, the default one first."""

    collections: tuple[CollectionSummary, ...]


@dataclass(frozen=True, slots=True)
class FeedbackReceipt:
    """A stored verdict, and the id with which a later verdict replaces it."""

    id: str
    verdict: Verdict


# One adapter for each class of response, made with the application.
get_adapter = cache(TypeAdapter)


def json_response(value: object) -> Response:
    """Return a value as a JSON response. NaN, which a document's metadata may hold, becomes null."""
    return Response(dump_json(value), content_type="application/json")


def dump_json(value: object, indent: int | None = None) -> bytes:
    """Return the JSON of a response, as a command prints it, too."""
    adapter = get_adapter(type(value))  # type: ignore[arg-type]  # mypy reads __hash__ as a method of the value
    return adapter.dump_json(value, indent=indent)
