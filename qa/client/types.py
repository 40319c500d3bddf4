"""The results of the client: the JSON of the API, field by field.

Unknown fields are dropped, later ones have a default: newer and older servers work. Offsets are code points.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qa.client.plain_types import PlainAnswer, PlainPassage
from qa.client.plain_types import Span as Span
from qa.client.probe_types import Alive as Alive
from qa.client.probe_types import Ready as Ready


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact slice of a document: ``text == document.text[start:end]``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The quotation that answers, and the sentence that holds it.

    ``kind`` is ``span`` (the very words), ``sentence``, or ``passage``, whose text should not be shown by itself.
    ``confidence`` is the probability that the quotation answers. ``spans`` are the parts of a list.
    """

    text: str
    document: str
    start: int
    end: int
    sentence: Quote
    kind: str
    confidence: float
    spans: tuple[Quote, ...] = ()
    collection: str | None = None
    plain: PlainAnswer | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The document of a passage, with the hash of its text, and the date that its metadata state."""

    id: str
    title: str
    sha256: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class PassageCopy:
    """Another place with the text of a passage or, if not ``identical``, with nearly the same text."""

    id: str
    document: Source
    start: int
    end: int
    identical: bool = True
    collection: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Raw scores behind a passage; not part of the stable interface."""

    dense: float | None = None
    dense_rank: int | None = None
    lexical: float | None = None
    lexical_rank: int | None = None
    fused: float | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of an answer. ``score`` is the probability that it answers; ``evidence`` marks its sentences."""

    rank: int
    id: str
    score: float
    text: str
    heading: str | None
    document: Source
    start: int
    end: int
    evidence: tuple[Span, ...]
    kind: str = "body"
    page: int | None = None
    location: str | None = None
    copies: tuple[PassageCopy, ...] = ()
    copies_total: int = 0
    explanation: Explanation | None = None
    collection: str | None = None
    plain: PlainPassage | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One way of retrieving, whether it ran, and how many candidates it found."""

    name: str
    ran: bool
    candidates: int


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How the passages were found. ``degraded`` names what the answer had to do without."""

    legs: tuple[Leg, ...]
    degraded: tuple[str, ...]
    generation: str


@dataclass(frozen=True, slots=True)
class CollectionAnswer:
    """What one collection by itself answered."""

    name: str
    status: str
    confidence: float
    reason: str | None
    searched_as: str
    degraded: tuple[str, ...]
    generation: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. ``status`` is ``answered``, ``unsure`` or ``not_found``; ``reason`` says why it is not the first.

    If the server has several collections, ``collection`` answers, and ``collections`` are those that were searched.
    """

    question: str
    searched_as: str
    status: str
    confidence: float
    reason: str | None
    answer: AnswerText | None
    passages: tuple[Passage, ...]
    retrieval: Retrieval
    took_ms: float
    collection: str | None = None
    collections: tuple[CollectionAnswer, ...] = ()

    @property
    def text(self) -> str | None:
        """The quotation that answers best, or None if nothing was found."""
        return self.answer.text if self.answer else None

    @property
    def headline(self) -> AnswerText | None:
        """The answer if it is likely enough to be shown by itself."""
        return self.answer if self.answer and self.answer.kind != "passage" else None

    @property
    def shown_confidence(self) -> float:
        """The probability that what is shown first answers: that of the headline if there is one, or of the passage."""
        return self.headline.confidence if self.headline else self.confidence


@dataclass(frozen=True, slots=True)
class CollectionInfo:
    """A collection, what its folder says of it, and what is served of it.

    ``problem`` says what is wrong with its index folder; what is open of it is served.
    """

    name: str
    title: str
    description: str
    languages: tuple[str, ...]
    documents: int
    passages: int
    generation: str
    default: bool
    problem: str | None = None
    origin: str = ""
    license: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectionList:
    """The collections that are served, the default one first."""

    collections: tuple[CollectionInfo, ...]


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document without its text. ``characters`` counts code points."""

    id: str
    title: str
    sha256: str
    characters: int
    passages: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a field of the metadata, and how many documents have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class DocumentList:
    """A part of the list of documents. ``total`` counts all of them, or all that meet the filter."""

    total: int
    offset: int
    limit: int
    documents: tuple[DocumentInfo, ...]
    facets: Mapping[str, tuple[FacetValue, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """The place of a passage in its document."""

    id: str
    start: int
    end: int
    heading: str | None = None
    kind: str = "body"
    page: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its text, or the part that was asked for, and the places of its passages."""

    info: DocumentInfo
    text: str
    passages: tuple[PassageSpan, ...]


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """Whether a quotation is still in its document: ``status`` is ``valid``, ``moved`` or ``gone``."""

    status: str
    document: str
    sha256: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    document_changed: bool | None = None


@dataclass(frozen=True, slots=True)
class FeedbackReceipt:
    """A stored verdict, and the id with which a later one replaces it."""

    id: str
    verdict: str


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The generation that is served and how it was built."""

    generation: str
    built_at: str
    documents: int
    passages: int
    units: int
    model: str
    model_fingerprint: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a batch, in the order of its questions."""

    answers: tuple[Answer, ...]
