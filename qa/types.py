"""What flows between the steps of the online half: Query, Hit, Evidence, Answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, Protocol

from index.types import Embeddings, PassageKind, Span, Tokens, Vectors
from qa.errors import QuestionError

MOST_CHARACTERS, MOST_PASSAGES, MOST_TURNS = 1000, 50, 20

Mode = Literal["fast", "precise"]


class Status(StrEnum):
    """What the texts say to the question."""

    ANSWERED = "answered"
    UNSURE = "unsure"
    NOT_FOUND = "not_found"


class Reason(StrEnum):
    """Why a question is not ``answered``, in one stable word."""

    WEAK_MATCH = "weak_match"
    UNKNOWN_WORDS = "unknown_words"
    FILTERED_OUT = "filtered_out"
    EMPTY_INDEX = "empty_index"


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of the conversation."""

    question: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller asks. ``documents`` are ids or shell-style patterns; empty means all.

    ``literal``: as it was typed, nothing mended, taken off or carried over from the history.
    Raises QuestionError where it is out of the bounds of API.md.
    """

    question: str
    history: tuple[Turn, ...] = ()
    top_k: int = 5
    mode: Mode = "precise"
    documents: tuple[str, ...] = ()
    explain: bool = False
    literal: bool = False

    def __post_init__(self) -> None:
        """Checks the bounds, for the caller in Python as for the one over HTTP."""
        length = len(self.question.strip())
        if not 1 <= length <= MOST_CHARACTERS:
            raise QuestionError(f"a question has 1 to {MOST_CHARACTERS} characters, this one {length}; shorten it")
        if not 1 <= self.top_k <= MOST_PASSAGES:
            raise QuestionError(f"top_k is {self.top_k}; it goes from 1 to {MOST_PASSAGES}")
        if len(self.history) > MOST_TURNS:
            raise QuestionError(f"the history has {len(self.history)} turns; send the last {MOST_TURNS}")


@dataclass(frozen=True, slots=True)
class Query:
    """The question as understood. ``searched_as`` is the text that both legs and the reader receive.

    ``words`` are its stems and their weights in the lexical leg, ``content`` those of them that are
    content words, each once; ``asked`` are the content words of the question itself, without what
    was carried over from the history. ``vectors`` has its vector and tokens; None if encoding failed.
    """

    question: str
    searched_as: str
    words: Mapping[str, float]
    content: tuple[str, ...]
    asked: tuple[str, ...]
    vectors: Embeddings | None = field(default=None, compare=False, repr=False)

    @property
    def vector(self) -> Vectors | None:
        """Vector of what is searched, shape (dimension,)."""
        return None if self.vectors is None else self.vectors.vectors[0]

    @property
    def tokens(self) -> Tokens | None:
        """Token vectors of what is searched."""
        return None if self.vectors is None else self.vectors.tokens[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one passage: logits, so that 0 is as likely as not.

    ``relevance``: that the passage answers the question. ``answerable``: by how much the words at
    ``span``, offsets in the passage's text, beat there being no answer; None where it points at no words.
    """

    relevance: float
    answerable: float
    span: Span | None


class Reader(Protocol):
    """Reads passages with a question in mind."""

    @property
    def name(self) -> str:
        """The reader as the setting names it."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """What each passage, given as its title and heading and its words, says to the question."""


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact slice of a document: ``text == document.text[start:end]``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerText:
    """The shortest quotation that answers, and the sentence it stands in."""

    text: str
    document: str
    start: int
    end: int
    sentence: Quote


@dataclass(frozen=True, slots=True)
class Source:
    """The document of a passage, with the hash that a quotation can be checked against."""

    id: str
    title: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Raw numbers behind one passage; shown only on request, promised to nobody."""

    dense: float | None
    dense_rank: int | None
    lexical: float | None
    lexical_rank: int | None
    fused: float


@dataclass(frozen=True, slots=True)
class AnswerPassage:
    """One passage of an answer. ``score`` is the calibrated probability that it answers."""

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
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One way of retrieving, whether it ran, and how many candidates it gave."""

    name: str
    ran: bool
    candidates: int


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How the passages were found. ``degraded`` names every leg that failed."""

    legs: tuple[Leg, ...]
    degraded: tuple[str, ...]
    generation: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API, the page, the command line and the evaluation all show."""

    question: str
    searched_as: str
    status: Status
    confidence: float
    reason: Reason | None
    answer: AnswerText | None
    passages: tuple[AnswerPassage, ...]
    retrieval: Retrieval
    took_ms: float

    @property
    def text(self) -> str | None:
        """The words that answer, or None where the texts do not say."""
        return self.answer.text if self.answer else None
