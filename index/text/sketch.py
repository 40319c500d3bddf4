"""Sketches of texts: a few bytes from which the similarity of two texts is estimated without reading them.

A text is the set of all pieces of ``PIECE_CHARS`` characters in it. How similar two texts are is the share of all their
pieces that both have (Broder 1997, "On the resemblance and containment of documents"). A sketch has one byte of the
smallest hash of each of 128 parts of the set (Li, Owen & Zhang 2012, "One Permutation Hashing"); the share of equal
bytes estimates the similarity (Li & König 2010, "b-Bit Minwise Hashing"). Case and white space do not count. Pieces are
characters and not words, so that texts without spaces can be compared, too.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b

import numpy as np
import regex
from numpy.typing import NDArray

from index.progress import NO_PROGRESS, Advance

# Pieces of nine characters are rarely shared by accident (Leskovec et al., "Mining of Massive Datasets", chapter 3).
PIECE_CHARS = 9
PARTS = 128
DIGEST_BYTES = 16
# Characters that are hashed at once, so that memory does not grow with the text.
BLOCK_CHARS = 1_000_000
MULTIPLIER, MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
EMPTY = np.uint64(2**64 - 1)
WHITE_SPACE = regex.compile(r"\s")

# One row a text: a digest of what copies have in common, and the bytes of its parts.
Sketches = NDArray[np.void]
SKETCH_DTYPE = np.dtype([("digest", "u1", (DIGEST_BYTES,)), ("parts", "u1", (PARTS,))])


def sketch_texts(texts: Iterable[str], count: int, advance: Advance = NO_PROGRESS) -> Sketches:
    """Return the sketches of ``count`` texts, which are read one at a time."""
    sketches = np.zeros(count, dtype=SKETCH_DTYPE)
    for sketch, text in zip(sketches, texts, strict=True):
        sketch["digest"], sketch["parts"] = _sketch_text(text)
        advance(1)
    return sketches


def list_pieces(text: str) -> NDArray[np.uint64]:
    """Return the hash of every piece of a short text, each once, rising; none if it has fewer characters than one."""
    pieces = np.sort(_hash_pieces("".join(_fold_blocks(text)).rstrip()))
    # As np.unique does, in half of the time for so few.
    return pieces[np.append(True, pieces[1:] != pieces[:-1])] if len(pieces) else pieces


def estimate_similarities(sketches: Sketches, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the estimated similarity, 0 to 1, of texts at the positions ``one`` and ``other``; shape (pairs,).

    The standard error is 0.05 at most.
    """
    parts = sketches["parts"]
    equal = (parts[one] == parts[other]).mean(axis=1)
    # Bytes of different hashes are equal once in 256.
    similarities: NDArray[np.float64] = np.clip((equal - 1 / 256) / (1 - 1 / 256), 0, 1)
    return similarities


def _sketch_text(text: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    digest, smallest, before = blake2b(digest_size=DIGEST_BYTES), np.full(PARTS, EMPTY), ""
    for block in _fold_blocks(text):
        digest.update(block.encode("utf-8"))
        hashes = _hash_pieces(before + block)
        # The number of the part is in the lowest bits; the rest decides which hash is the smallest of its part.
        np.minimum.at(smallest, (hashes % np.uint64(PARTS)).astype(np.intp), hashes // np.uint64(PARTS))
        before = (before + block)[1 - PIECE_CHARS :]
    if (smallest == EMPTY).all():
        # A text of a few characters is one piece.
        smallest[:] = np.frombuffer(digest.digest()[:8], dtype=np.uint64)
    return np.frombuffer(digest.digest(), dtype=np.uint8), _take_bytes(_fill_empty(smallest))


def _fold_blocks(text: str) -> Iterator[str]:
    """Yield the text without case, with single spaces; blocks end at white space, so that it does not matter where."""
    start = 0
    while start < len(text):
        cut = WHITE_SPACE.search(text, start + BLOCK_CHARS)
        end = cut.start() if cut else len(text)
        if words := text[start:end].casefold().split():
            yield " ".join(words) + " "
        start = end


def _hash_pieces(text: str) -> NDArray[np.uint64]:
    """Return the hash of every piece of a text, which has at least ``PIECE_CHARS`` characters, else none."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    hashes = np.zeros(max(0, len(codes) - PIECE_CHARS + 1), dtype=np.uint64)
    for place in range(PIECE_CHARS):
        hashes = hashes * MULTIPLIER + codes[place : place + len(hashes)]
    # Mixed, because the low bits of the sum depend on the low bits of the characters only.
    return mix_hashes(hashes)


def mix_hashes(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return other hashes, of which each bit depends on many bits of the given ones."""
    mixed = (hashes ^ (hashes >> np.uint64(31))) * MIX
    return mixed ^ (mixed >> np.uint64(29))


def _fill_empty(smallest: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give a part without pieces the hash of the next one that has some, plus the way (Shrivastava & Li 2014)."""
    filled = np.flatnonzero(smallest != EMPTY)
    places = np.arange(PARTS)
    following = filled[np.searchsorted(filled, places) % len(filled)]
    steps = ((following - places) % PARTS).astype(np.uint64)
    return smallest[following] + steps * MULTIPLIER


def _take_bytes(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    mixed = hashes * MIX
    return (mixed >> np.uint64(56)).astype(np.uint8)
