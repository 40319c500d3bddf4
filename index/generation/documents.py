"""Documents of a generation: on disk, found by position or by id, and read on access."""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import SpooledArray, open_array
from index.disk.lazy_sequence import LazySequence
from index.disk.splice import Splice
from index.disk.string_table import StringSpool, StringTable
from index.generation.field_index import NO_DATE, FieldIndex
from index.generation.id_patterns import WILDCARDS, find_matching_rows
from index.generation.metadata import DATE, FOLDER, Fields, normalize_metadata
from index.generation.metadata_filter import MetadataFilter
from index.types import Document, Heading, Place, Positions

# The strings of a document; the last holds metadata, headings, pages and places as JSON.
TEXTS, IDS, TITLES, REST = "texts", "ids", "titles", "rest"
FACTS, ORDER = "facts.npy", "order.npy"

# Patterns whose documents are remembered: one question asks for the same ones several times.
RECENT_PATTERNS = 16
# As many bytes as ids of the documents that pass are remembered with each.
RECENT_FILTERS = 8
# Documents whose dates are remembered: passages of one answer may each have copies in the same documents.
RECENT_DATES = 1024

# One row a document: the SHA-256 of its text, that of everything that decides what is indexed of it, each 32 bytes, and
# the number of its code points.
Facts = NDArray[np.void]
FACTS_DTYPE = np.dtype([("sha256", "u1", (32,)), ("fingerprint", "u1", (32,)), ("characters", "<i8")])
# The hashes of all ids, rising, and the position of each, shape (documents, 2), column by column on disk.
IdOrder = NDArray[np.int64]


class Documents(LazySequence[Document]):
    """A sequence of documents that keeps none of them in memory."""

    def __init__(self, strings: Mapping[str, StringTable], facts: Facts, order: IdOrder, fields: FieldIndex) -> None:
        """Use ``build`` or ``load``."""
        self.strings, self.facts, self.order, self.fields = strings, facts, order, fields
        self.texts, self.ids, self.titles = strings[TEXTS], strings[IDS], strings[TITLES]
        self.find_matching = lru_cache(maxsize=RECENT_PATTERNS)(self._find_matching)
        self.get_date = lru_cache(maxsize=RECENT_DATES)(self._read_date)
        self.select = lru_cache(maxsize=RECENT_FILTERS)(self._select)

    @classmethod
    def build(cls, documents: Iterable[Document], folder: Path | None = None) -> "Documents":
        """Build from documents whose ids differ; each is read once. Temporary files go into ``folder``."""
        spools = {name: StringSpool(folder) for name in (TEXTS, IDS, TITLES, REST)}
        facts, hashes = SpooledArray(folder, FACTS_DTYPE), array("q")

        def read_fields() -> Iterator[Fields]:
            for document in documents:
                strings = document.text, document.id, document.title, _serialize_rest(document)
                for spool, text in zip(spools.values(), strings, strict=True):
                    spool.append(text)
                facts.append(_list_facts(document))
                hashes.append(_hash_id(document.id))
                yield normalize_metadata(document.id, document.metadata)

        fields = FieldIndex.build(read_fields())
        tables = {name: spool.open_table() for name, spool in spools.items()}
        return cls(tables, facts.open_array()[:], _sort_hashes(np.asarray(hashes, dtype=np.int64)), fields)

    @classmethod
    def merge(cls, parts: "Sequence[Documents]", splice: Splice, folder: Path) -> "Documents":
        """Build from documents of two generations, ``OLD`` and ``FRESH``, with temporary files in ``folder``."""
        strings = {
            name: StringTable.merge([part.strings[name] for part in parts], splice, folder) for name in parts[0].strings
        }
        facts = splice.concatenate([part.facts for part in parts])
        hashes = splice.concatenate([part._list_hashes() for part in parts])
        fields = FieldIndex.merge([part.fields for part in parts], splice)
        return cls(strings, facts, _sort_hashes(hashes), fields)

    def _list_hashes(self) -> NDArray[np.int64]:
        """Return the hash of each id, by position."""
        hashes = np.empty(len(self), dtype=np.int64)
        hashes[self.order[:, 1]] = self.order[:, 0]
        return hashes

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self.ids)

    def _read_item(self, row: int) -> Document:
        """Return one document, with its whole text."""
        rest = self._read_rest(row)
        return Document(
            self.ids[row],
            self.texts[row],
            self.titles[row],
            rest["metadata"],
            tuple(Heading(**heading) for heading in rest["headings"]),
            tuple(rest["pages"]),
            tuple(Place(**place) for place in rest["places"]),
        )

    def find_position(self, document: str) -> int | None:
        """Return the position of the document with this id, or None."""
        hashes, sought = self.order[:, 0], _hash_id(document)
        first, last = np.searchsorted(hashes, sought, "left"), np.searchsorted(hashes, sought, "right")
        return next((row for row in self.order[first:last, 1].tolist() if self.ids[row] == document), None)

    def _find_matching(self, pattern: str) -> Positions:
        """Return the positions, rising, of the documents whose id is the pattern or matches it shell-style."""
        exact = self.find_position(pattern)
        rows = np.array([] if exact is None else [exact], dtype=np.int64)
        return rows if WILDCARDS.isdisjoint(pattern) else np.union1d(rows, find_matching_rows(self.ids, pattern))

    def _select(self, patterns: tuple[str, ...], conditions: MetadataFilter) -> Positions | None:
        """Return the positions, rising, of the documents that match a pattern, if there are any, and the conditions.

        None stands for all documents.
        """
        found: list[Positions] = []
        if patterns:
            found.append(np.concatenate([self.find_matching(pattern) for pattern in patterns]))
        for field, values in conditions.values:
            find = self.fields.find_in_folders if field == FOLDER else partial(self.fields.find_documents, field)
            found.append(np.concatenate([find(value) for value in values]))
        if conditions.has_dates:
            found.append(self.fields.find_between(*conditions.date_numbers))
        if not found:
            return None
        passed = np.ones(len(self), dtype=np.bool_)
        for positions in found:
            passes = np.zeros(len(self), dtype=np.bool_)
            passes[positions] = True
            passed &= passes
        return np.flatnonzero(passed)

    def get_sha256(self, position: int) -> str:
        """Return the hex digest of the document's text in UTF-8, computed when the index was built."""
        return bytes(self.facts["sha256"][position]).hex()

    def get_fingerprint(self, position: int) -> str:
        """Return ``Document.fingerprint`` of a document, computed when the index was built."""
        return bytes(self.facts["fingerprint"][position]).hex()

    @property
    def fingerprint(self) -> str:
        """Hex digest of the fingerprints of all documents, in order."""
        return sha256(np.ascontiguousarray(self.facts["fingerprint"]).tobytes()).hexdigest()

    def count_characters(self, position: int) -> int:
        """Return the number of code points of the document's text."""
        return int(self.facts["characters"][position])

    def get_metadata(self, position: int) -> dict[str, Any]:
        """Return the metadata of a document, without its title."""
        return dict(self._read_rest(position)["metadata"])

    def _read_date(self, position: int) -> str | None:
        """Return the date that the metadata of a document state, in ISO 8601 as far as it is known, or None."""
        return self.fields[position][DATE][0] if self.fields.dates[position] != NO_DATE else None

    def get_headings(self, position: int) -> tuple[Heading, ...]:
        """Return the headings that the format of a document marks, without reading its text."""
        return tuple(Heading(**heading) for heading in self._read_rest(position)["headings"])

    def get_pages(self, position: int) -> tuple[int, ...]:
        """Return the offsets at which the pages of a document begin, without reading its text."""
        return tuple(self._read_rest(position)["pages"])

    def _read_rest(self, position: int) -> dict[str, Any]:
        rest: dict[str, Any] = json.loads(self.strings[REST][position])
        return rest

    def save(self, folder: Path) -> None:
        """Write arrays, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.strings.items():
            table.save(folder, name)
        np.save(folder / FACTS, self.facts, allow_pickle=False)
        np.save(folder / ORDER, self.order, allow_pickle=False)
        self.fields.save(folder)

    @classmethod
    def load(cls, folder: Path) -> "Documents":
        """Open what ``save`` wrote."""
        strings = {name: StringTable.load(folder, name) for name in (TEXTS, IDS, TITLES, REST)}
        return cls(strings, open_array(folder / FACTS), open_array(folder / ORDER), FieldIndex.load(folder))


def _serialize_rest(document: Document) -> str:
    headings = [asdict(heading) for heading in document.headings]
    places = [asdict(place) for place in document.places]
    rest = {"metadata": document.metadata, "headings": headings, "pages": document.pages, "places": places}
    return json.dumps(rest, ensure_ascii=False)


def _list_facts(document: Document) -> Facts:
    facts = np.empty(1, dtype=FACTS_DTYPE)
    facts["sha256"], facts["fingerprint"] = map(_parse_digest, (document.sha256, document.fingerprint))
    facts["characters"] = len(document.text)
    return facts


def _hash_id(document: str) -> int:
    """Return 63 bits of the SHA-256 of an id; if two ids share them, the ids themselves are compared."""
    # An id that somebody asks for may have surrogates, which no id of a document has.
    return int.from_bytes(sha256(document.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1


def _sort_hashes(hashes: NDArray[np.int64]) -> IdOrder:
    order = np.argsort(hashes, kind="stable")
    return np.asfortranarray(np.stack([hashes[order], order], axis=1))


def _parse_digest(digest: str) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex(digest), dtype=np.uint8)
