"""The passages of a generation: a table on disk, of which a row becomes a passage when it is asked for."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import open_mapped
from index.disk.string_table import StringTable
from index.generation.documents import Documents
from index.text.searchable_text import build_context
from index.types import Passage, PassageKind, Positions, Span

TABLE, SENTENCES, HEADINGS = "table.npy", "sentences.npy", "headings"
DOCUMENT, START, END, BYTE, BYTE_END, HEADING, KIND, PAGE, SENTENCE, SENTENCE_END = range(10)
NONE = -1
RECENT = 256
"""Passages that are remembered for a moment: the steps of one question ask for the same few."""
KINDS = tuple(PassageKind)

Table = NDArray[np.int64]
"""One row a passage: the columns above, column by column in memory, so that one can be searched by itself.

Positions of its document, heading and kind, offsets in code points and in the bytes of all texts, its page,
and the rows of its sentences; ``NONE`` stands for no heading and no page. Sentences: start and end.
"""


class Passages(Sequence[Passage]):
    """A sequence that holds no passage, and gives the words of one without reading its document."""

    def __init__(self, documents: Documents, table: Table, sentences: Table, headings: StringTable) -> None:
        """Use ``build`` or ``load``."""
        self.documents = documents
        self.table = table
        self.sentences = sentences
        self.headings = headings
        self._passage = lru_cache(maxsize=RECENT)(self._read)
        self._words = lru_cache(maxsize=RECENT)(self._cut)

    @classmethod
    def build(cls, passages: Iterable[Passage], documents: Documents) -> "Passages":
        """From passages in memory, those of a document together. KeyError for one that belongs to no document."""
        collected = _Collected()
        for document, group in groupby(passages, key=lambda passage: passage.document):
            position, some = documents.find_position(document), list(group)
            if position is None:
                raise KeyError(document)
            edges = np.array([(passage.start, passage.end) for passage in some], dtype=np.int64)
            for passage, places in zip(some, documents.texts.find_byte_offsets(position, edges).tolist(), strict=True):
                collected.add(position, passage, places)
        rows, sentences = _columns(collected.rows, SENTENCE_END + 1), _columns(collected.sentences, 2)
        return cls(documents, rows, sentences, StringTable.build(collected.headings))

    def __len__(self) -> int:
        """The number of passages."""
        return len(self.table)

    @overload
    def __getitem__(self, position: int) -> Passage: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, position: int | slice) -> Passage | tuple[Passage, ...]:
        """One passage or some, their sentences included."""
        if isinstance(position, slice):
            return tuple(self[row] for row in range(len(self))[position])
        return self._passage(position)

    def _read(self, position: int) -> Passage:
        row = self.table[position].tolist()
        sentences = self.sentences[row[SENTENCE] : row[SENTENCE_END]].tolist()
        return Passage(
            self.documents.ids[row[DOCUMENT]],
            row[START],
            row[END],
            tuple(Span(start, end) for start, end in sentences),
            None if row[HEADING] == NONE else self.headings[row[HEADING]],
            KINDS[row[KIND]],
            None if row[PAGE] == NONE else row[PAGE],
        )

    def get_text(self, position: int) -> str:
        """The text of a passage."""
        return self._words(position)

    def _cut(self, position: int) -> str:
        first, last = self.table[position, BYTE : BYTE_END + 1].tolist()
        return self.documents.texts.decode_range(first, last)

    def get_start(self, position: int) -> int:
        """Where a passage begins in its document."""
        return int(self.table[position, START])

    def find_document(self, position: int) -> int:
        """The position of a passage's document."""
        return int(self.table[position, DOCUMENT])

    def get_heading(self, position: int) -> str | None:
        """What stands above a passage."""
        heading = int(self.table[position, HEADING])
        return None if heading == NONE else self.headings[heading]

    def get_context(self, position: int) -> str:
        """Return the title and heading above a passage; may be empty."""
        return build_context(self.documents.titles[self.find_document(position)], self.get_heading(position) or "")

    def get_sentence_texts(self, position: int) -> list[str]:
        """Return the text of each sentence of a passage."""
        passage, text = self[position], self.get_text(position)
        return [text[one.start - passage.start : one.end - passage.start] for one in passage.sentences]

    def find_ranges(self, documents: int | Positions) -> tuple[Positions, Positions]:
        """Where the passages of documents begin and end, those of one standing together."""
        column = self.table[:, DOCUMENT]
        return np.searchsorted(column, documents, "left"), np.searchsorted(column, documents, "right")

    def save(self, folder: Path) -> None:
        """Writes arrays, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / TABLE, self.table, allow_pickle=False)
        np.save(folder / SENTENCES, self.sentences, allow_pickle=False)
        self.headings.save(folder, HEADINGS)

    @classmethod
    def load(cls, folder: Path, documents: Documents) -> "Passages":
        """What ``save`` wrote, of these documents."""
        return cls(
            documents, open_mapped(folder / TABLE), open_mapped(folder / SENTENCES), StringTable.load(folder, HEADINGS)
        )


@dataclass(frozen=True, slots=True)
class _Collected:
    """The numbers of the table and of the sentences, one behind the other, and the headings in their order."""

    rows: "array[int]" = field(default_factory=lambda: array("q"))
    sentences: "array[int]" = field(default_factory=lambda: array("q"))
    headings: dict[str, int] = field(default_factory=dict)

    def add(self, document: int, passage: Passage, places: Sequence[int]) -> None:
        """One more passage, whose bytes stand at ``places``."""
        first = len(self.sentences) // 2
        heading = NONE if passage.heading is None else self.headings.setdefault(passage.heading, len(self.headings))
        page = NONE if passage.page is None else passage.page
        self.rows.extend((document, passage.start, passage.end, *places, heading, KINDS.index(passage.kind), page))
        self.rows.extend((first, first + len(passage.sentences)))
        self.sentences.extend(edge for span in passage.sentences for edge in (span.start, span.end))


def _columns(numbers: "array[int]", count: int) -> Table:
    return np.asfortranarray(np.array(numbers, dtype=np.int64).reshape(-1, count))
