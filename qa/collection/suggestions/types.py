"""A suggested question and the place of its answer."""

from dataclasses import dataclass

from index.types import Span


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that the sentence at ``span`` of a document answers; ``kind`` is its question word."""

    question: str
    kind: str
    document: str
    heading: str | None
    span: Span
