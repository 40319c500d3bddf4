"""The table of passages: its columns, and how it is made of passages with temporary files."""

from array import array
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import SpooledArray
from index.disk.string_table import StringTable
from index.generation.documents import Documents
from index.types import Passage, PassageKind

DOCUMENT, START, END, BYTE, BYTE_END, HEADING, PLACE, KIND, PAGE, SENTENCE, SENTENCE_END, HASH, FIRST_COPY = range(13)
# The columns of names.
NAMED = slice(HEADING, PLACE + 1)
# In the columns HEADING, PLACE and PAGE.
NONE = -1
KINDS = tuple(PassageKind)

# One row a passage with the columns above: positions of its document, of its heading and place in one list of names,
# and of its kind, offsets in code points of its document and in bytes of all texts, its page, the range of its
# sentences, a hash of its text, and the position of the first passage with the same text, which is its own if none
# before it has it. Another table has the start and end of each sentence.
# Column by column in memory, so that one column can be searched without reading the others.
Table = NDArray[np.int64]


class PassageSpool:
    """Collects the rows of passages in temporary files, so that they need little memory."""

    def __init__(self, documents: Documents, folder: Path | None) -> None:
        """Create the files in ``folder``, or in the system's folder for temporary files if it is None."""
        self._documents = documents
        self._table = SpooledArray(folder, np.int64, (FIRST_COPY,))
        self._sentences = SpooledArray(folder, np.int64, (2,))
        self._names, self._sentence_count, self._passage_count = dict[str, int](), 0, 0

    def __len__(self) -> int:
        """Return the number of passages so far."""
        return self._passage_count

    def append(self, passages: Sequence[Passage]) -> None:
        """Add all passages of one document, if it has any; raise KeyError if it is none of the documents."""
        if not passages:
            return
        name, texts = passages[0].document, self._documents.texts
        document = self._documents.find_position(name)
        if document is None:
            raise KeyError(name)
        spans = np.array([(passage.start, passage.end) for passage in passages], dtype=np.int64)
        offsets = texts.find_byte_offsets(document, spans).tolist()
        rows, sentences = array("q"), array("q")
        for passage, (byte, byte_end) in zip(passages, offsets, strict=True):
            page, kind = NONE if passage.page is None else passage.page, KINDS.index(passage.kind)
            rows.extend((document, passage.start, passage.end, byte, byte_end))
            rows.extend((self._number_name(passage.heading), self._number_name(passage.place), kind, page))
            rows.extend((self._sentence_count, self._sentence_count + len(passage.sentences)))
            rows.append(_hash_text(texts.decode_range(byte, byte_end)))
            self._sentence_count += len(passage.sentences)
            sentences.extend(edge for span in passage.sentences for edge in (span.start, span.end))
        self._passage_count += len(passages)
        self._table.append(np.asarray(rows).reshape(-1, FIRST_COPY))
        self._sentences.append(np.asarray(sentences).reshape(-1, 2))

    def _number_name(self, name: str | None) -> int:
        return NONE if name is None else self._names.setdefault(name, len(self._names))

    def open_tables(self) -> tuple[Table, Table, StringTable]:
        """Return the table of passages, that of sentences and the names."""
        table = add_first_copies(self._table.read_columns())
        return table, self._sentences.read_columns(), StringTable.build(self._names)


def add_first_copies(table: Table) -> Table:
    """Return the table with its last column: the position of the first passage with the same hash."""
    _, firsts, numbers = np.unique(table[:, HASH], return_index=True, return_inverse=True)
    wider = np.empty((len(table), FIRST_COPY + 1), dtype=np.int64, order="F")
    wider[:, :FIRST_COPY], wider[:, FIRST_COPY] = table, firsts[numbers]
    return wider


def fold_copy(text: str) -> str:
    """Return what two copies of a text have in common: its words and marks, without case and line breaks."""
    return " ".join(text.casefold().split())


def _hash_text(text: str) -> int:
    """Return 64 bits: the chance that any two of a million different texts share them is 3 in a hundred million."""
    digest = blake2b(fold_copy(text).encode("utf-8"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
