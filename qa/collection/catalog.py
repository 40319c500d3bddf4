"""What is indexed, as it is shown: documents, where their passages lie, and the index itself.

The fields, in this order, are the JSON of the routes that list them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.generation.generation import Generation
from index.types import Passage, PassageKind
from qa.ranking.filters import meeting


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
    kind: PassageKind
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
        """Reads nothing yet."""
        self._manifest = generation.manifest
        self._documents, self._passages = generation.contents.documents, generation.contents.passages

    @property
    def document_count(self) -> int:
        """The number of documents."""
        return len(self._documents)

    def documents(self, offset: int, limit: int) -> Sequence[DocumentInfo]:
        """At most ``limit`` documents from the ``offset``-th on, in the order of the index."""
        return [self._info(position) for position in range(len(self._documents))[offset : offset + limit]]

    def document(self, document: str) -> DocumentView | None:
        """One document by its id, or None where there is no such document."""
        position = self._documents.find_position(document)
        if position is None:
            return None
        first, last = map(int, self._passages.find_ranges(position))
        spans = tuple(_span(passage) for passage in self._passages[first:last])
        return DocumentView(self._info(position), self._documents.texts[position], spans)

    def match_documents(self, pattern: str) -> bool:
        """Whether an id or a shell-style pattern meets at least one document."""
        return len(meeting(self._documents, pattern)) > 0

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

    def _info(self, position: int) -> DocumentInfo:
        first, last = map(int, self._passages.find_ranges(position))
        return DocumentInfo(
            id=self._documents.ids[position],
            title=self._documents.titles[position],
            sha256=self._documents.get_sha256(position),
            characters=self._documents.count_characters(position),
            passages=last - first,
            metadata=self._documents.get_metadata(position),
        )


def _span(passage: Passage) -> PassageSpan:
    return PassageSpan(passage.id, passage.start, passage.end, passage.heading, passage.kind, passage.page)
