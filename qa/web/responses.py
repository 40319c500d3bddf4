"""What the routes reply besides one answer, and the schema of every reply.

The fields of a class, in their order, are its JSON: there is no second list of them. One answer
is rendered by ``qa.answer.serialize``; a test holds it against ``ANSWER``, its schema here.
"""

from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response
from pydantic import TypeAdapter

from qa.collection.catalog import DocumentInfo, DocumentView, IndexInfo
from qa.collection.citations import Verified
from qa.types import Answer
from qa.web.feedback_store import Verdict

Json = dict[str, Any]
Reply = TypeVar("Reply")


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a batch, in the order of its questions."""

    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class DocumentList:
    """A stretch of the list of documents. ``total`` counts all of them."""

    total: int
    offset: int
    limit: int
    documents: tuple[DocumentInfo, ...]


@dataclass(frozen=True, slots=True)
class Alive:
    """The process answers."""

    status: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Every leg finds what is known to be there."""

    status: str
    legs: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Kept:
    """A verdict that is kept, and the id under which it can be sent again."""

    id: str
    verdict: Verdict


ANSWER = TypeAdapter(Answer)
ANSWERS = TypeAdapter(Answers)
DOCUMENT_LIST = TypeAdapter(DocumentList)
DOCUMENT = TypeAdapter(DocumentView)
INDEX = TypeAdapter(IndexInfo)
VERIFIED = TypeAdapter(Verified)
KEPT = TypeAdapter(Kept)
ALIVE = TypeAdapter(Alive)
READY = TypeAdapter(Ready)
OPENAPI = TypeAdapter(Json)


def reply(kind: TypeAdapter[Reply], value: Reply) -> Response:
    """A value as JSON. Not-a-number, which a document's metadata may hold, becomes null."""
    return Response(kind.dump_json(value), content_type="application/json")
