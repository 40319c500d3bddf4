"""The bodies and query strings that are accepted, and nothing else; each becomes a ``Request``.

Strict: ``"5"`` is not a number in JSON, a field that is not known is refused. The OpenAPI
document is made from these classes.
"""

import re
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from index.types import Span
from qa.types import MOST_TURNS, Mode, Request, Turn
from qa.web.feedback_store import Verdict

MOST_QUESTIONS = 256
MOST_DOCUMENTS = 200
INTEGER = re.compile(r"-?[0-9]{1,18}")


def _trim(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _no_nul(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("nul_character", "should not hold a NUL character")
    return value


def _integer(value: object) -> object:
    """A number of a query string; what is none stays text, which the strict type then refuses."""
    return int(value) if isinstance(value, str) and INTEGER.fullmatch(value) else value


def _boolean(value: object) -> object:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


# Trimmed by Python before it is measured: pydantic's own trimming leaves U+001C to U+001F,
# which the engine's str.strip() takes away, so that an empty question would pass.
Question = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000),
    BeforeValidator(_trim),
    AfterValidator(_no_nul),
    Field(description="Trimmed before it is measured; without NUL and lone surrogates."),
]
Said = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_no_nul)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_no_nul)]
Patterns = Annotated[
    list[Pattern],
    Field(
        min_length=1,
        max_length=100,
        description="Document ids or shell-style patterns (* ? [...]). An id that is not indexed is refused; "
        "a pattern that meets nothing gives status not_found, reason filtered_out.",
    ),
]
TopK = Annotated[int, Field(ge=1, le=50, description="How many passages to return.")]
Offset = Annotated[int, Field(ge=0, le=10**12, description="In Unicode code points of the document's text.")]
PLACE = r"^[0-9]{1,12}-[0-9]{1,12}$"
QueryInteger = BeforeValidator(_integer)
QueryBoolean = Annotated[bool, BeforeValidator(_boolean)]
LITERALLY = "Searches the words as they were typed: nothing mended, taken off or carried over from the history."


class Accepted(BaseModel):
    """What all of them share. ``repeatable`` names the query parameters that may be given more than once."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    repeatable: ClassVar[frozenset[str]] = frozenset()


class NoQuery(Accepted):
    """A route without query parameters."""


class TurnBody(Accepted):
    """One earlier turn."""

    question: Question
    answer: Said | None = None


History = Annotated[list[TurnBody], Field(max_length=MOST_TURNS, description="Earlier turns, oldest first.")]


class FilterBody(Accepted):
    """Which documents may answer; without ``document`` all of them."""

    document: Patterns | None = None


class AskBody(Accepted):
    """A question and how to answer it."""

    question: Question
    history: History = []
    top_k: TopK = 5
    mode: Mode = "precise"
    filter: FilterBody = FilterBody()
    explain: Annotated[bool, Field(description="Adds raw scores to every passage.")] = False
    literal: Annotated[bool, Field(description=LITERALLY)] = False

    def request(self) -> Request:
        """What the engine is asked."""
        return Request(
            question=self.question,
            history=_turns(self.history),
            top_k=self.top_k,
            mode=self.mode,
            documents=tuple(self.filter.document or ()),
            explain=self.explain,
            literal=self.literal,
        )


def _turns(history: list[TurnBody]) -> tuple[Turn, ...]:
    return tuple(Turn(turn.question, turn.answer) for turn in history)


def _as_body(value: object) -> object:
    """A bare string is a question without options."""
    return {"question": value} if isinstance(value, str) else value


class BatchBody(Accepted):
    """Many questions at once."""

    questions: Annotated[
        list[Annotated[AskBody, BeforeValidator(_as_body, json_schema_input_type=Question | AskBody)]],
        Field(min_length=1, max_length=MOST_QUESTIONS, description="Answered in this order."),
    ]


class AskQuery(Accepted):
    """A question in a URL."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"document"})

    q: Question
    top_k: Annotated[TopK, QueryInteger] = 5
    mode: Mode = "precise"
    document: Patterns | None = None
    explain: QueryBoolean = False
    literal: QueryBoolean = False

    def request(self) -> Request:
        """What the engine is asked."""
        return Request(self.q, (), self.top_k, self.mode, tuple(self.document or ()), self.explain, self.literal)


class ListQuery(Accepted):
    """Which stretch of a list."""

    offset: Annotated[int, Field(ge=0, le=10**9), QueryInteger] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_DOCUMENTS), QueryInteger] = 20


class VerifyBody(Accepted):
    """A quotation as it was once taken from a document."""

    document: Pattern
    sha256: Annotated[str | None, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = None
    start: Offset
    end: Offset
    text: Annotated[Said, Field(min_length=1)]


class FeedbackBody(Accepted):
    """What somebody says of a passage that was shown for a question."""

    question: Question
    passage: Annotated[Pattern, Field(description="The id of a passage of the index being served.")]
    verdict: Verdict
    history: History = []
    id: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$"),
        Field(description="Chosen by the caller: sent again with it, a verdict takes the place of the one before."),
    ] = None

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation before the question."""
        return _turns(self.history)


class Lenient(BaseModel):
    """The query of a page. Parameters that are not known are let through: links collect them on their way."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)
    repeatable: ClassVar[frozenset[str]] = frozenset()


class PageQuery(Lenient):
    """The link to share."""

    q: Annotated[str, StringConstraints(max_length=1000), BeforeValidator(_trim), AfterValidator(_no_nul)] = ""
    literal: QueryBoolean = False

    def request(self) -> Request:
        """What the engine is asked."""
        return Request(self.q, literal=self.literal)


class DocumentQuery(Lenient):
    """What to mark in a document: places, and of the first one how it read when it was quoted."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"at"})

    at: Annotated[list[Annotated[str, StringConstraints(pattern=PLACE)]], Field(max_length=50)] = []
    quote: Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_no_nul)] = ""

    @property
    def places(self) -> tuple[Span, ...]:
        """Half-open intervals of code points, as they were asked for; empty ones are no places."""
        spans = (Span(*map(int, place.split("-"))) for place in self.at)
        return tuple(span for span in spans if span.start < span.end)
