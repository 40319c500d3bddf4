"""Catalog of one generation: its documents, the spans of their passages, and the index itself.

The fields of these classes, in this order, are the JSON of the routes that return them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from index.generation.generation import Generation
from index.generation.metadata import STANDARD_FIELDS
from index.generation.metadata_filter import EVERYTHING, Selection
from index.types import Heading, PassageKind, Positions, Span
from qa.collection.left_out import LeftOut
from qa.collection.listing import DocumentSorter, Order, find_documents
from qa.collection.originals import Originals

# Of each field; more are no choice for a reader.
MAX_FACET_VALUES = 100


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document without its text. ``characters`` counts code points, ``passages`` counts passages.

    ``metadata`` is what the document says of itself, ``fields`` what it is filtered by: the same, normalised.
    """

    id: str
    title: str
    sha256: str
    characters: int
    passages: int
    metadata: Mapping[str, Any]
    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value of a field of the metadata, and how many documents have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class DocumentSearch:
    """Which documents are listed, those with words in their title, and in which order."""

    chosen: Selection = EVERYTHING
    title: str = ""
    order: Order = "id"
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class DocumentList:
    """A page of the list of documents. ``total`` counts all of them, or all that meet the filter.

    ``facets`` has the values of the fields that were asked for, each with the number of these documents, the most
    frequent first.
    """

    total: int
    offset: int
    limit: int
    documents: tuple[DocumentInfo, ...]
    facets: Mapping[str, Sequence[FacetValue]] = field(default_factory=dict)


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
        self._manifest, self.collection = generation.manifest, generation.collection
        self.originals = Originals(generation.folder, generation.manifest.source)
        self.left_out = LeftOut(generation.folder, generation.manifest)
        self._documents, self._passages = generation.contents.documents, generation.contents.passages
        self._sorter = DocumentSorter(self._documents)

    @property
    def source(self) -> str:
        """The folder or file that was indexed."""
        return self._manifest.source

    @property
    def document_count(self) -> int:
        """The number of documents."""
        return len(self._documents)

    def list_documents(self, offset: int, limit: int, chosen: Selection = EVERYTHING) -> Sequence[DocumentInfo]:
        """Return at most ``limit`` of the chosen documents from number ``offset`` on, in index order."""
        found = self._select(chosen)
        rows = range(len(self._documents)) if found is None else found
        return [self._document_info(int(position)) for position in rows[offset : offset + limit]]

    def search_documents(
        self, limit: int, search: DocumentSearch, facets: Sequence[str] = (), offset: int = 0
    ) -> DocumentList:
        """Return at most ``limit`` of the documents that are searched, in their order, and facets of all of them."""
        found = find_documents(self._documents, search.chosen, search.title)
        counted = self._count_values(facets, found)
        rows = np.arange(len(self._documents), dtype=np.int64) if found is None else found
        ordered = self._sorter.sort(rows, search.order, search.reverse)
        listed = tuple(self._document_info(position) for position in ordered[offset : offset + limit].tolist())
        return DocumentList(len(rows), offset, limit, listed, counted)

    def list_titles(self) -> Iterator[str]:
        """Yield the titles of all documents, in index order; those that have none are left out."""
        return filter(None, self._documents.titles)

    def list_headings(self, limit: int) -> Iterator[str]:
        """Yield at most ``limit`` different headings of passages, those that were first indexed first."""
        return self._passages.list_headings(limit)

    def count_facets(self, fields: Sequence[str], chosen: Selection = EVERYTHING) -> dict[str, list[FacetValue]]:
        """Return for each field its most frequent values among the chosen documents, ``MAX_FACET_VALUES`` at most."""
        return self._count_values(fields, self._select(chosen))

    def _count_values(self, fields: Sequence[str], found: Positions | None) -> dict[str, list[FacetValue]]:
        index = self._documents.fields
        return {
            name: [FacetValue(one.value, one.count) for one in index.count_values(name, found, MAX_FACET_VALUES)]
            for name in fields
        }

    def has_field(self, field: str) -> bool:
        """Return whether documents may have the field: a standard one, or one that at least one of them has."""
        return field in STANDARD_FIELDS or self._documents.fields.has_field(field)

    def list_fields(self) -> list[str]:
        """Return the names of all fields, the standard ones first."""
        return [*STANDARD_FIELDS, *(name for name in self._documents.fields.names if name not in STANDARD_FIELDS)]

    @property
    def folder_count(self) -> int:
        """The number of folders with documents."""
        return self._documents.fields.count_folders()

    def _select(self, chosen: Selection) -> Positions | None:
        return self._documents.select(chosen.documents, chosen.filter)

    def get_text(self, document: str) -> DocumentText | None:
        """Return a document by its id without its passages, or None if it is not indexed."""
        position = self._documents.find_position(document)
        if position is None:
            return None
        return DocumentText(self._document_info(position), self._documents.texts[position])

    def get_headings(self, document: str) -> Sequence[Heading]:
        """Return the headings that the format of a document marks, in order; none if it is not indexed."""
        position = self._documents.find_position(document)
        return () if position is None else self._documents.get_headings(position)

    def get_pages(self, document: str) -> Sequence[int]:
        """Return where the pages of a document begin in its text; none if it has no pages or is not indexed."""
        position = self._documents.find_position(document)
        return () if position is None else self._documents.get_pages(position)

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

    def count_documents(self, chosen: Selection) -> int:
        """Return how many documents the filter lets through; all, if there is none."""
        found = self._select(chosen)
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
            fields=self._documents.fields[position],
        )
