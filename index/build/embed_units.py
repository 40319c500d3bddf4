"""Compute the vectors of all units and the tokens of all passages.

What the served generation has, what shards have, or what an interrupted build has left in the cache, is not embedded
again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from index.build.embedding_cache import EmbeddingCache
from index.build.unit_inputs import CONTEXT_WEIGHT, KEY_BYTES, UnitInput
from index.disk.arrays import RowSource, SpooledArray
from index.embedding.batching import embed_texts
from index.generation.generation import GenerationContents, Keys
from index.progress import Advance, Progress
from index.search.late_interaction import LateInteractionIndex, QuantizedTokens, learn_projection, quantize_tokens
from index.types import Encoder, Positions, Tokens, Vectors

# Units that are embedded and then committed to the cache together: less than a minute of work is lost if a build is
# interrupted, and memory does not grow with the collection.
COMMIT_UNITS = 4096
# Units that are read back at once: 25 MB of vectors with 384 dimensions.
READ_UNITS = 16_384
MISSING = -1
# Returns the vectors of rows, shape (rows, dimension).
ReadVectors: TypeAlias = Callable[[Positions], Vectors]


@dataclass(frozen=True, slots=True)
class UnitEmbeddings:
    """One row a unit, on disk, and the tokens of each passage; ``reused`` units needed no embedding."""

    keys: Keys
    vectors: RowSource
    tokens: LateInteractionIndex
    reused: int


class PreviousEmbeddings:
    """Embeddings that the same model has made, by key: those of a generation, or of shards."""

    def __init__(
        self, keys: Keys, read_vectors: ReadVectors, tokens: LateInteractionIndex, whole_passage_units: Positions
    ) -> None:
        """Find which rows have tokens; row ``whole_passage_units[p]`` has those of passage ``p`` of ``tokens``."""
        self.read_vectors = read_vectors
        self._tokens, self.projection = tokens, tokens.projection
        self._passages = np.full(len(keys), MISSING, dtype=np.int64)
        self._passages[whole_passage_units] = np.arange(len(tokens))
        self._strings = _view_as_strings(np.asarray(keys))

    @classmethod
    def from_contents(cls, contents: GenerationContents) -> "PreviousEmbeddings":
        """Take those of a generation."""
        return cls(contents.keys, contents.store.vectors, contents.tokens, contents.whole_passage_units)

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

    def read_tokens(self, row: int) -> QuantizedTokens:
        """Return the tokens of a row that has them."""
        return self._tokens.passage_tokens(int(self._passages[row]))


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

    Inputs are read several times and need not be in memory. ``root`` is the index folder, which holds the cache. Raise
    OSError or sqlite3.Error if it cannot be written.
    """
    with progress.step("looking up texts", len(units)) as advance:
        keys, is_whole = _hash_units(units, advance)
    # Units with the same key have the same embedding, which needs tokens if one of them does.
    firsts, groups = np.unique(_view_as_strings(keys), return_index=True, return_inverse=True)[1:]
    needs_tokens = np.zeros(len(firsts), dtype=np.bool_)
    needs_tokens[groups[is_whole]] = True
    rows = previous.find_rows(keys[firsts], needs_tokens) if previous else np.full(len(firsts), MISSING)
    projection = previous.projection if previous else learn_projection(encoder)
    with EmbeddingCache(root, encoder.fingerprint) as cache:
        is_missing = rows == MISSING
        is_missing[is_missing] = _find_uncached(keys[firsts[is_missing]], needs_tokens[is_missing], cache)
        missing, needs = firsts[is_missing], needs_tokens[is_missing]
        with progress.step("embedding", len(missing)) as advance:
            for inputs in _read_batches(units, missing, needs):
                cache.add_embeddings(_embed_batch(inputs, encoder, projection, advance))
        known = _KnownEmbeddings(keys, rows[groups], cache, previous)
        vectors = SpooledArray(root, np.float32, projection.shape[:1])
        for block in _split_range(len(units), READ_UNITS):
            vectors.append(known.read_vectors(block))
        passages = known.read_tokens(np.flatnonzero(is_whole), projection.shape[1])
        tokens = LateInteractionIndex.build(passages, projection, root)
    return UnitEmbeddings(keys, vectors.open_array(), tokens, int(np.count_nonzero(~is_missing[groups])))


def _hash_units(units: Sequence[UnitInput], advance: Advance) -> tuple[Keys, NDArray[np.bool_]]:
    """Return the key of each unit, and whether it is a whole passage."""
    keys, is_whole = np.empty((len(units), KEY_BYTES), dtype=np.uint8), np.empty(len(units), dtype=np.bool_)
    for block in _split_range(len(units), COMMIT_UNITS):
        inputs = units[block]
        keys[block] = np.frombuffer(b"".join(unit.key for unit in inputs), dtype=np.uint8).reshape(-1, KEY_BYTES)
        is_whole[block] = [unit.is_whole_passage for unit in inputs]
        advance(len(inputs))
    return keys, is_whole


def _find_uncached(keys: Keys, needs_tokens: NDArray[np.bool_], cache: EmbeddingCache) -> NDArray[np.bool_]:
    """Return which of the keys have no embedding in the cache."""
    is_uncached = np.empty(len(keys), dtype=np.bool_)
    for place, key in enumerate(keys):
        is_uncached[place] = not cache.has_embedding(key.tobytes(), bool(needs_tokens[place]))
    return is_uncached


def _read_batches(
    units: Sequence[UnitInput], chosen: Positions, needs_tokens: NDArray[np.bool_]
) -> Iterator[list[UnitInput]]:
    """Yield the inputs of chosen units in the order of the units, so that they are read back as they were written."""
    order = np.argsort(chosen)
    for block in _split_range(len(chosen), COMMIT_UNITS):
        pairs = zip(chosen[order[block]].tolist(), needs_tokens[order[block]].tolist(), strict=True)
        yield [replace(units[unit], is_whole_passage=needs) for unit, needs in pairs]


def _split_range(length: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, length)) for start in range(0, length, size))


def _embed_batch(
    inputs: Sequence[UnitInput], encoder: Encoder, projection: Vectors, advance: Advance
) -> Iterator[tuple[bytes, Vectors, QuantizedTokens | None]]:
    """Embed each text and each context once; yield key, vector and, for whole passages, tokens of each unit."""
    texts = _list_texts(inputs)
    advance_units = _scale_progress(advance, len(texts), len(inputs))
    with_tokens = {text for unit in inputs if unit.is_whole_passage for text in unit.texts}
    tokens: dict[str, QuantizedTokens] = {}

    def keep_tokens(text: str, found: Tokens) -> None:
        if text in with_tokens:
            tokens[text] = quantize_tokens(found, projection)

    vectors = dict(zip(texts, embed_texts(encoder, texts, advance_units, keep_tokens), strict=True))
    for unit in inputs:
        own = [tokens[text] for text in unit.texts] if unit.is_whole_passage else []
        joined = own[0].concatenate(own[1]) if len(own) == 2 else next(iter(own), None)
        yield unit.key, mix_context(vectors[unit.text], vectors.get(unit.context)), joined


def _scale_progress(advance: Advance, texts: int, units: int) -> Advance:
    """Return a receiver of the number of texts done, which reports as large a share of the units."""
    all_done = 0

    def advance_units(done: int, note: str = "") -> None:
        nonlocal all_done
        before, all_done = all_done, all_done + done
        advance(units * all_done // texts - units * before // texts, note)

    return advance_units


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
