"""Models of the bodies that write documents, and the responses about their jobs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from unicodedata import category

from pydantic import AfterValidator, Field, JsonValue, StringConstraints
from pydantic_core import PydanticCustomError

from index.parsers.encoding import unify_newlines
from index.types import Document
from index.writes.history import GenerationInfo
from index.writes.jobs import Job
from qa.web.requests.base import StrictModel
from qa.web.requests.collections import OneName
from qa.web.requests.models import QueryInteger
from qa.web.requests.texts import reject_invalid_text, require_unicode

MAX_ID_CHARS = 1000
MAX_JOBS = 200
# Lists and objects inside each other, as in the lines of a file.
MAX_DEPTH = 100


def check_id(value: str) -> str:
    """Return an id; raise PydanticCustomError for one that a URL cannot name."""
    if any(category(character) == "Cc" for character in value):
        raise PydanticCustomError("nul_character", "should not hold control characters")
    if not {".", ".."}.isdisjoint(value.split("/")):
        raise PydanticCustomError("dot_segment", "should not have . or .. between slashes, which browsers remove")
    return value


def _require_text(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("string_too_short", "should have a character that is not white space")
    return require_unicode(value)


def _require_flat(value: dict[str, Any]) -> dict[str, Any]:
    if _is_deeper(value, MAX_DEPTH):
        raise PydanticCustomError("too_deep", "should not be nested more than {depth} levels", {"depth": MAX_DEPTH})
    require_unicode(json.dumps(value, ensure_ascii=False))
    return value


def _is_deeper(value: object, levels: int) -> bool:
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return levels < 0 or any(_is_deeper(one, levels - 1) for one in inside)


DocumentId = Annotated[str, StringConstraints(min_length=1, max_length=MAX_ID_CHARS), AfterValidator(check_id)]
Text = Annotated[str, AfterValidator(_require_text), AfterValidator(reject_invalid_text)]
Title = Annotated[str, StringConstraints(max_length=MAX_ID_CHARS), AfterValidator(reject_invalid_text)]
Metadata = Annotated[dict[str, JsonValue], AfterValidator(_require_flat)]


class IdModel(StrictModel):
    """The id in a path."""

    id: DocumentId


class DocumentBody(StrictModel):
    """A document that needs no parser."""

    text: Text
    title: Title = ""
    metadata: Metadata = Field(default_factory=dict)

    def to_document(self, id: str) -> Document:
        """Return the document."""
        return Document(id, unify_newlines(self.text), self.title, self.metadata)


class WrittenLine(DocumentBody):
    """A line of NDJSON that stores a document."""

    id: DocumentId


class RemovedLine(StrictModel):
    """A line of NDJSON that removes a document."""

    id: DocumentId
    delete: Literal[True]


class JobsQuery(StrictModel):
    """How many jobs to list."""

    limit: Annotated[int, Field(ge=1, le=MAX_JOBS), QueryInteger] = 20
    collection: OneName = None


class RollbackQuery(StrictModel):
    """The generation to serve; without a name, the newest intact one before the one that is served."""

    to: Annotated[str | None, StringConstraints(pattern=r"^[0-9]{6,}-[0-9a-f]{8}$")] = None
    collection: OneName = None


@dataclass(frozen=True, slots=True)
class GenerationList:
    """The generations that are kept, newest first.

    ``rolled_back``: an older one was chosen, so that what is built is held until it is published.
    """

    generations: tuple[GenerationInfo, ...]
    rolled_back: bool


@dataclass(frozen=True, slots=True)
class Updates:
    """The generation that is served, and how many writes wait to be built."""

    generation: str
    waiting: int


@dataclass(frozen=True, slots=True)
class JobList:
    """The last jobs, newest first."""

    jobs: tuple[Job, ...]
