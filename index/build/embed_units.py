"""Compute the vectors of all units and the tokens of all passages.

What the served generation has, or what an interrupted build has left in the cache, is not embedded again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.embedding_cache import EmbeddingCache
from index.disk.arrays import RowSource, SpooledArray
from index.embedding.batching import embed_texts
from index.generation.generation import GenerationContents, Keys
from index.progress import Advance, Progress
from index.search.late_interaction import LateInteractionIndex, QuantizedTokens, learn_projection, quantize_tokens
from index.types import Encoder, Positions, Tokens, Vectors

# Small, so that a unit is always nearer to its own words than to its title (docs/quality.md has both variants).
CONTEXT_WEIGHT = 0.2
KEY_BYTES = 16
# Units that are embedded and then committed to the cache together: less than a minute of work is lost if a build is
# interrupted, and memory does not grow with the collection.
COMMIT_UNITS = 4096
# Units that are read back at once: 100 MB of vectors with 384 dimensions.
READ_UNITS = 65_536
MISSING = -1


@dataclass(frozen=True, slots=True)
class UnitInput:
    """The text of a unit and its context: title and heading. The tokens of a unit that is a whole passage are kept."""

    text: str
    context: str
    is_whole_passage: bool

    @property
    def texts(self) -> list[str]:
        """The texts to embed."""
        return [self.text, self.context] if self.context else [self.text]

    @property
    def key(self) -> bytes:
        """Hash of everything that decides the unit's vector, except the model."""
        return sha256(f"{CONTEXT_WEIGHT}\0{self.context}\0{self.text}".encode()).digest()[:KEY_BYTES]


@dataclass(frozen=True, slots=True)
class UnitEmbeddings:
    """One row a unit, on disk, and the tokens of each passage; ``reused`` units needed no embedding."""

    keys: Keys
    vectors: RowSource
    tokens: LateInteractionIndex
    reused: int


class PreviousEmbeddings:
    """Embeddings in a generation that the same model built, by key."""

    def __init__(self, contents: GenerationContents) -> None:
        """Find which rows have tokens."""
        self._contents = contents
        self.projection = contents.tokens.projection
        self._passages = np.full(len(contents.keys), MISSING, dtype=np.int64)
        self._passages[contents.whole_passage_units] = np.arange(len(contents.passages))
        self._strings = _view_as_strings(np.asarray(contents.keys))

    def find_rows(self, keys: Keys, needs_tokens: NDArray[np.bool_]) -> Positions:
        """Return the row of each key, ``MISSING`` if there is none or it lacks tokens that are needed.

        Each key is given once.
        """
        found = np.full(len(keys), MISSING, dtype=np.int64)
        if not len(keys) or not len(self._strings):
            return found
        # The keys that are sought are sorted, not those of the generation, of which there are many more.
        order = np.argsort(_view_as_strings(keys))
        wanted = _view_as_strings(keys)[order]
        places = np.minimum(np.searchsorted(wanted, self._strings), len(wanted) - 1)
        rows = np.flatnonzero(wanted[places] == self._strings)
        # Of rows with the same key, the last that is written stays: one with tokens, if there is one.
        rows = rows[np.argsort(self._passages[rows] != MISSING, kind="stable")]
        found[order[places[rows]]] = rows
        found[needs_tokens & (self._passages[found] == MISSING)] = MISSING
        return found

    def read_vectors(self, rows: Positions) -> Vectors:
        """Return the vectors of rows, shape (rows, dimension)."""
        return self._contents.store.vectors(rows)

    def read_tokens(self, row: int) -> QuantizedTokens:
        """Return the tokens of a row that has them."""
        return self._contents.tokens.passage_tokens(int(self._passages[row]))


@dataclass(frozen=True, slots=True)
class _KnownEmbeddings:
    """Where the embedding of each unit is: a row of the previous generation or, if that is ``MISSING``, the cache."""

    keys: Keys
    rows: Positions
    cache: EmbeddingCache
    previous: PreviousEmbeddings | None

    def read_vectors(self, units: slice) -> Vectors:
        """Return the vectors of units, shape (units, dimension)."""
        keys, rows = self.keys[units], self.rows[units]
        is_cached = rows == MISSING
        if self.previous is None or is_cached.all():
            return self.cache.read_vectors(keys)
        found = self.previous.read_vectors(rows[~is_cached])
        vectors = np.empty((len(rows), found.shape[1]), dtype=np.float32)
        vectors[~is_cached] = found
        if is_cached.any():
            vectors[is_cached] = self.cache.read_vectors(keys[is_cached])
        return vectors

    def read_tokens(self, units: Positions, width: int) -> Iterator[QuantizedTokens]:
        """Yield the tokens of units that are whole passages; their vectors have ``width`` columns."""
        for unit in units.tolist():
            row = int(self.rows[unit])
            if self.previous is None or row == MISSING:
                yield self.cache.read_tokens(self.keys[unit].tobytes(), width)
            else:
                yield self.previous.read_tokens(row)


def embed_units(
    units: Sequence[UnitInput],
    encoder: Encoder,
    root: Path,
    previous: PreviousEmbeddings | None,
    progress: Progress,
) -> UnitEmbeddings:
    """Return the vector of each unit, mixed with that of its context, and the tokens of units that are whole passages.

    ``root`` is the index folder, which holds the cache. Raise OSError or sqlite3.Error if it cannot be written.
    """
    keys = np.frombuffer(b"".join(unit.key for unit in units), dtype=np.uint8).reshape(-1, KEY_BYTES)
    is_whole = np.array([unit.is_whole_passage for unit in units], dtype=np.bool_)
    # Units with the same key have the same embedding, which needs tokens if one of them does.
    _, firsts, groups = np.unique(_view_as_strings(keys), return_index=True, return_inverse=True)
    needs_tokens = np.zeros(len(firsts), dtype=np.bool_)
    np.logical_or.at(needs_tokens, groups, is_whole)
    rows = previous.find_rows(keys[firsts], needs_tokens) if previous else np.full(len(firsts), MISSING)
    projection = previous.projection if previous else learn_projection(encoder)
    with EmbeddingCache(root, encoder.fingerprint) as cache:
        is_missing = np.array(
            [
                row == MISSING and not cache.has_embedding(keys[unit].tobytes(), needs)
                for unit, row, needs in zip(firsts.tolist(), rows.tolist(), needs_tokens.tolist(), strict=True)
            ],
            dtype=np.bool_,
        )
        # In the order of the units, so that they are read in the order in which they were written.
        missing = sorted(zip(firsts[is_missing].tolist(), needs_tokens[is_missing].tolist(), strict=True))
        inputs = [replace(units[unit], is_whole_passage=needs) for unit, needs in missing]
        _embed_missing(inputs, encoder, projection, cache, progress)
        known = _KnownEmbeddings(keys, rows[groups], cache, previous)
        vectors = SpooledArray(root, np.float32, projection.shape[:1])
        for start in range(0, len(units), READ_UNITS):
            vectors.append(known.read_vectors(slice(start, start + READ_UNITS)))
        passages = known.read_tokens(np.flatnonzero(is_whole), projection.shape[1])
        tokens = LateInteractionIndex.build(passages, projection, root)
    return UnitEmbeddings(keys, vectors.open_array(), tokens, int(np.count_nonzero(~is_missing[groups])))


def _embed_missing(
    inputs: Sequence[UnitInput], encoder: Encoder, projection: Vectors, cache: EmbeddingCache, progress: Progress
) -> None:
    batches = [inputs[start : start + COMMIT_UNITS] for start in range(0, len(inputs), COMMIT_UNITS)]
    with progress.step("embedding", sum(len(_list_texts(batch)) for batch in batches)) as advance:
        for batch in batches:
            cache.add_embeddings(_embed_batch(batch, encoder, projection, advance))


def _embed_batch(
    inputs: Sequence[UnitInput], encoder: Encoder, projection: Vectors, advance: Advance
) -> Iterator[tuple[bytes, Vectors, QuantizedTokens | None]]:
    """Embed each text and each context once; yield key, vector and, for whole passages, tokens of each unit."""
    texts = _list_texts(inputs)
    with_tokens = {text for unit in inputs if unit.is_whole_passage for text in unit.texts}
    tokens: dict[str, QuantizedTokens] = {}

    def keep_tokens(text: str, found: Tokens) -> None:
        if text in with_tokens:
            tokens[text] = quantize_tokens(found, projection)

    vectors = dict(zip(texts, embed_texts(encoder, texts, advance, keep_tokens), strict=True))
    for unit in inputs:
        own = [tokens[text] for text in unit.texts] if unit.is_whole_passage else []
        joined = own[0].concatenate(own[1]) if len(own) == 2 else next(iter(own), None)
        yield unit.key, mix_context(vectors[unit.text], vectors.get(unit.context)), joined


def _list_texts(inputs: Sequence[UnitInput]) -> list[str]:
    return list(dict.fromkeys([unit.text for unit in inputs] + [unit.context for unit in inputs if unit.context]))


def mix_context(text: Vectors, context: Vectors | None) -> Vectors:
    """Add the context's vector with ``CONTEXT_WEIGHT`` and scale to unit length.

    Titles and headings are mixed in instead of being written before every sentence: there they outweigh short
    sentences and double what has to be embedded.
    """
    if context is None:
        return text
    mixed = text + np.float32(CONTEXT_WEIGHT) * context
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)


def _view_as_strings(keys: Keys) -> NDArray[np.bytes_]:
    """View keys as strings, which numpy can sort. It ignores zeros at the end, but all keys have one length."""
    return np.ascontiguousarray(keys).view(f"S{KEY_BYTES}").reshape(-1)
