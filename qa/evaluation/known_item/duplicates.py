"""Passages that say nearly the same as an earlier one, and so split its votes."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from index.progress import Progress
from index.text.analyzer import split_into_words
from index.types import Vectors
from qa.evaluation.known_item.material import CollectionView
from qa.evaluation.known_item.types import Duplicate

# Of the vectors: nearly the same meaning. Of the shingles: nearly the same words (Broder 1997).
MIN_COSINE, MIN_JACCARD = 0.95, 0.8
SHINGLE_WORDS = 3
# Passages compared at a time with all earlier ones: memory grows with the collection, not with its square.
BLOCK = 256

Shingles = frozenset[tuple[str, ...]]


def find_duplicates(material: CollectionView, progress: Progress) -> tuple[Duplicate, ...]:
    """Find each passage that is nearly an earlier one, with the first such; most similar first.

    Compared are the units that are whole passages, without their headings. The store's
    vectors are read, not searched, so that no store misses anything. Time grows with
    the square: 8,000 passages take a second, 100,000 minutes.
    """
    rows = find_whole_rows(material)
    vectors = material.contents.store.vectors(rows)
    words = _ShingleCache(material, rows)
    found: list[Duplicate] = []
    with progress.step("comparing", len(rows)) as advance:
        for start in range(0, len(rows), BLOCK):
            found += filter(None, (_find_first(material, words, *near) for near in _find_near(vectors, start)))
            advance(min(BLOCK, len(rows) - start))
    return tuple(sorted(found, key=lambda pair: (-pair.jaccard, -pair.cosine)))


def find_whole_rows(material: CollectionView) -> NDArray[np.int64]:
    """Return the row of each passage's unit that is the whole of it, shape (passages,)."""
    at = {tuple(unit): row for row, unit in enumerate(material.contents.units.tolist())}
    spans = [(p.sentences[0].start, p.sentences[-1].end) for p in material.contents.passages]
    return np.array([at[position, *span] for position, span in enumerate(spans)], dtype=np.int64)


def jaccard_similarity(one: Shingles, other: Shingles) -> float:
    """Return the share of all shingles that both have, 0 to 1; 0 if there are none."""
    return len(one & other) / len(one | other) if one and other else 0.0


def make_shingles(text: str) -> Shingles:
    """Return every three consecutive folded words; all of them if there are fewer."""
    words = list(split_into_words(text))
    return frozenset(
        tuple(words[i : i + SHINGLE_WORDS]) for i in range(max(1, len(words) - SHINGLE_WORDS + 1)) if words
    )


def _find_near(vectors: Vectors, start: int) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.float32]]]:
    """Yield each passage of a block with earlier ones near it, those, and their cosines."""
    block = vectors[start : start + BLOCK]
    cosines = block @ vectors[: start + len(block)].T
    for offset in np.flatnonzero((np.tril(cosines, start - 1) >= MIN_COSINE).any(axis=1)).tolist():
        earlier = np.flatnonzero(cosines[offset, : start + offset] >= MIN_COSINE)
        yield start + offset, earlier, cosines[offset, earlier]


class _ShingleCache:
    """The shingles of each passage's whole unit, made when they are first asked for."""

    def __init__(self, material: CollectionView, rows: NDArray[np.int64]) -> None:
        self._material, self._rows = material, rows
        self._known: dict[int, Shingles] = {}

    def __getitem__(self, position: int) -> Shingles:
        if position not in self._known:
            self._known[position] = make_shingles(self._text(position))
        return self._known[position]

    def _text(self, position: int) -> str:
        passage = self._material.contents.passages[position]
        _, start, end = self._material.contents.units[self._rows[position]]
        return self._material.text(position)[start - passage.start : end - passage.start]


def _find_first(
    material: CollectionView,
    words: _ShingleCache,
    position: int,
    earlier: NDArray[np.int64],
    cosines: NDArray[np.float32],
) -> Duplicate | None:
    """Return the passage with the first of the earlier ones whose words are nearly its own."""
    for other, cosine in zip(earlier.tolist(), cosines.tolist(), strict=True):
        share = jaccard_similarity(words[position], words[other])
        if share >= MIN_JACCARD:
            rounded = min(1.0, round(cosine, 4))
            return Duplicate(material.place(other), material.place(position), rounded, round(share, 4))
    return None
