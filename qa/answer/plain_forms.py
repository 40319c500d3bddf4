"""The texts of an answer without the marks of their format, as they are returned if a question asks for them."""

from dataclasses import dataclass

from index.types import Span


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text without the marks of its format. ``marks`` are places in it, not in the document."""

    text: str
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PlainAnswer:
    """An answer without the marks of its format: the quotation, its parts, and its sentence with them marked."""

    text: str
    spans: tuple[str, ...]
    sentence: PlainText


@dataclass(frozen=True, slots=True)
class PlainPassage:
    """A passage without the marks of its format. ``marks`` are the places of its evidence in ``text``."""

    text: str
    marks: tuple[Span, ...]
    heading: str | None
