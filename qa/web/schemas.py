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

from qa.types import Mode, Request, Turn

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
QueryInteger = BeforeValidator(_integer)


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


class FilterBody(Accepted):
    """Which documents may answer; without ``document`` all of them."""

    document: Patterns | None = None


class AskBody(Accepted):
    """A question and how to answer it."""

    question: Question
    history: Annotated[list[TurnBody], Field(max_length=20, description="Earlier turns, oldest first.")] = []
    top_k: TopK = 5
    mode: Mode = "precise"
    filter: FilterBody = FilterBody()
    explain: Annotated[bool, Field(description="Adds raw scores to every passage.")] = False

    def request(self) -> Request:
        """What the engine is asked."""
        return Request(
            question=self.question,
            history=tuple(Turn(turn.question, turn.answer) for turn in self.history),
            top_k=self.top_k,
            mode=self.mode,
            documents=tuple(self.filter.document or ()),
            explain=self.explain,
        )


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
    explain: Annotated[bool, BeforeValidator(_boolean)] = False

    def request(self) -> Request:
        """What the engine is asked."""
        return Request(self.q, (), self.top_k, self.mode, tuple(self.document or ()), self.explain)


class ListQuery(Accepted):
    """Which stretch of a list."""

    offset: Annotated[int, Field(ge=0, le=10**9), QueryInteger] = 0
    limit: Annotated[int, Field(ge=1, le=MOST_DOCUMENTS), QueryInteger] = 20


class PageQuery(BaseModel):
    """The link to share. Other parameters are let through: links collect them on their way."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)
    repeatable: ClassVar[frozenset[str]] = frozenset()

    q: Annotated[str, StringConstraints(max_length=1000), BeforeValidator(_trim), AfterValidator(_no_nul)] = ""

    def request(self) -> Request:
        """What the engine is asked."""
        return Request(self.q)
