"""The vectors of all units and tokens: carried over where nothing changed, embedded where it did."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from index.embed import embed
from index.generation import Generation, Keys
from index.progress import Progress
from index.tokens import SmallTokens, basis_of, smaller
from index.types import Encoder, Tokens, Vectors

KEY_BYTES = 16
CONTEXT_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class UnitText:
    """The words of a unit and what stands above it. ``whole``: it is all of its passage, whose tokens are kept."""

    text: str
    context: str
    whole: bool


@dataclass(frozen=True, slots=True)
class UnitVectors:
    """One row a unit and one entry of ``tokens`` a passage, in their order; ``carried`` units needed no embedding."""

    keys: Keys
    vectors: Vectors
    tokens: tuple[SmallTokens, ...]
    basis: Vectors
    carried: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a generation can hand on, by key; ``basis`` is None where it has nothing."""

    vectors: dict[bytes, Vectors] = field(default_factory=dict)
    tokens: dict[bytes, SmallTokens] = field(default_factory=dict)
    basis: Vectors | None = None

    def has(self, key: bytes, whole: bool) -> bool:
        """All that a unit needs."""
        return key in self.vectors and (not whole or key in self.tokens)


def known_vectors(served: Generation | None, encoder: Encoder) -> Known:
    """What a generation has; nothing where another model made it."""
    if served is None or served.manifest.model_fingerprint != encoder.fingerprint:
        return Known()
    contents = served.contents
    keys = [key.tobytes() for key in contents.keys]
    vectors = contents.store.vectors(np.arange(len(keys)))
    tokens = {keys[unit]: contents.tokens.passage(position) for position, unit in enumerate(contents.whole_units)}
    return Known(dict(zip(keys, vectors, strict=True)), tokens, contents.tokens.basis)


def unit_vectors(units: Sequence[UnitText], encoder: Encoder, known: Known, progress: Progress) -> UnitVectors:
    """The vector of each unit's text mixed with that of its context, and the tokens of both of those that are whole.

    Title and heading are embedded once and added with weight ``CONTEXT_WEIGHT`` instead of
    being written before every sentence, where they drown short ones and about double what
    has to be embedded. With and without them: ``docs/quality.md``.
    """
    digests = [_key(unit.text, unit.context) for unit in units]
    pairs = list(zip(digests, units, strict=True))
    needed, whole = _needed(pairs, known)
    basis = basis_of(encoder) if known.basis is None else known.basis
    rows, tokens = _embedded(needed, whole, encoder, basis, progress)
    fresh = {digest: mix(rows[unit.text], rows.get(unit.context)) for digest, unit in needed.items()}
    joined = {digest: _joined([tokens[part] for part in _parts(needed[digest])]) for digest in whole}
    vectors, kept = ChainMap(fresh, known.vectors), ChainMap(joined, known.tokens)
    return UnitVectors(
        np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, KEY_BYTES),
        np.stack([vectors[digest] for digest in digests]),
        tuple(kept[digest] for digest, unit in pairs if unit.whole),
        basis,
        sum(digest not in fresh for digest in digests),
    )


def _needed(pairs: Sequence[tuple[bytes, UnitText]], known: Known) -> tuple[dict[bytes, UnitText], set[bytes]]:
    """What is to be embedded, by key, and of which of it the tokens are wanted."""
    needed = {digest: unit for digest, unit in pairs if not known.has(digest, unit.whole)}
    return needed, {digest for digest, unit in pairs if unit.whole and digest in needed}


def _embedded(
    needed: Mapping[bytes, UnitText], whole: AbstractSet[bytes], encoder: Encoder, basis: Vectors, progress: Progress
) -> tuple[dict[str, Vectors], dict[str, SmallTokens]]:
    """The vector of each text and context, once, and the tokens of those of the ``whole`` ones."""
    units = list(needed.values())
    wanted = list(dict.fromkeys([unit.text for unit in units] + [unit.context for unit in units if unit.context]))
    kept = {part for digest in whole for part in _parts(needed[digest])}
    small, tokens = smaller(basis), dict[str, SmallTokens]()

    def keep(text: str, found: Tokens) -> None:
        if text in kept:
            tokens[text] = small(found)

    with progress.step("embedding", len(wanted)) as advance:
        return dict(zip(wanted, embed(encoder, wanted, advance, keep), strict=True)), tokens


def _parts(unit: UnitText) -> list[str]:
    return [unit.text, unit.context] if unit.context else [unit.text]


def _joined(parts: Sequence[SmallTokens]) -> SmallTokens:
    return parts[0] if len(parts) == 1 else parts[0].joined(parts[1])


def _key(text: str, context: str) -> bytes:
    """What decides a vector, beside the model."""
    return sha256(f"{CONTEXT_WEIGHT}\0{context}\0{text}".encode()).digest()[:KEY_BYTES]


def mix(text: Vectors, context: Vectors | None) -> Vectors:
    """The unit vector between a text's and, much less, its context's."""
    if context is None:
        return text
    mixed = text + np.float32(CONTEXT_WEIGHT) * context
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)
