"""Catalog of one generation: its documents, the spans of their passages, and the index itself.

The fields of these classes, in this order, are the JSON of the routes that return them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.generation.generation import Generation
from index.types import PassageKind, Span
from qa.collection.originals import Originals
from qa.ranking.filters import match_documents


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document without its text. ``characters`` counts code points, ``passages`` counts passages."""

    id: str
    title: str
    sha256: str
    characters: int
    passages: int
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PassageSpan:
    """The span of a passage: ``[start:end]`` of the whole text of its document is its text."""

    id: str
    start: int
    end: int
    heading: str | None
    kind: PassageKind
    page: int | None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document with its text."""

    info: DocumentInfo
    text: str


@dataclass(frozen=True, slots=True)
class DocumentContent(DocumentText):
    """A document with its text, or with the part that was asked for, and the passages of that.

    The passages are in order and never overlap. Their offsets are offsets of the whole text.
    """

    passages: tuple[PassageSpan, ...]


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """The served generation and how it was built. ``built_at`` is ISO 8601, in UTC."""

    generation: str
    built_at: str
    documents: int
    passages: int
    units: int
    model: str
    model_fingerprint: str
    settings: Mapping[str, Any]


class Catalog:
    """Read access to the documents and passages of one generation."""

    def __init__(self, generation: Generation) -> None:
        """Keep references only; nothing is read yet."""
        self._manifest = generation.manifest
        self.originals = Originals(generation.folder, generation.manifest.source)
        self._documents, self._passages = generation.contents.documents, generation.contents.passages

    @property
    def document_count(self) -> int:
        """The number of documents."""
        return len(self._documents)

    def list_documents(self, offset: int, limit: int) -> Sequence[DocumentInfo]:
        """Return at most ``limit`` documents from position ``offset`` on, in index order."""
        return [self._document_info(position) for position in range(len(self._documents))[offset : offset + limit]]

    def get_text(self, document: str) -> DocumentText | None:
        """Return a document by its id without its passages, or None if it is not indexed."""
        position = self._documents.find_position(document)
        if position is None:
            return None
        return DocumentText(self._document_info(position), self._documents.texts[position])

    def get_document(self, document: str, part: Span | None = None) -> DocumentContent | None:
        """Return a document by its id, or None if it is not indexed.

        If a ``part`` is given, the text is ``text[part.start:part.end]``, as Python slices it, and the passages are the
        ones that overlap it; no more is read.
        """
        position = self._documents.find_position(document)
        if position is None:
            return None
        info, texts = self._document_info(position), self._documents.texts
        if part is None:
            return DocumentContent(info, texts[position], self._list_spans(position, Span(0, info.characters)))
        start = min(part.start, info.characters)
        part = Span(start, max(start, min(part.end, info.characters)))
        first, last = texts.find_byte_offsets(position, np.array([part.start, part.end])).tolist()
        return DocumentContent(info, texts.decode_range(first, last), self._list_spans(position, part))

    def _list_spans(self, position: int, part: Span) -> tuple[PassageSpan, ...]:
        """Return the passages of a document that overlap a part of it."""
        rows = range(*map(int, self._passages.find_ranges(position)))
        first = bisect_right(rows, part.start, key=lambda row: self._passages[row].end)
        last = bisect_left(rows, part.end, key=lambda row: self._passages[row].start)
        passages = (self._passages[row] for row in rows[first:last] if part.start < part.end)
        return tuple(PassageSpan(p.id, p.start, p.end, p.heading, p.kind, p.page, p.location) for p in passages)

    def match_documents(self, pattern: str) -> bool:
        """Return whether an id or a shell-style pattern matches at least one document."""
        return len(self._documents.find_matching(pattern)) > 0

    def count_documents(self, patterns: Sequence[str]) -> int:
        """Return how many documents any of the ids and patterns matches; all, if there are none."""
        found = match_documents(self._documents, patterns)
        return len(self._documents) if found is None else len(found)

    def describe_index(self) -> IndexInfo:
        """Return what is being served and how it was built."""
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

    def _document_info(self, position: int) -> DocumentInfo:
        first, last = map(int, self._passages.find_ranges(position))
        return DocumentInfo(
            id=self._documents.ids[position],
            title=self._documents.titles[position],
            sha256=self._documents.get_sha256(position),
            characters=self._documents.count_characters(position),
            passages=last - first,
            metadata=self._documents.get_metadata(position),
        )
