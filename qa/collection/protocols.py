"""What is asked of an engine. ``qa.engine.Engine`` satisfies it; so may what stands around one, or a test double."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from qa.collection.catalog import DocumentInfo, DocumentView, IndexInfo
from qa.types import Answer, Request


class Lists(Protocol):
    """Tells what is indexed."""

    @property
    def document_count(self) -> int:
        """The number of documents."""

    def documents(self, offset: int, limit: int) -> Sequence[DocumentInfo]:
        """At most ``limit`` documents from the ``offset``-th on; empty past the end."""

    def document(self, document: str) -> DocumentView | None:
        """One document by its id, or None."""

    def match_documents(self, pattern: str) -> bool:
        """Whether an id or shell-style pattern meets at least one document."""

    def info(self) -> IndexInfo:
        """What is being served."""


class Asks(Protocol):
    """Answers questions; called from several threads at once."""

    @property
    def catalog(self) -> Lists:
        """What is indexed."""

    def ask(self, question: Request) -> Answer:
        """The answer to one question."""

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """The answers, in order."""

    def probe(self) -> Mapping[str, bool]:
        """Leg by leg, whether it finds what is known to be there."""
