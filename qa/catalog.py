"""What is indexed, as it is shown: documents, where their passages lie, and the index itself.

The fields, in this order, are the JSON of the routes that list them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from index.generation import Generation
from index.types import Document, Kind, Passage


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """One document without its text. ``characters`` are code points, ``passages`` a count."""

    id: str
    title: str
    sha256: str
    characters: int
    passages: int
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """Where one passage lies: ``DocumentView.text[start:end]`` is its text."""

    id: str
    start: int
    end: int
    heading: str | None
    kind: Kind
    page: int | None


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document with its whole text; the passages are in order and never overlap."""

    info: DocumentInfo
    text: str
    passages: tuple[PassageSpan, ...]


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What is being served and from what. ``built_at`` is ISO 8601, in UTC."""

    generation: str
    built_at: str
    documents: int
    passages: int
    units: int
    model: str
    model_fingerprint: str
    settings: Mapping[str, Any]


class Catalog:
    """The documents and passages of one generation, to be listed and looked up."""

    def __init__(self, generation: Generation) -> None:
        """Hashes every document once."""
        self._manifest = generation.manifest
        self._texts = {document.id: document.text for document in generation.contents.documents}
        self._spans: dict[str, list[PassageSpan]] = {document: [] for document in self._texts}
        for passage in generation.contents.passages:
            self._spans[passage.document].append(_span(passage))
        self._infos = {d.id: _info(d, len(self._spans[d.id])) for d in generation.contents.documents}

    @property
    def document_count(self) -> int:
        """The number of documents."""
        return len(self._infos)

    def documents(self, offset: int, limit: int) -> Sequence[DocumentInfo]:
        """At most ``limit`` documents from the ``offset``-th on, in the order of the index."""
        return list(self._infos.values())[offset : offset + limit]

    def document(self, document: str) -> DocumentView | None:
        """One document by its id, or None where there is no such document."""
        info = self._infos.get(document)
        return None if info is None else DocumentView(info, self._texts[document], tuple(self._spans[document]))

    def match_documents(self, pattern: str) -> bool:
        """Whether an id or a shell-style pattern meets at least one document."""
        return pattern in self._infos or any(fnmatchcase(document, pattern) for document in self._infos)

    def info(self) -> IndexInfo:
        """What is being served and from what."""
        manifest = self._manifest
        return IndexInfo(
            generation=manifest.generation,
            built_at=manifest.built_at,
            documents=manifest.counts["documents"],
            passages=manifest.counts["passages"],
            units=manifest.counts["units"],
            model=manifest.model,
            model_fingerprint=manifest.model_fingerprint,
            settings=manifest.settings,
        )


def _span(passage: Passage) -> PassageSpan:
    return PassageSpan(passage.id, passage.start, passage.end, passage.heading, passage.kind, passage.page)


def _info(document: Document, passages: int) -> DocumentInfo:
    return DocumentInfo(
        document.id, document.title, document.sha256, len(document.text), passages, dict(document.metadata)
    )
