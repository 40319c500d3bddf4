"""Models of the query strings of the pages, and of their form. Links and forms are read with lenience."""

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from index.types import Span
from qa.types import Request
from qa.web.requests.base import StrictModel, WithoutNul
from qa.web.requests.collections import OneName, RepeatedNames
from qa.web.requests.filters import FilterQuery
from qa.web.requests.models import QueryBoolean, QueryInteger, trim
from qa.web.requests.spans import SpanText, SpanTexts, parse_spans

# As people name the orders of ``qa.collection.listing``, in the order in which they are offered.
Sorting: TypeAlias = Literal["title", "id", "newest", "oldest", "largest", "smallest"]


class LenientModel(StrictModel):
    """Base of the queries of pages. Unknown parameters are ignored: links collect them (``utm_source``)."""

    model_config = ConfigDict(extra="ignore")


def _allow_blank(schema: dict[str, Any]) -> None:
    """Let a schema allow an empty text wherever it allows another one, and in place of true and false."""
    schema.pop("minLength", None)
    if pattern := schema.get("pattern"):
        schema["pattern"] = f"^$|{pattern}"
    for inner in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        _allow_blank(inner)
    if schema.get("type") == "boolean":
        schema["anyOf"] = [{"type": schema.pop("type")}, {"type": "string", "maxLength": 0}]


def _describe_blanks(schema: dict[str, Any]) -> None:
    for parameter in schema["properties"].values():
        _allow_blank(parameter)


class FormQuery(FilterQuery):
    """Base of the forms with a filter.

    A value that is empty, as a form sends it of a menu in which nothing is chosen, is left out.
    """

    model_config = ConfigDict(extra="ignore", json_schema_extra=_describe_blanks)

    @model_validator(mode="before")
    @classmethod
    def _drop_blank(cls, values: dict[str, object]) -> dict[str, object]:
        chosen = {name: list(filter(None, one)) if isinstance(one, list) else one for name, one in values.items()}
        return {name: value for name, value in chosen.items() if value not in ("", [])}


class PageQuery(FormQuery):
    """The query of the chat page: a question that can be shared as a link, with its filter."""

    repeatable: ClassVar[frozenset[str]] = FilterQuery.repeatable | {"collection"}

    q: Annotated[WithoutNul, StringConstraints(max_length=1000), BeforeValidator(trim)] = ""
    literal: QueryBoolean = False
    collection: RepeatedNames = None

    @property
    def names(self) -> tuple[str, ...]:
        """The collections that are chosen."""
        return tuple(self.collection or ())

    def to_request(self) -> Request:
        """Return the request to the engine."""
        chosen, names = self.to_selection(), self.names
        return Request(
            self.q, documents=chosen.documents, filter=chosen.filter, literal=self.literal, collections=names
        )


class LibraryQuery(FormQuery):
    """The query of the list of documents: words of their titles, a filter, the order, and the page of the list."""

    q: Annotated[WithoutNul, StringConstraints(max_length=1000), BeforeValidator(trim)] = ""
    sort: Sorting = "title"
    page: Annotated[int, Field(ge=1, le=10**7), QueryInteger] = 1
    collection: OneName = None


class CompletionQuery(LenientModel):
    """What is being typed, or its end, and the collections that are searched."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"collection"})

    q: Annotated[WithoutNul, StringConstraints(max_length=200)] = ""
    collection: RepeatedNames = None


class WidgetQuery(LenientModel):
    """The version of the question box's script that a page names."""

    v: Annotated[WithoutNul, StringConstraints(max_length=100)] = ""


class SignInQuery(LenientModel):
    """Where to go after signing in, and whether a key was refused."""

    next: Annotated[WithoutNul, StringConstraints(max_length=16_000)] = ""
    failed: QueryBoolean = False


class SignInForm(LenientModel):
    """The form of the page for signing in."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=500), BeforeValidator(trim)]


class FollowUpsQuery(LenientModel):
    """The place of an answer in its document."""

    document: Annotated[WithoutNul, StringConstraints(min_length=1, max_length=1000)]
    at: SpanText
    collection: OneName = None

    @property
    def place(self) -> Span:
        """The place in code points, end exclusive."""
        return next(iter(parse_spans([self.at])), Span(0, 0))


class DocumentQuery(LenientModel):
    """The spans to mark in a document, the words quoted at the first of them, and whether to show its source."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"at"})

    at: SpanTexts = []  # noqa: RUF012 -- as above
    quote: Annotated[WithoutNul, StringConstraints(max_length=10_000)] = ""
    view: Literal["rendered", "source"] = "rendered"
    collection: OneName = None

    @property
    def spans(self) -> tuple[Span, ...]:
        """The requested spans in code points, end exclusive, without empty ones."""
        return parse_spans(self.at)
