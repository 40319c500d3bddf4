"""A question and where its answer stands."""

from dataclasses import dataclass

from index.types import Span


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question whose answer stands at ``span`` of a document; ``kind`` is the word that it begins with."""

    question: str
    kind: str
    document: str
    heading: str | None
    span: Span
