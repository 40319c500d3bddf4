"""What the tools are called with. A model of a language reads the schemas, so every word of them costs tokens."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from index.generation.metadata import find_field
from index.generation.metadata_filter import NO_FILTER, Selection
from index.types import Span
from qa.types import Mode, Request
from qa.web.requests.base import Pattern, StrictModel
from qa.web.requests.collections import NameList, OneName
from qa.web.requests.filters import MetadataBody, Patterns
from qa.web.requests.models import MAX_DOCUMENTS, AnswerString, Offset, Question, TimeoutMs, VerifyBody, WholeNumber

# Characters of a document that are returned unless an end is named, and at most.
PART_CHARS, MAX_PART_CHARS = 4_000, 100_000

QuestionText = Annotated[Question, Field(description="Complete in itself: earlier turns are not known.")]
DocumentPatterns = Annotated[Patterns | None, Field(description="Search these only: ids or patterns such as *.md.")]
# Its own schema would be longer than all others together.
CONDITIONS = (
    "Metadata to have, each one value or a list: folder (hr/** with all below), tag, language, format, author, "
    "date {from, to} or any other field."
)
Conditions = Annotated[MetadataBody | None, WithJsonSchema({"type": "object", "description": CONDITIONS})]
Detail = Annotated[bool, Field(description="Return all that is known, not only what is needed.")]
Id = Annotated[Pattern, Field(description="Id of the document.")]
# Of several: a name or a list of names. As with the conditions, the whole schema would be long.
Searched = Annotated[NameList, WithJsonSchema({"description": "Collections to search, by name; all without it."})]
Sha256 = Annotated[str | None, Field(pattern=r"^[0-9a-f]{64}$", description="Version that was quoted.")]


class QuestionArguments(StrictModel):
    """A question and where to look for its answer."""

    question: QuestionText
    documents: DocumentPatterns = None
    filter: Conditions = None
    mode: Mode = "precise"
    detail: Detail = False
    timeout_ms: Annotated[TimeoutMs, Field(description="Give up after this time.")] = None
    collection: Searched = None

    def to_request(self, top_k: int) -> Request:
        """Return the request to the engine."""
        conditions = self.filter.to_filter() if self.filter else NO_FILTER
        documents, names = tuple(self.documents or ()), tuple(self.collection or ())
        return Request(self.question, (), top_k, self.mode, documents, filter=conditions, collections=names)


class AskArguments(QuestionArguments):
    """The arguments of ``ask``."""


class SearchArguments(QuestionArguments):
    """The arguments of ``search``."""

    limit: Annotated[int, Field(ge=1, le=50), WholeNumber] = 5


class DocumentArguments(StrictModel):
    """The arguments of ``get_document``."""

    document: Id
    start: Annotated[Offset, Field(description="First character.")] = 0
    end: Annotated[Offset | None, Field(description=f"Without it, {PART_CHARS} characters.")] = None
    detail: Detail = False
    collection: OneName = None

    @property
    def part(self) -> Span:
        """The part to return, empty if it ends before it starts."""
        if self.end is None:
            return Span(self.start, self.start + PART_CHARS)
        return Span(self.start, max(self.start, min(self.end, self.start + MAX_PART_CHARS)))


class QuoteArguments(StrictModel):
    """The arguments of ``verify_quote``."""

    document: Id
    text: Annotated[AnswerString, Field(min_length=1, description="The quoted words.")]
    start: Annotated[Offset | None, Field(description="Where they were quoted from, if known.")] = None
    end: Annotated[Offset | None, Field(description="Ends there.")] = None
    sha256: Sha256 = None
    collection: OneName = None

    def to_body(self, start: int, end: int) -> VerifyBody:
        """Return the body of ``POST /v1/verify`` for the quotation at a place."""
        return VerifyBody(document=self.document, sha256=self.sha256, start=start, end=end, text=self.text)


class ListArguments(StrictModel):
    """The arguments of ``list_documents``."""

    offset: Annotated[int, Field(ge=0, le=10**9), WholeNumber] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_DOCUMENTS), WholeNumber] = 50
    detail: Detail = False
    filter: Conditions = None
    facets: Annotated[list[Pattern], Field(max_length=20, description="Count values of these fields.")] = []  # noqa: RUF012
    collection: OneName = None

    @property
    def selection(self) -> Selection:
        """The documents to list."""
        return Selection((), self.filter.to_filter() if self.filter else NO_FILTER)

    @property
    def facet_fields(self) -> list[str]:
        """The fields whose values are counted, each once."""
        return list(dict.fromkeys(map(find_field, self.facets)))
