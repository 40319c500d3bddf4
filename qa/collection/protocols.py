"""Interfaces of the engine for its callers: ``qa.engine.Engine`` implements them, and so do test doubles."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from qa.collection.catalog import DocumentContent, DocumentInfo, IndexInfo
from qa.types import Answer, Request

# Questions to answers, in order; called from several threads at once.
AskMany: TypeAlias = Callable[[Sequence[Request]], list[Answer]]


class CatalogProtocol(Protocol):
    """Read access to the indexed documents; ``qa.collection.catalog.Catalog`` documents the methods."""

    @property
    def document_count(self) -> int:
        """The number of documents."""

    def list_documents(self, offset: int, limit: int) -> Sequence[DocumentInfo]:
        """Return at most ``limit`` documents from position ``offset`` on; none past the end."""

    def get_document(self, document: str) -> DocumentContent | None:
        """Return a document by its id, or None."""

    def match_documents(self, pattern: str) -> bool:
        """Return whether an id or shell-style pattern matches at least one document."""

    def describe_index(self) -> IndexInfo:
        """Return what is being served."""


class EngineProtocol(Protocol):
    """Question answering over one generation; called from several threads at once."""

    @property
    def catalog(self) -> CatalogProtocol:
        """The indexed documents."""

    def ask(self, question: Request) -> Answer:
        """Return the answer to one question."""

    def ask_many(self, questions: Sequence[Request]) -> list[Answer]:
        """Return the answers, in order."""

    def check_readiness(self) -> Mapping[str, bool]:
        """Return for each leg whether it finds a known passage."""
