"""Response bodies of the JSON routes, and their schemas.

The fields of a class, in their order, are its JSON. An answer is rendered by ``qa.answer.serialize``;
a test validates it against ``ANSWER``, its schema here.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response
from pydantic import TypeAdapter

from qa.collection.catalog import DocumentContent, DocumentInfo, IndexInfo
from qa.collection.citations import CitationCheck
from qa.types import Answer
from qa.web.feedback_store import Verdict

Json = dict[str, Any]
Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a batch, in the order of its questions."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class DocumentList:
    """A page of the list of documents. ``total`` counts all documents."""

    total: int
    offset: int
    limit: int
    documents: tuple[DocumentInfo, ...]


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
class FeedbackReceipt:
    """A stored verdict, and the id with which a later verdict replaces it."""

    id: str
    verdict: Verdict


ANSWER = TypeAdapter(Answer)
ANSWERS = TypeAdapter(Answers)
DOCUMENT_LIST = TypeAdapter(DocumentList)
DOCUMENT = TypeAdapter(DocumentContent)
INDEX = TypeAdapter(IndexInfo)
CITATION_CHECK = TypeAdapter(CitationCheck)
FEEDBACK_RECEIPT = TypeAdapter(FeedbackReceipt)
ALIVE = TypeAdapter(Alive)
READY = TypeAdapter(Ready)
OPENAPI = TypeAdapter(Json)


def json_response(schema: TypeAdapter[Body], value: Body) -> Response:
    """Return a value as a JSON response. NaN, which a document's metadata may hold, becomes null."""
    return Response(schema.dump_json(value), content_type="application/json")
