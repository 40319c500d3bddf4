"""Passages of a generation: a table on disk, of which a row becomes a passage on access."""

from array import array
from collections.abc import Iterable, Sequence
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
# In the columns HEADING and PAGE.
NONE = -1
# Passages that are remembered for a moment: the steps of one question ask for the same few.
RECENT_PASSAGES = 256
KINDS = tuple(PassageKind)

# One row a passage with the columns above: positions of its document, heading and kind, offsets in code points of its
# document and in bytes of all texts, its page, and the range of its sentences. Another table has the start and end of
# each sentence. Column by column in memory, so that one column can be searched without reading the others.
Table = NDArray[np.int64]


class Passages(Sequence[Passage]):
    """A sequence of passages that keeps none of them in memory and reads their text without their document."""

    def __init__(self, documents: Documents, table: Table, sentences: Table, headings: StringTable) -> None:
        """Use ``build`` or ``load``."""
        self.documents = documents
        self.table = table
        self.sentences = sentences
        self.headings = headings
        self._get_passage = lru_cache(maxsize=RECENT_PASSAGES)(self._read_passage)
        self.get_text = lru_cache(maxsize=RECENT_PASSAGES)(self._read_text)
        self.get_context = lru_cache(maxsize=RECENT_PASSAGES)(self._build_context)

    @classmethod
    def build(cls, passages: Iterable[Passage], documents: Documents) -> "Passages":
        """Build from passages in memory, grouped by document; raise KeyError for one that belongs to no document."""
        rows, sentences, headings = array("q"), array("q"), dict[str, int]()
        for name, group in groupby(passages, key=lambda passage: passage.document):
            document, own = documents.find_position(name), list(group)
            if document is None:
                raise KeyError(name)
            spans = np.array([(passage.start, passage.end) for passage in own], dtype=np.int64)
            offsets = documents.texts.find_byte_offsets(document, spans).tolist()
            for passage, (byte, byte_end) in zip(own, offsets, strict=True):
                heading = NONE if passage.heading is None else headings.setdefault(passage.heading, len(headings))
                page, kind = NONE if passage.page is None else passage.page, KINDS.index(passage.kind)
                rows.extend((document, passage.start, passage.end, byte, byte_end, heading, kind, page))
                rows.extend((len(sentences) // 2, len(sentences) // 2 + len(passage.sentences)))
                sentences.extend(edge for span in passage.sentences for edge in (span.start, span.end))
        table = _shape_table(rows, SENTENCE_END + 1)
        return cls(documents, table, _shape_table(sentences, 2), StringTable.build(headings))

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self.table)

    @overload
    def __getitem__(self, position: int) -> Passage: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Passage, ...]: ...
    def __getitem__(self, position: int | slice) -> Passage | tuple[Passage, ...]:
        """Return one passage or several, with their sentences."""
        if isinstance(position, slice):
            return tuple(self[row] for row in range(len(self))[position])
        return self._get_passage(position)

    def _read_passage(self, position: int) -> Passage:
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

    def _read_text(self, position: int) -> str:
        """Return the text of a passage."""
        first, last = self.table[position, BYTE : BYTE_END + 1].tolist()
        return self.documents.texts.decode_range(first, last)

    def find_document(self, position: int) -> int:
        """Return the position of a passage's document."""
        return int(self.table[position, DOCUMENT])

    def _build_context(self, position: int) -> str:
        """Return the title and heading above a passage; may be empty."""
        document, heading = self.table[position, [DOCUMENT, HEADING]].tolist()
        return build_context(self.documents.titles[document], "" if heading == NONE else self.headings[heading])

    def get_sentence_texts(self, position: int) -> list[str]:
        """Return the text of each sentence of a passage."""
        passage, text = self[position], self.get_text(position)
        return [text[one.start - passage.start : one.end - passage.start] for one in passage.sentences]

    def find_ranges(self, documents: int | Positions) -> tuple[Positions, Positions]:
        """Return the first position of the passages of each document, and the position after the last."""
        column = self.table[:, DOCUMENT]
        return np.searchsorted(column, documents, "left"), np.searchsorted(column, documents, "right")

    def save(self, folder: Path) -> None:
        """Write arrays, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / TABLE, self.table, allow_pickle=False)
        np.save(folder / SENTENCES, self.sentences, allow_pickle=False)
        self.headings.save(folder, HEADINGS)

    @classmethod
    def load(cls, folder: Path, documents: Documents) -> "Passages":
        """Open what ``save`` wrote, the passages of these documents."""
        table, sentences = open_mapped(folder / TABLE), open_mapped(folder / SENTENCES)
        return cls(documents, table, sentences, StringTable.load(folder, HEADINGS))


def _shape_table(numbers: "array[int]", columns: int) -> Table:
    return np.asfortranarray(np.array(numbers, dtype=np.int64).reshape(-1, columns))
