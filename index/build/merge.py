"""Merge what stays of the served generation with what was built of the changed documents.

Columns are copied in runs, and what depends on the whole collection is computed again, so that the result equals a
generation built of all documents at once. It takes time in proportion to the bytes of the collection, but little: a
hundred thousand passages take seconds (docs/performance.md).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.build.changes import Changes
from index.disk.arrays import RowSource
from index.disk.splice import OLD, REMOVED, Splice
from index.generation.documents import Documents
from index.generation.generation import GenerationContents, Keys, UnitTable
from index.generation.passages import Passages
from index.search.bm25 import BM25Index
from index.search.late_interaction import LateInteractionIndex
from index.text.analyzer import count_words
from index.types import Positions


@dataclass(frozen=True, slots=True)
class Parts:
    """The contents of a generation before its vector store is built; ``vectors`` has one row a unit."""

    documents: Documents
    passages: Passages
    units: UnitTable
    keys: Keys
    vectors: RowSource
    lexical: BM25Index
    tokens: LateInteractionIndex

    @classmethod
    def from_contents(cls, contents: GenerationContents) -> "Parts":
        """Return the parts of a generation that exists."""
        return cls(
            contents.documents,
            contents.passages,
            contents.units,
            contents.keys,
            contents.store.rows,
            contents.lexical,
            contents.tokens,
        )


def merge_parts(base: GenerationContents, fresh: Parts, changes: Changes, folder: Path) -> tuple[Parts, Positions]:
    """Return the parts of the generation that ``changes`` describe, with temporary files in ``folder``.

    The positions are those of the base's units in the new generation, or ``REMOVED``.
    """
    parts = (Parts.from_contents(base), fresh)
    documents = Documents.merge([part.documents for part in parts], changes.splice, folder)
    passages = changes.splice.widen([part.passages.edges for part in parts])
    unit_splice = passages.widen([_find_unit_edges(part) for part in parts])
    removed = np.flatnonzero(passages.map_positions(OLD, len(base.passages)) == REMOVED)
    spellings = _merge_spellings(base, removed, fresh.lexical)
    merged = Parts(
        documents,
        Passages.merge([part.passages for part in parts], documents, changes.splice),
        _merge_units(parts, passages, unit_splice),
        unit_splice.concatenate([part.keys for part in parts]),
        unit_splice.spool([part.vectors for part in parts], folder),
        BM25Index.merge([part.lexical for part in parts], passages, spellings, folder),
        LateInteractionIndex.merge([part.tokens for part in parts], passages, folder),
    )
    return merged, unit_splice.map_positions(OLD, len(base.units))


def _find_unit_edges(part: Parts) -> Positions:
    """Return the position of the first unit of each passage, and the end."""
    return np.searchsorted(part.units[:, 0], np.arange(len(part.passages) + 1)).astype(np.int64)


def _merge_units(parts: Sequence[Parts], passages: Splice, units: Splice) -> UnitTable:
    """Return the table of units with the new positions of their passages."""
    moved = []
    for table, part in enumerate(parts):
        rows = np.array(part.units)
        rows[:, 0] = passages.map_positions(table, len(part.passages))[rows[:, 0]]
        moved.append(rows)
    return np.asfortranarray(units.concatenate(moved))


def _merge_spellings(base: GenerationContents, removed: Positions, fresh: BM25Index) -> dict[str, int]:
    """Return how often each word occurs in the texts that stay and in the fresh ones."""
    texts = map(base.passages.build_searchable_text, removed.tolist())
    counts = Counter(base.lexical.spellings)
    counts.subtract(count_words(texts))
    counts.update(fresh.spellings)
    return dict(sorted((+counts).items()))
