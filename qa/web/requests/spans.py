"""Spans of a document's text in query strings."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, TypeAlias

from pydantic import Field, StringConstraints

from index.types import Span
from qa.web.requests.base import StrictModel
from qa.web.requests.collections import OneName

MAX_SPANS = 50
SpanText: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}-[0-9]{1,12}$")]
SpanTexts: TypeAlias = Annotated[list[SpanText], Field(max_length=MAX_SPANS)]


def parse_spans(texts: Sequence[str]) -> tuple[Span, ...]:
    """Return spans such as ``1997-2164``, in code points, end exclusive, without empty ones."""
    spans = (Span(*map(int, text.split("-"))) for text in texts)
    return tuple(span for span in spans if span.start < span.end)


class PageBoxesQuery(StrictModel):
    """The spans of a document's text whose places on a page are looked for."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"at"})

    at: Annotated[SpanTexts, Field(description="Spans of the document's text, such as `1997-2164`.")] = []  # noqa: RUF012 -- pydantic copies it
    collection: OneName = None

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans, without empty ones."""
        return parse_spans(self.at)
