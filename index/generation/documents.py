"""The documents of a generation: on disk, looked up by position or by id, made when they are asked for."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import open_mapped
from index.disk.string_table import StringTable
from index.generation.id_patterns import WILDCARDS, find_matching_rows
from index.types import Document, Heading, Positions

TEXTS, IDS, TITLES, REST = "texts", "ids", "titles", "rest"
FACTS, ORDER = "facts.npy", "order.npy"

# Patterns whose documents are remembered: the steps of one question ask for the same ones.
RECENT_PATTERNS = 16

Facts = NDArray[np.void]
"""One row a document: the sha256 of its text, 32 bytes, and its number of code points."""
FACT = np.dtype([("sha256", "u1", (32,)), ("characters", "<i8")])
Order = NDArray[np.int64]
"""Hashes of all ids, rising, and the position of each, shape (documents, 2), column by column on disk."""


@dataclass(frozen=True, slots=True)
class DocumentStrings:
    """What the documents are made of: texts, ids, titles, and the rest of each as JSON."""

    texts: StringTable
    ids: StringTable
    titles: StringTable
    rest: StringTable


class Documents(Sequence[Document]):
    """A sequence that holds no document: each is read when it is asked for."""

    def __init__(self, parts: DocumentStrings, facts: Facts, order: Order) -> None:
        """Use ``build`` or ``load``."""
        self.parts, self.facts, self.order = parts, facts, order
        self.texts, self.ids, self.titles = parts.texts, parts.ids, parts.titles
        self.find_matching = lru_cache(maxsize=RECENT_PATTERNS)(self._find_matching)

    @classmethod
    def build(cls, documents: Sequence[Document]) -> "Documents":
        """From documents in memory, whose ids differ."""
        parts = DocumentStrings(
            StringTable.build(document.text for document in documents),
            StringTable.build(document.id for document in documents),
            StringTable.build(document.title for document in documents),
            StringTable.build(map(_rest, documents)),
        )
        facts = [(np.frombuffer(bytes.fromhex(d.sha256), dtype=np.uint8), len(d.text)) for d in documents]
        return cls(parts, np.array(facts, dtype=FACT), _order(document.id for document in documents))

    def __len__(self) -> int:
        """The number of documents."""
        return len(self.ids)

    @overload
    def __getitem__(self, position: int) -> Document: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Document, ...]: ...
    def __getitem__(self, position: int | slice) -> Document | tuple[Document, ...]:
        """One document or some, with the whole text of each."""
        if isinstance(position, slice):
            return tuple(self[row] for row in range(len(self))[position])
        rest = json.loads(self.parts.rest[position])
        return Document(
            self.ids[position],
            self.texts[position],
            self.titles[position],
            rest["metadata"],
            tuple(Heading(**heading) for heading in rest["headings"]),
            tuple(rest["pages"]),
        )

    def find_position(self, document: str) -> int | None:
        """Where the document of an id stands; None where there is none."""
        hashes, sought = self.order[:, 0], _hash(document)
        first, last = np.searchsorted(hashes, sought, "left"), np.searchsorted(hashes, sought, "right")
        return next((row for row in self.order[first:last, 1].tolist() if self.ids[row] == document), None)

    def _find_matching(self, pattern: str) -> Positions:
        """Return the positions, rising, of the documents whose id is the pattern or matches it shell-style."""
        exact = self.find_position(pattern)
        rows = np.array([] if exact is None else [exact], dtype=np.int64)
        return rows if WILDCARDS.isdisjoint(pattern) else np.union1d(rows, find_matching_rows(self.ids, pattern))

    def get_sha256(self, position: int) -> str:
        """Hex digest of the document's text in UTF-8, taken when the index was built."""
        return bytes(self.facts["sha256"][position]).hex()

    def count_characters(self, position: int) -> int:
        """The code points of the document's text."""
        return int(self.facts["characters"][position])

    def get_metadata(self, position: int) -> dict[str, Any]:
        """What the document says of itself beside its title."""
        return dict(json.loads(self.parts.rest[position])["metadata"])

    def save(self, folder: Path) -> None:
        """Writes arrays, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, strings in ((TEXTS, self.texts), (IDS, self.ids), (TITLES, self.titles), (REST, self.parts.rest)):
            strings.save(folder, name)
        np.save(folder / FACTS, self.facts, allow_pickle=False)
        np.save(folder / ORDER, self.order, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "Documents":
        """What ``save`` wrote."""
        parts = DocumentStrings(*(StringTable.load(folder, name) for name in (TEXTS, IDS, TITLES, REST)))
        return cls(parts, np.load(folder / FACTS, mmap_mode="r", allow_pickle=False), open_mapped(folder / ORDER))


def _rest(document: Document) -> str:
    rest = {
        "metadata": document.metadata,
        "headings": [asdict(heading) for heading in document.headings],
        "pages": document.pages,
    }
    return json.dumps(rest, ensure_ascii=False)


def _hash(document: str) -> int:
    """63 bits of the id's sha256; ids that share them are told apart by themselves."""
    return int.from_bytes(sha256(document.encode("utf-8", "surrogatepass")).digest()[:8], "big") >> 1


def _order(ids: Iterable[str]) -> Order:
    hashes = np.fromiter(map(_hash, ids), dtype=np.int64)
    order = np.argsort(hashes, kind="stable")
    return np.asfortranarray(np.stack([hashes[order], order], axis=1))
