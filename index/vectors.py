"""The vectors of all units: carried over where nothing changed, embedded where it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from index.embed import embed
from index.generation import Generation, Keys
from index.progress import Progress
from index.types import Encoder, Vectors

KEY_BYTES = 16
CONTEXT_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class UnitVectors:
    """One row a unit, in the units' order; ``carried`` of them needed no embedding."""

    keys: Keys
    vectors: Vectors
    carried: int


Known = Mapping[bytes, Vectors]


def known_vectors(served: Generation | None, encoder: Encoder) -> Known:
    """The vectors of a generation by key; none where another model made them."""
    if served is None or served.manifest.model_fingerprint != encoder.fingerprint:
        return {}
    keys = served.contents.keys
    vectors = served.contents.store.vectors(np.arange(len(keys)))
    return {key.tobytes(): vector for key, vector in zip(keys, vectors, strict=True)}


def unit_vectors(
    texts: Sequence[str], contexts: Sequence[str], encoder: Encoder, known: Known, progress: Progress
) -> UnitVectors:
    """The vector of each text mixed with that of its context; both sequences are one per unit.

    Title and heading are embedded once and added with weight ``CONTEXT_WEIGHT`` instead of
    being written before every sentence, where they drown short ones and about double what
    has to be embedded. With and without them: ``docs/quality.md``.
    """
    digests = [_key(*pair) for pair in zip(texts, contexts, strict=True)]
    missing = list({digest: i for i, digest in enumerate(digests) if digest not in known}.values())
    wanted = list(dict.fromkeys([texts[i] for i in missing] + [contexts[i] for i in missing if contexts[i]]))
    with progress.step("embedding", len(wanted)) as advance:
        rows = dict(zip(wanted, embed(encoder, wanted, advance), strict=True))
    fresh = {digests[i]: mix(rows[texts[i]], rows.get(contexts[i])) for i in missing}
    vectors = np.stack([fresh[digest] if digest in fresh else known[digest] for digest in digests])
    keys = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, KEY_BYTES)
    return UnitVectors(keys, vectors, sum(digest not in fresh for digest in digests))


def _key(text: str, context: str) -> bytes:
    """What decides a vector, beside the model."""
    return sha256(f"{CONTEXT_WEIGHT}\0{context}\0{text}".encode()).digest()[:KEY_BYTES]


def mix(text: Vectors, context: Vectors | None) -> Vectors:
    """The unit vector between a text's and, much less, its context's."""
    if context is None:
        return text
    mixed = text + np.float32(CONTEXT_WEIGHT) * context
    return np.asarray(mixed / np.linalg.norm(mixed), dtype=np.float32)
