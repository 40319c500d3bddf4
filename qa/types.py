"""What flows between the steps of the online half: Query, Hit, Evidence, Answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from index.generation.metadata_filter import NO_FILTER, MetadataFilter, Selection
from index.types import Embeddings, PassageKind, Span, Tokens, Vectors
from qa.answer.plain_forms import PlainAnswer, PlainPassage
from qa.errors import QuestionError
from qa.ranking.retrieval import Retrieval

# The bounds of API.md. They keep one request from occupying the server for long.
MAX_QUESTION_CHARS, MAX_TOP_K, MAX_TURNS = 1000, 50, 20
# Copies of a passage that are listed; a footer may have thousands.
MAX_COPIES = 50

Mode = Literal["fast", "precise"]


class Status(StrEnum):
    """Whether the collection answers the question."""

    ANSWERED = "answered"
    UNSURE = "unsure"
    NOT_FOUND = "not_found"


class Reason(StrEnum):
    """Why a question is not ``answered``, in one stable word."""

    WEAK_MATCH = "weak_match"
    UNKNOWN_WORDS = "unknown_words"
    NO_CONTENT_WORDS = "no_content_words"
    FILTERED_OUT = "filtered_out"
    EMPTY_INDEX = "empty_index"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of the conversation."""

    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller asks, of all documents or of those with ids or patterns in ``documents`` that meet ``filter``.

    ``literal``: search the question as typed, nothing corrected, removed or carried over from the history.
    ``collections`` are names that a server knows, ``*`` for all; an engine has only one, and takes no notice.
    """

    question: str
    history: tuple[Turn, ...] = ()
    top_k: int = 5
    mode: Mode = "precise"
    documents: tuple[str, ...] = ()
    explain: bool = False
    literal: bool = False
    filter: MetadataFilter = NO_FILTER
    collections: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise QuestionError if a field is out of bounds, for callers in Python as for those over HTTP."""
        length = len(self.question.strip())
        if not length:
            raise QuestionError(f"the question is empty: write 1 to {MAX_QUESTION_CHARS:,} characters")
        if length > MAX_QUESTION_CHARS:
            raise QuestionError(f"the question has {length:,} characters: shorten it to at most {MAX_QUESTION_CHARS:,}")
        if not 1 <= self.top_k <= MAX_TOP_K:
            raise QuestionError(f"invalid value {self.top_k} for top_k: must be 1 to {MAX_TOP_K}")
        if len(self.history) > MAX_TURNS:
            raise QuestionError(f"the history has {len(self.history)} turns: send only the last {MAX_TURNS}")

    @property
    def selection(self) -> Selection:
        """The documents that may answer."""
        return Selection(self.documents, self.filter)


class QuestionForm(StrEnum):
    """The kind of answer that a question asks for."""

    YES_NO = "yes or no"
    EXPLANATION = "explanation"
    LIST = "list"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Query:
    """A request as understood. ``searched_as`` is the text that both legs and the reader receive.

    ``terms`` are its stems and their weights in the lexical leg; ``content_terms`` those without stop
    words, each once; ``question_terms`` the same of the question alone, without words carried over
    from the history. ``form`` is the kind of answer it asks for. ``embeddings`` has its vector and its tokens; None if
    encoding failed.
    """

    request: Request = field(compare=False, repr=False)
    question: str
    searched_as: str
    terms: Mapping[str, float]
    content_terms: tuple[str, ...]
    question_terms: tuple[str, ...]
    form: QuestionForm
    embeddings: Embeddings | None = field(default=None, compare=False, repr=False)

    @property
    def vector(self) -> Vectors | None:
        """The vector of what is searched, shape (dimension,)."""
        return None if self.embeddings is None else self.embeddings.vectors[0]

    @property
    def tokens(self) -> Tokens | None:
        """The token vectors of what is searched."""
        return None if self.embeddings is None else self.embeddings.tokens[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one passage, as logits: 0 means as likely as not.

    ``relevance``: whether the passage answers. ``answerable``: by how much the words at ``span``, offsets in its text
    or None, beat there being no answer; ``margin``: the best other words, ``row_margin``: those of other rows, if any.
    """

    relevance: float
    answerable: float
    span: Span | None
    margin: float = 0.0
    row_margin: float | None = None


class Reader(Protocol):
    """A question-answering model."""

    @property
    def name(self) -> str:
        """The reader as the setting names it."""

    def read(self, question: str, passages: Iterable[tuple[str, str]]) -> Iterable[Reading]:
        """Return what each passage (title and heading, text) says, in order; it may read each only when asked."""


@runtime_checkable
class LanguageBoundReader(Reader, Protocol):
    """A reader that was trained on some languages only; any other reader is given texts in all languages."""

    def reads(self, text: str) -> bool:
        """Return whether it reads the language of the text."""


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact slice of a document: ``text == document.text[start:end]``."""

    text: str
    start: int
    end: int


class AnswerKind(StrEnum):
    """How exactly the answer could be pointed at."""

    SPAN = "span"
    SENTENCE = "sentence"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The shortest quotation that answers with enough confidence, and the sentence that holds it.

    ``kind`` says whether the quotation is the very words, their sentence, or, of a passage in which not even a sentence
    is likely enough, its best sentence, which is no answer to be shown by itself. ``confidence`` is the calibrated
    probability that the quotation answers. ``spans`` are several quotations if the question asks for a list.
    """

    text: str
    document: str
    start: int
    end: int
    sentence: Quote
    kind: AnswerKind
    confidence: float
    spans: tuple[Quote, ...]
    collection: str | None = None
    plain: PlainAnswer | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """The document of a passage, with the hash against which a quotation can be verified, and its date, if known."""

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
    """Raw scores behind one passage; shown only on request, and not part of the stable interface."""

    dense: float | None
    dense_rank: int | None
    lexical: float | None
    lexical_rank: int | None
    fused: float


@dataclass(frozen=True, slots=True)
class AnswerPassage:
    """One passage of an answer. ``score`` is the calibrated probability that it answers; ``plain`` is on request.

    ``copies`` are the first other places with the same or nearly the same text that the filter allows, in the order of
    the collection, and ``copies_total`` counts all of them.
    """

    rank: int
    id: str
    score: float
    text: str
    heading: str | None
    document: Source
    start: int
    end: int
    evidence: tuple[Span, ...]
    kind: PassageKind = PassageKind.BODY
    page: int | None = None
    location: str | None = None
    copies: tuple[PassageCopy, ...] = ()
    copies_total: int = 0
    explanation: Explanation | None = None
    collection: str | None = None
    plain: PlainPassage | None = None


@dataclass(frozen=True, slots=True)
class CollectionAnswer:
    """What one collection by itself answered, and how it was searched."""

    name: str
    status: Status
    confidence: float
    reason: Reason | None
    searched_as: str
    degraded: tuple[str, ...]
    generation: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, as the API, the page, the command line and the evaluation all show it.

    A server of several collections names the one that answers, and those that were searched, it first.
    """

    question: str
    searched_as: str
    status: Status
    confidence: float
    reason: Reason | None
    answer: AnswerText | None
    passages: tuple[AnswerPassage, ...]
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
        """The answer if it is likely enough to be shown by itself, with a confidence of its own."""
        return self.answer if self.answer and self.answer.kind is not AnswerKind.PASSAGE else None

    @property
    def shown_confidence(self) -> float:
        """The probability that what is shown first answers: that of the words if there are any, or of the passage."""
        return self.headline.confidence if self.headline else self.confidence
