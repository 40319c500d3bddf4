"""Passages of a generation: a table on disk, of which a row becomes a passage on access."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import expand_ranges, open_array
from index.disk.lazy_sequence import LazySequence
from index.disk.splice import FRESH, OLD, Splice
from index.disk.string_table import StringTable
from index.generation.documents import Documents
from index.generation.near_copies import NO_NEAR_COPIES, NearCopies
from index.generation.passage_table import (
    BYTE,
    BYTE_END,
    DOCUMENT,
    END,
    FIRST_COPY,
    HEADING,
    KIND,
    KINDS,
    NAMED,
    NONE,
    PAGE,
    PLACE,
    SENTENCE,
    SENTENCE_END,
    START,
    PassageSpool,
    Table,
    add_first_copies,
)
from index.text.searchable_text import build_context
from index.types import Passage, Positions, Span

TABLE, SENTENCES, NAMES = "table.npy", "sentences.npy", "names"
# Passages that are remembered for a moment: the steps of one question ask for the same few.
RECENT_PASSAGES = 256


class Passages(LazySequence[Passage]):
    """A sequence of passages that keeps none of them in memory and reads their text without their document."""

    def __init__(
        self,
        documents: Documents,
        table: Table,
        sentences: Table,
        names: StringTable,
        near_copies: NearCopies = NO_NEAR_COPIES,
    ) -> None:
        """Use ``build`` or ``load``."""
        self.documents = documents
        self.table = table
        self.sentences = sentences
        self.names = names
        self.near_copies = near_copies
        self._get_passage = lru_cache(maxsize=RECENT_PASSAGES)(self._read_passage)
        self.get_text = lru_cache(maxsize=RECENT_PASSAGES)(self._read_text)
        self.get_context = lru_cache(maxsize=RECENT_PASSAGES)(self._build_context)

    @classmethod
    def build(cls, passages: Iterable[Passage], documents: Documents, folder: Path | None = None) -> "Passages":
        """Build from passages grouped by document; only those of one document are kept in memory.

        Temporary files go into ``folder``. Raise KeyError for a passage that belongs to no document.
        """
        spool = PassageSpool(documents, folder)
        for _, group in groupby(passages, key=lambda passage: passage.document):
            spool.append(list(group))
        return cls(documents, *spool.open_tables())

    @classmethod
    def merge(cls, parts: "Sequence[Passages]", documents: Documents, splice: Splice) -> "Passages":
        """Build from the passages of two generations, ``OLD`` and ``FRESH``.

        ``documents`` are those of the new generation, and ``splice`` is that of the documents. The result equals the
        one that ``build`` makes of the same passages.
        """
        edges = [part.edges for part in parts]
        passages = splice.widen(edges)
        sentences = passages.widen([part.sentence_edges for part in parts])
        names = [*parts[OLD].names, *parts[FRESH].names]
        moved = []
        for table, part in enumerate(parts):
            rows = np.array(part.table[:, :FIRST_COPY])
            owners = part.table[:, DOCUMENT]
            rows[:, DOCUMENT] = splice.map_positions(table, len(part.documents))[owners]
            # What is removed takes any shift, because it is not copied.
            shift = documents.texts.offsets[rows[:, DOCUMENT]] - part.documents.texts.offsets[owners]
            rows[:, [BYTE, BYTE_END]] += shift[:, None]
            rows[:, NAMED] += np.where(rows[:, NAMED] == NONE, 0, table * len(parts[OLD].names))
            moved.append(rows)
        new = passages.concatenate(moved)
        counts = np.concatenate([[0], np.cumsum(new[:, SENTENCE_END] - new[:, SENTENCE])])
        new[:, SENTENCE], new[:, SENTENCE_END] = counts[:-1], counts[1:]
        new[:, NAMED], kept = _number_names(new[:, NAMED], names)
        spans = np.asfortranarray(sentences.concatenate([part.sentences for part in parts]))
        return cls(documents, add_first_copies(new), spans, StringTable.build(kept))

    def with_near_copies(self, near_copies: NearCopies) -> "Passages":
        """Return the same passages, of which it is known which are nearly the same."""
        return Passages(self.documents, self.table, self.sentences, self.names, near_copies)

    @property
    def edges(self) -> NDArray[np.int64]:
        """The position of the first passage of each document, and the end, shape (documents + 1,)."""
        return np.searchsorted(self.table[:, DOCUMENT], np.arange(len(self.documents) + 1)).astype(np.int64)

    @property
    def sentence_edges(self) -> NDArray[np.int64]:
        """The position of the first sentence of each passage, and the end, shape (passages + 1,)."""
        return np.append(self.table[:, SENTENCE], len(self.sentences))

    def list_headings(self, limit: int) -> Iterator[str]:
        """Yield at most ``limit`` different headings of all passages."""
        rows = np.unique(self.table[:, HEADING])
        return (self.names[row] for row in rows[rows != NONE][:limit].tolist())

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self.table)

    def _read_item(self, row: int) -> Passage:
        """Return one passage, with its sentences."""
        return self._get_passage(row)

    def _read_passage(self, position: int) -> Passage:
        row = self.table[position].tolist()
        sentences = self.sentences[row[SENTENCE] : row[SENTENCE_END]].tolist()
        return Passage(
            self.documents.ids[row[DOCUMENT]],
            row[START],
            row[END],
            tuple(Span(start, end) for start, end in sentences),
            self._get_name(row[HEADING]),
            KINDS[row[KIND]],
            None if row[PAGE] == NONE else row[PAGE],
            self._get_name(row[PLACE]),
        )

    def _get_name(self, position: int) -> str | None:
        return None if position == NONE else self.names[position]

    def _read_text(self, position: int) -> str:
        """Return the text of a passage."""
        first, last = self.table[position, BYTE : BYTE_END + 1].tolist()
        return self.documents.texts.decode_range(first, last)

    def find_document(self, position: int) -> int:
        """Return the position of a passage's document."""
        return int(self.table[position, DOCUMENT])

    def find_documents(self, positions: Positions) -> Positions:
        """Return the position of the document of each passage."""
        return np.asarray(self.table[positions, DOCUMENT])

    def get_title(self, position: int) -> str:
        """Return the title of a passage's document; may be empty."""
        return self.documents.titles[self.find_document(position)]

    def _build_context(self, position: int) -> str:
        """Return the title and heading above a passage; may be empty."""
        document, heading = self.table[position, [DOCUMENT, HEADING]].tolist()
        return build_context(self.documents.titles[document], self._get_name(heading) or "")

    def build_searchable_text(self, position: int) -> str:
        """Return the text of a passage that BM25 indexes: its context and its own words."""
        return f"{self.get_context(position)} {self.get_text(position)}"

    def get_sentence_texts(self, position: int) -> list[str]:
        """Return the text of each sentence of a passage."""
        passage, text = self[position], self.get_text(position)
        return [text[one.start - passage.start : one.end - passage.start] for one in passage.sentences]

    def find_ranges(self, documents: int | Positions) -> tuple[Positions, Positions]:
        """Return the first position of the passages of each document, and the position after the last."""
        column = self.table[:, DOCUMENT]
        return np.searchsorted(column, documents, "left"), np.searchsorted(column, documents, "right")

    @cached_property
    def repeats(self) -> Positions:
        """The positions, in order, of the passages of which an earlier passage is a copy or a near copy."""
        return np.flatnonzero(self._first_copies != np.arange(len(self)))

    @cached_property
    def _first_copies(self) -> Positions:
        """For each passage the position of the first with the same or nearly the same text, shape (passages,)."""
        return self.near_copies.find_firsts(self.table[:, FIRST_COPY])

    def find_first_copies(self, positions: Positions | Sequence[int]) -> Positions:
        """Return for each passage the position of the first with the same or nearly the same text: equal for copies."""
        return np.asarray(self._first_copies[positions])

    def find_first_same(self, positions: Positions | Sequence[int]) -> Positions:
        """Return for each passage the position of the first one with the same text."""
        return np.asarray(self.table[positions, FIRST_COPY])

    def find_copies(self, position: int) -> Positions:
        """Return the positions, in order, of all passages with the same or nearly the same text, this one included."""
        if not len(self.repeats):
            return np.array([position], dtype=np.int64)
        first, (owners, repeats) = int(self.find_first_copies([position])[0]), self._repeats_by_text
        own = slice(*np.searchsorted(owners, [first, first + 1]).tolist())
        return np.concatenate([[first], repeats[own]])

    def find_same(self, firsts: Positions) -> tuple[Positions, Positions]:
        """Return all passages with one of these texts, each the first copy, and for each the place of its text there.

        The result is the places and the positions, shape (passages,) each; copies are those of ``find_copies``.
        """
        owners, repeats = self._repeats_by_text
        starts, ends = np.searchsorted(owners, firsts, "left"), np.searchsorted(owners, firsts, "right")
        places = np.arange(len(firsts))
        found = repeats[expand_ranges(starts, ends)]
        return np.concatenate([places, np.repeat(places, ends - starts)]), np.concatenate([firsts, found])

    def count_same(self, firsts: Positions) -> int:
        """Return the number of passages with one of these texts, each the first copy, without listing them."""
        owners, _ = self._repeats_by_text
        repeats = np.searchsorted(owners, firsts, "right") - np.searchsorted(owners, firsts, "left")
        return len(firsts) + int(repeats.sum())

    def choose_repeated(self, positions: Positions) -> Positions:
        """Return those of the passages of which there are copies or near copies."""
        firsts, (owners, _) = self.find_first_copies(positions), self._repeats_by_text
        return positions[np.searchsorted(owners, firsts, "left") < np.searchsorted(owners, firsts, "right")]

    @cached_property
    def _repeats_by_text(self) -> tuple[Positions, Positions]:
        """The first copy of each repeat, rising, and the repeats in that order."""
        owners = self.find_first_copies(self.repeats)
        order = np.argsort(owners, kind="stable")
        return owners[order], self.repeats[order]

    def save(self, folder: Path) -> None:
        """Write arrays, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / TABLE, self.table, allow_pickle=False)
        np.save(folder / SENTENCES, self.sentences, allow_pickle=False)
        self.names.save(folder, NAMES)
        self.near_copies.save(folder)

    @classmethod
    def load(cls, folder: Path, documents: Documents) -> "Passages":
        """Open what ``save`` wrote, the passages of these documents."""
        table, sentences = open_array(folder / TABLE), open_array(folder / SENTENCES)
        return cls(documents, table, sentences, StringTable.load(folder, NAMES), NearCopies.load(folder))


def _number_names(numbers: NDArray[np.int64], names: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Return new numbers, by first occurrence, and the names that are used."""
    used, firsts = np.unique(numbers[numbers != NONE], return_index=True)  # row by row, as ``build`` numbers them
    new: dict[str, int] = {}
    for number in used[np.argsort(firsts)].tolist():
        new.setdefault(names[number], len(new))
    # One more row, which NONE, -1, finds at the end.
    table = np.full(len(names) + 1, NONE, dtype=np.int64)
    table[used] = [new[names[number]] for number in used.tolist()]
    return table[numbers], list(new)
