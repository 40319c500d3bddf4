"""The vectors of all units and tokens: carried over where nothing changed, embedded shard by shard where it did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np

from index.build.checkpoints import Shard, Shards
from index.build.vector_cache import KEY_BYTES, Known, Stock, Wanted, vectors_of
from index.disk.arrays import SpooledArray
from index.embedding.batching import embed_texts
from index.generation.generation import Keys
from index.progress import Advance, Progress
from index.search.late_interaction import LateInteractionIndex, QuantizedTokens, learn_projection, quantize_tokens
from index.types import Encoder, Tokens, Vectors

CONTEXT_WEIGHT = 0.2
SHARD = 4096
"""Units that are embedded, written and forgotten together: under a minute's work."""
AT_ONCE = 65_536


@dataclass(frozen=True, slots=True)
class UnitText:
    """The words of a unit and what stands above it. ``whole``: it is all of its passage, whose tokens are kept."""

    text: str
    context: str
    whole: bool

    @property
    def parts(self) -> list[str]:
        """What is embedded for it."""
        return [self.text, self.context] if self.context else [self.text]

    @property
    def key(self) -> bytes:
        """What decides its vector, beside the model."""
        return sha256(f"{CONTEXT_WEIGHT}\0{self.context}\0{self.text}".encode()).digest()[:KEY_BYTES]


@dataclass(frozen=True, slots=True)
class UnitVectors:
    """One row a unit, and the tokens of the whole ones, in their order; ``carried`` units needed no embedding.

    The rows are on disk, mapped, and gone when nobody holds them.
    """

    keys: Keys
    vectors: Vectors
    tokens: LateInteractionIndex
    carried: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """What makes vectors and small tokens of texts."""

    encoder: Encoder
    projection: Vectors


def unit_vectors(units: Sequence[UnitText], shards: Shards, known: Known | None, progress: Progress) -> UnitVectors:
    """The vector of each unit's text mixed with that of its context, and the tokens of both of those that are whole.

    Title and heading are embedded once a shard and added with weight ``CONTEXT_WEIGHT`` instead of
    being written before every sentence, where they drown short ones and about double what
    has to be embedded. With and without them: ``docs/quality.md``. Raises OSError where a shard cannot be written.
    """
    keys = np.frombuffer(b"".join(unit.key for unit in units), dtype=np.uint8).reshape(-1, KEY_BYTES)
    wanted, stocks = Wanted(keys, np.array([unit.whole for unit in units])), list[Stock]()
    for stock in (*([known.stock] if known else []), *shards.finished()):
        wanted.offer(stocks, stock)
    carried = wanted.found()
    recipe = Recipe(shards.encoder, known.projection if known else learn_projection(shards.encoder))
    for shard, last in _shards(units, wanted, recipe, progress):
        wanted.offer(stocks, shard.stock() if last else shards.keep(shard))
    rows = SpooledArray(shards.root, np.float32)
    for first in range(0, len(units), AT_ONCE):
        rows.append(vectors_of(stocks, *wanted.sources(slice(first, first + AT_ONCE))))
    tokens = LateInteractionIndex.build(_tokens(units, wanted, stocks), recipe.projection, shards.root)
    return UnitVectors(keys, rows.open_array(), tokens, carried)


def _shards(
    units: Sequence[UnitText], wanted: Wanted, recipe: Recipe, progress: Progress
) -> Iterator[tuple[Shard, bool]]:
    """What no stock has, in the order of the units, and whether it is the last of it, which need not be kept."""
    missing = wanted.missing()
    some = [
        [replace(units[unit], whole=wanted.needs_tokens(unit)) for unit in missing[first : first + SHARD].tolist()]
        for first in range(0, len(missing), SHARD)
    ]
    with progress.step("embedding", sum(len(_texts(few)) for few in some)) as advance:
        for number, few in enumerate(some, 1):
            yield _shard(few, recipe, advance), number == len(some)


def _shard(units: Sequence[UnitText], recipe: Recipe, advance: Advance) -> Shard:
    """Each text and context once, and the tokens of those of the whole units."""
    texts, kept = _texts(units), {part for unit in units if unit.whole for part in unit.parts}
    tokens: dict[str, QuantizedTokens] = {}

    def keep(text: str, found: Tokens) -> None:
        if text in kept:
            tokens[text] = quantize_tokens(found, recipe.projection)

    rows = dict(zip(texts, embed_texts(recipe.encoder, texts, advance, keep), strict=True))
    return Shard(
        np.frombuffer(b"".join(unit.key for unit in units), dtype=np.uint8).reshape(-1, KEY_BYTES),
        np.array([unit.whole for unit in units]),
        np.stack([mix(rows[unit.text], rows.get(unit.context)) for unit in units]),
        [_joined([tokens[part] for part in unit.parts]) for unit in units if unit.whole],
    )


def _texts(units: Sequence[UnitText]) -> list[str]:
    return list(dict.fromkeys([unit.text for unit in units] + [unit.context for unit in units if unit.context]))


def _joined(parts: Sequence[QuantizedTokens]) -> QuantizedTokens:
    return parts[0] if len(parts) == 1 else parts[0].concatenate(parts[1])


def _tokens(units: Sequence[UnitText], wanted: Wanted, stocks: Sequence[Stock]) -> Iterator[QuantizedTokens]:
    """Of each whole unit, in their order."""
    for first in range(0, len(units), AT_ONCE):
        numbers, rows = wanted.sources(slice(first, first + AT_ONCE))
        for unit, number, row in zip(units[first : first + AT_ONCE], numbers.tolist(), rows.tolist(), strict=True):
            if unit.whole:
                yield stocks[number].tokens(int(stocks[number].whole[row]))


def mix(text: Vectors, context: Vectors | None) -> Vectors:
    """The unit vector between a text's and, much less, its context's."""
    if context is None:
        return text
    mixed = text + np.float32(CONTEXT_WEIGHT) * context
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)
