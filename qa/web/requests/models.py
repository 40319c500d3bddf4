"""Models of request bodies, and of query strings but those of the pages; the OpenAPI document is built from them.

Validation is strict: ``"5"`` is not a number in JSON, and an unknown field is an error.
"""

import re
from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from index.generation.metadata import find_field
from index.types import Span
from qa.types import MAX_TURNS, Mode, Request, Turn
from qa.web.requests.base import TRIMMED_PATTERN, Pattern, StrictModel, WithoutNul
from qa.web.requests.collections import Names, OneName, RepeatedNames
from qa.web.requests.filters import FILTER, FilterBody, FilterQuery
from qa.web.requests.texts import reject_invalid_text

Verdict: TypeAlias = Literal["right", "wrong"]
Subject: TypeAlias = Literal["passage", "answer"]

MAX_QUESTIONS = 256
MAX_DOCUMENTS = 200
# Of an earlier answer or a quotation.
MAX_ANSWER_CHARS = 10_000
# Of words that are judged: a sentence at most.
MAX_JUDGED_CHARS = 2000
# Longer than the largest batch takes.
MAX_TIMEOUT_MS = 600_000
# Digits of ASCII only, and few enough for int() to be fast.
INTEGER = re.compile(r"(-?[0-9]{1,18})(?:\.0{1,18})?")


def trim(value: object) -> object:
    """Return a text without the white space around it, and anything else as it is."""
    return value.strip() if isinstance(value, str) else value


def _parse_integer(value: object) -> object:
    """Return an integer of a query string; any other text stays text, which strict validation rejects."""
    number = INTEGER.fullmatch(value) if isinstance(value, str) else None
    return int(number[1]) if number else value


def _accept_whole_number(value: object) -> object:
    """Return ``43.0`` as the integer that it is in JSON Schema, and by that in the document."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parse_boolean(value: object) -> object:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


# Trimmed by Python before validation: pydantic's own trimming leaves U+001C to U+001F, which the
# engine's str.strip() removes, so that an empty question would pass.
Question = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000),
    BeforeValidator(trim),
    AfterValidator(reject_invalid_text),
    Field(
        description="Trimmed before its length is checked; without NUL and lone surrogates.",
        json_schema_extra={"pattern": TRIMMED_PATTERN},
    ),
]
AnswerString = Annotated[WithoutNul, StringConstraints(max_length=MAX_ANSWER_CHARS)]
WholeNumber = BeforeValidator(_accept_whole_number)
TopK = Annotated[int, Field(ge=1, le=50, description="How many passages to return."), WholeNumber]
# Beyond the end of every document.
MAX_OFFSET = 10**12
Offset = Annotated[
    int, Field(ge=0, le=MAX_OFFSET, description="In Unicode code points of the document's text."), WholeNumber
]
QueryInteger = BeforeValidator(_parse_integer)
QueryBoolean = Annotated[bool, BeforeValidator(_parse_boolean)]
PLAIN = "Adds to the answer and to each passage their text without the marks of its format, such as those of Markdown."
LITERAL = "Searches the words as typed: no spelling correction, nothing removed, nothing added from the history."


TimeoutMs = Annotated[
    int | None,
    Field(
        ge=1,
        le=MAX_TIMEOUT_MS,
        description="An answer that is not found in this time is not computed any further; the response is a 503, "
        "`deadline_exceeded`. In a batch the smallest one counts for all questions.",
    ),
    WholeNumber,
]


class NoQuery(StrictModel):
    """The query of a route without query parameters."""


class TurnBody(StrictModel):
    """An earlier turn of the conversation."""

    question: Question
    answer: AnswerString | None = None


History = Annotated[list[TurnBody], Field(max_length=MAX_TURNS, description="Earlier turns, oldest first.")]


class AskBody(StrictModel):
    """A question and how to answer it."""

    question: Question
    history: History = []  # noqa: RUF012 -- pydantic copies it
    top_k: TopK = 5
    mode: Mode = "precise"
    filter: Annotated[FilterBody, Field(description=FILTER)] = Field(default_factory=FilterBody)
    explain: Annotated[bool, Field(description="Adds raw scores to every passage.")] = False
    literal: Annotated[bool, Field(description=LITERAL)] = False
    timeout_ms: TimeoutMs = None
    collection: Names = None
    plain: Annotated[bool, Field(description=PLAIN)] = False

    def to_request(self) -> Request:
        """Return the request to the engine."""
        return Request(
            question=self.question,
            history=tuple(Turn(turn.question, turn.answer) for turn in self.history),
            top_k=self.top_k,
            mode=self.mode,
            documents=tuple(self.filter.document or ()),
            explain=self.explain,
            literal=self.literal,
            filter=self.filter.to_filter(),
            collections=tuple(self.collection or ()),
        )


def _wrap_string(value: object) -> object:
    """Return the body that a bare string stands for: a question without options."""
    return {"question": value} if isinstance(value, str) else value


class BatchBody(StrictModel):
    """Up to 256 questions."""

    questions: Annotated[
        list[Annotated[AskBody, BeforeValidator(_wrap_string, json_schema_input_type=Question | AskBody)]],
        Field(min_length=1, max_length=MAX_QUESTIONS, description="Answered in this order."),
    ]

    @property
    def timeout_ms(self) -> int | None:
        """The time for all answers in milliseconds; None without a limit."""
        return min((body.timeout_ms for body in self.questions if body.timeout_ms is not None), default=None)


class AskQuery(FilterQuery):
    """A question in a URL."""

    repeatable: ClassVar[frozenset[str]] = FilterQuery.repeatable | {"collection"}

    q: Question
    top_k: Annotated[TopK, QueryInteger] = 5
    mode: Mode = "precise"
    explain: QueryBoolean = False
    literal: QueryBoolean = False
    timeout_ms: Annotated[TimeoutMs, QueryInteger] = None
    collection: RepeatedNames = None

    def to_request(self) -> Request:
        """Return the request to the engine."""
        chosen, names = self.to_selection(), tuple(self.collection or ())
        options = self.explain, self.literal, chosen.filter, names
        return Request(self.q, (), self.top_k, self.mode, chosen.documents, *options)


class ListQuery(FilterQuery):
    """A page of the list of documents, and facets of the same documents."""

    facets: Annotated[
        WithoutNul,
        StringConstraints(max_length=1000),
        Field(description="Fields of the metadata whose values are counted, such as tag,language."),
    ] = ""
    offset: Annotated[int, Field(ge=0, le=10**9), QueryInteger] = 0
    limit: Annotated[int, Field(ge=1, le=MAX_DOCUMENTS), QueryInteger] = 20
    collection: OneName = None

    @property
    def facet_fields(self) -> list[str]:
        """The fields whose values are counted, each once."""
        return list(dict.fromkeys(find_field(name) for name in self.facets.split(",") if name.strip()))


class RangeQuery(StrictModel):
    """The part of a document to return: all of it if nothing is named; what is beyond its end is empty."""

    start: Annotated[Offset, QueryInteger] = 0
    end: Annotated[Offset, QueryInteger] = MAX_OFFSET
    collection: OneName = None

    @property
    def span(self) -> Span | None:
        """The part, or None for the whole document."""
        return Span(self.start, self.end) if self.model_fields_set - {"collection"} else None


class VerifyBody(StrictModel):
    """A quotation and the place in a document that it was taken from."""

    document: Pattern
    sha256: Annotated[
        str | None,
        StringConstraints(pattern=r"^[0-9a-f]{64}$"),
        Field(description="Of the version that was cited. Words of another version are moved, not valid."),
    ] = None
    start: Offset
    end: Offset
    text: Annotated[AnswerString, Field(min_length=1)]
    collection: OneName = None


class FeedbackBody(StrictModel):
    """A verdict on a passage that was shown for a question, or on the words that were shown as its answer."""

    question: Question
    passage: Annotated[Pattern, Field(description="The id of a passage of the served index.")]
    verdict: Verdict
    history: History = []  # noqa: RUF012 -- pydantic copies it
    id: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$"),
        Field(description="Chosen by the caller: a verdict sent again with the same id replaces the earlier one."),
    ] = None
    about: Annotated[
        Subject,
        Field(description="What is judged. That the words of an answer are wrong does not say that the passage is."),
    ] = "passage"
    answer: Annotated[
        Annotated[WithoutNul, StringConstraints(max_length=MAX_JUDGED_CHARS)] | None,
        Field(description="The words that were shown as the answer, which come from the passage."),
    ] = None
    collection: OneName = None
