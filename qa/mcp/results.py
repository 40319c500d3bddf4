"""What the tools return. Fields without a value are left out, and those of ``detail`` unless they are asked for."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from index.types import PassageKind
from qa.collection.citations import CitationStatus
from qa.types import AnswerKind, Reason, Status

Probability = Annotated[float, Field(ge=0, le=1)]


class Result(BaseModel):
    """Base of everything that a tool returns."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Excerpt(Result):
    """``text`` is ``document[start:end]``, in Unicode code points."""

    text: str
    start: int
    end: int


class CopyPlace(Result):
    """Another place with the same text, or if ``near`` with nearly the same: an older version, for example."""

    document: str
    start: int
    end: int
    collection: str | None = None
    date: str | None = None
    near: bool | None = None


class FoundPassage(Excerpt):
    """A passage, or the sentences of it that answer best."""

    document: str
    score: Annotated[Probability, Field(description="Probability that it answers.")]
    heading: str | None = None
    link: str
    id: str | None = None
    title: str | None = None
    sha256: str | None = None
    date: str | None = None
    kind: PassageKind | None = None
    page: int | None = None
    location: str | None = None
    evidence: list[Excerpt] | None = None
    copies: list[CopyPlace] | None = None
    collection: str | None = None


class SearchScope(Result):
    """How many documents were searched, and for which question, if nothing was found."""

    documents: int
    question: str


class AskResult(Result):
    """What answers, or what is nearest if nothing does."""

    status: Status
    confidence: Annotated[Probability, Field(description="Probability that what is quoted answers.")]
    reason: Reason | None = None
    words: Annotated[list[Excerpt] | None, Field(description="Exact words that answer.")] = None
    quotation: Annotated[Excerpt | None, Field(description="Sentence or passage around them.")] = None
    document: str | None = None
    collection: str | None = None
    title: str | None = None
    link: str | None = None
    searched: Annotated[SearchScope | None, Field(description="If not found.")] = None
    closest: Annotated[list[FoundPassage] | None, Field(description="If not found: nearest, no answers.")] = None
    degraded: Annotated[list[str] | None, Field(description="Parts that did not work.")] = None
    searched_as: str | None = None
    kind: AnswerKind | None = None
    generation: str | None = None
    passages: list[FoundPassage] | None = None


class SearchResult(Result):
    """Passages, best first. With the status ``not_found`` none of them answers."""

    status: Status
    reason: Reason | None = None
    passages: list[FoundPassage]
    searched: SearchScope | None = None
    degraded: list[str] | None = None
    searched_as: str | None = None
    generation: str | None = None


class PassagePlace(Result):
    """The place of a passage."""

    id: str
    start: int
    end: int
    heading: str | None = None
    kind: PassageKind | None = None
    page: int | None = None
    location: str | None = None


class DocumentPart(Excerpt):
    """A part of a document; ``next`` is where the following part starts."""

    document: str
    title: str
    characters: int
    next: int | None = None
    sha256: str
    link: str
    metadata: dict[str, Any] | None = None
    passages: list[PassagePlace] | None = None


class QuoteResult(Result):
    """Whether a quotation is in a document, and where it is now."""

    status: CitationStatus
    document: str
    text: str | None = None
    start: int | None = None
    end: int | None = None
    link: str | None = None
    sha256: str | None = None
    document_changed: bool | None = None


class ListedDocument(Result):
    """A document without its text."""

    document: str
    title: str
    characters: int
    passages: int | None = None
    sha256: str | None = None
    metadata: dict[str, Any] | None = None


class DocumentListing(Result):
    """A part of the list of documents; ``next`` is the offset of the following part."""

    total: int
    documents: list[ListedDocument]
    next: int | None = None
    facets: dict[str, dict[str, int]] | None = None
