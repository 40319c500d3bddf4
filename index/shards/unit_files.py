"""Files of units: one row each, with its text, offsets, metadata and vector, and the tokens of whole passages.

Any vector store can load the columns ``id``, ``vector``, ``text`` and ``metadata``; the others are what an index of
Netsphere needs beside them.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.embed_units import ReadVectors
from index.generation.generation import Keys, UnitTable
from index.generation.passage_table import DOCUMENT
from index.generation.passages import Passages
from index.search.late_interaction import LateInteractionIndex, QuantizedTokens
from index.shards.parquet import KEY_BYTES, Columns, Header, ParquetFile, describe_units, write_parquet
from index.types import Positions, Vectors

# Rows of a row group: 6 MB of vectors with 384 dimensions.
GROUP_UNITS = 4096
EMBEDDING = ("key", "vector", "tokens", "token_vectors")


@dataclass(frozen=True, slots=True)
class EmbeddedUnits:
    """Units with their passages, vectors and tokens, of a shard or of a generation.

    ``whole_passage_units`` are the units that span a whole passage, shape (passages,).
    """

    passages: Passages
    units: UnitTable
    keys: Keys
    read_vectors: ReadVectors
    tokens: LateInteractionIndex
    whole_passage_units: Positions


@dataclass(frozen=True, slots=True)
class UnitBlock:
    """The embeddings of neighbouring rows: ``tokens`` has those of each whole passage, None for other units."""

    keys: Keys
    vectors: Vectors
    tokens: tuple[QuantizedTokens | None, ...]


def write_units(path: Path, embedded: EmbeddedUnits, rows: Positions, header: Header) -> None:
    """Write the units at the positions ``rows``, in that order. Raise OSError."""
    blocks = (rows[start : start + GROUP_UNITS] for start in range(0, len(rows), GROUP_UNITS))
    # The file of a shard without units has a vector column, too, which must have a width.
    width = embedded.read_vectors(rows[:1]).shape[1] if len(rows) else len(embedded.tokens.projection)
    list_columns = _ColumnLister(embedded).list_columns
    write_parquet(path, describe_units(max(1, width)), header, map(list_columns, blocks))


def read_embeddings(path: Path, width: int) -> Iterator[UnitBlock]:
    """Yield the embeddings of a file, whose token vectors have ``width`` columns. Raise ShardError, which names it."""
    for table in ParquetFile(path).read_groups(EMBEDDING):
        keys, vectors, ids, token_vectors = (table.column(name).combine_chunks() for name in EMBEDDING)
        tokens = (
            None if vector is None else _make_tokens(numbers.values.to_numpy(), vector, width)
            for numbers, vector in zip(ids, token_vectors.to_pylist(), strict=True)
        )
        yield UnitBlock(
            np.frombuffer(b"".join(keys.to_pylist()), dtype=np.uint8).reshape(-1, KEY_BYTES),
            vectors.flatten().to_numpy(zero_copy_only=False).reshape(len(vectors), -1),
            tuple(tokens),
        )


def _make_tokens(ids: NDArray[np.int32], vectors: bytes, width: int) -> QuantizedTokens:
    return QuantizedTokens(ids, np.frombuffer(vectors, dtype=np.int8).reshape(len(ids), width))


class _ColumnLister:
    """Lists the columns of units."""

    def __init__(self, embedded: EmbeddedUnits) -> None:
        self._embedded, self._documents = embedded, embedded.passages.documents
        # The units of a document follow each other.
        self._read_document = lru_cache(maxsize=16)(self._read_uncached)

    def _read_uncached(self, position: int) -> tuple[str, str]:
        """Return the title and the metadata of a document."""
        metadata = json.dumps(self._documents.get_metadata(position), ensure_ascii=False)
        return self._documents.titles[position], metadata

    def list_columns(self, rows: Positions) -> Columns:
        """Return all columns of a block of units."""
        embedded, columns = self._embedded, defaultdict[str, list[object]](list)
        for row, unit in zip(rows.tolist(), embedded.units[rows].tolist(), strict=True):
            for name, value in self._describe_unit(row, *unit).items():
                columns[name].append(value)
        return {**columns, "key": embedded.keys[rows], "vector": embedded.read_vectors(rows)}

    def _describe_unit(self, row: int, passage: int, start: int, end: int) -> dict[str, object]:
        embedded = self._embedded
        own, text = embedded.passages[passage], embedded.passages.get_text(passage)
        title, metadata = self._read_document(int(embedded.passages.table[passage, DOCUMENT]))
        is_whole = embedded.whole_passage_units[passage] == row
        tokens = embedded.tokens.passage_tokens(passage) if is_whole else None
        return {
            "id": f"{own.document}#{start}-{end}",
            "document": own.document,
            "start": start,
            "end": end,
            "passage_start": own.start,
            "passage_end": own.end,
            "page": own.page,
            "place": own.place,
            "title": title,
            "heading": own.heading,
            "text": text[start - own.start : end - own.start],
            "metadata": metadata,
            "tokens": tokens and tokens.ids,
            "token_vectors": tokens and tokens.vectors.tobytes(),
        }
