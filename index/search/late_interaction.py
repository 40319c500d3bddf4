"""Small vectors of every token of every passage, and how well a question's tokens meet them.

Khattab & Zaharia 2020, "ColBERT", late interaction: each token of the question takes the cosine of the
token that is nearest to it in the passage. Here the tokens are those of the encoder that there is
anyway, rare ones weigh more, and the vectors are kept in ``DIMENSIONS`` whole numbers of a byte:
those directions in which the model's own vocabulary varies most. Measured rows: ``docs/quality.md``.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import FileArray, RowSource, SpooledArray, open_mapped, take_ranges
from index.types import Encoder, Tokens, Vectors

DIMENSIONS = 64
LEVELS = 127
SAMPLE, SAMPLE_LENGTH = 120, 30
"""Texts of words drawn from the model's vocabulary, and the words of each: what the directions are taken from."""
IDS, SMALL, EDGES, WEIGHTS, BASIS = "ids.npy", "small.npy", "edges.npy", "weights.npy", "basis.npy"


@dataclass(frozen=True, slots=True)
class SmallTokens:
    """Tokens as they are kept: numbers, and rows of whole numbers that are a unit vector times ``LEVELS``."""

    ids: NDArray[np.int32]
    vectors: NDArray[np.int8]

    def joined(self, other: "SmallTokens") -> "SmallTokens":
        """Both, one behind the other."""
        return SmallTokens(np.concatenate([self.ids, other.ids]), np.concatenate([self.vectors, other.vectors]))


@dataclass(frozen=True, slots=True)
class TokenRows:
    """The tokens of all passages: ``ids`` int32, shape (tokens,), ``vectors`` int8, shape (tokens, directions)."""

    ids: RowSource
    vectors: RowSource


class TokenIndex:
    """The tokens of a collection's passages, each with what stands above it."""

    def __init__(
        self, tokens: "TokenRows", edges: NDArray[np.int64], weights: NDArray[np.float32], basis: Vectors
    ) -> None:
        """``edges``: where each passage's tokens begin, and the end; ``weights``: of each token number."""
        self._tokens = tokens
        self._edges = edges
        self._weights = weights
        self.basis = basis

    @classmethod
    def build(cls, passages: Iterable[SmallTokens], basis: Vectors, folder: Path | None = None) -> "TokenIndex":
        """From the tokens of each passage, made small on ``basis``; held in a file in ``folder``, not in memory."""
        ids, vectors, lengths, holding = (
            SpooledArray(folder, np.int32),
            SpooledArray(folder, np.int8),
            [0],
            Counter[int](),
        )
        for one in passages:
            ids.append(one.ids)
            vectors.append(one.vectors)
            lengths.append(len(one.ids))
            holding.update(set(one.ids.tolist()))
        edges = np.cumsum(lengths, dtype=np.int64)
        rows = TokenRows(ids.open_array(), vectors.open_array())
        return cls(rows, edges, _weights(holding, len(edges) - 1), basis)

    def __len__(self) -> int:
        """The number of passages."""
        return len(self._edges) - 1

    def passage(self, position: int) -> SmallTokens:
        """The tokens of one passage."""
        rows = slice(*self._edges[position : position + 2].tolist())
        return SmallTokens(self._tokens.ids[rows], self._tokens.vectors[rows])

    def scores(self, question: Tokens, passages: Sequence[int]) -> NDArray[np.float32]:
        """How well each passage meets the question, from -1 to 1; all 0 where either has no tokens.

        The mean over the question's tokens of the best cosine in the passage, rare tokens weighing more.
        """
        found = np.zeros(len(passages), dtype=np.float32)
        positions = np.asarray(passages, dtype=np.int64)
        firsts, lasts = self._edges[positions], self._edges[positions + 1]
        some = lasts > firsts
        if not some.any() or not len(question.ids):
            return found
        vectors = take_ranges(self._tokens.vectors, firsts, lasts)
        cosines = vectors @ (reduced(question.vectors, self.basis).T / LEVELS)
        lengths = (lasts - firsts)[some]
        starts = np.cumsum(lengths) - lengths
        weights = self._weight(question.ids)
        found[some] = np.maximum.reduceat(cosines, starts, axis=0) @ (weights / weights.sum())
        return found

    def _weight(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """A token that no passage has weighs most."""
        known = np.minimum(ids, len(self._weights) - 1)
        return np.where(ids < len(self._weights) - 1, self._weights[known], self._weights[-1])

    def save(self, folder: Path) -> None:
        """Writes arrays, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / IDS, self._tokens.ids[:], allow_pickle=False)
        np.save(folder / SMALL, self._tokens.vectors[:], allow_pickle=False)
        np.save(folder / EDGES, self._edges, allow_pickle=False)
        np.save(folder / WEIGHTS, self._weights, allow_pickle=False)
        np.save(folder / BASIS, self.basis, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "TokenIndex":
        """What ``save`` wrote; what grows with the collection is read when it is asked for, or mapped."""
        weights, basis = (np.load(folder / name, allow_pickle=False) for name in (WEIGHTS, BASIS))
        rows = TokenRows(FileArray(folder / IDS), FileArray(folder / SMALL))
        return cls(rows, open_mapped(folder / EDGES), weights, basis)


def _weights(holding: Mapping[int, int], passages: int) -> NDArray[np.float32]:
    """How much each token number tells: ln(1 + (N - n + 0.5) / (n + 0.5)); the last is that of tokens nobody has."""
    found = np.zeros(max(holding, default=-1) + 2)
    found[list(holding)] = list(holding.values())
    return np.log1p((passages - found + 0.5) / (found + 0.5)).astype(np.float32)


def reduced(vectors: Vectors, basis: Vectors) -> Vectors:
    """Unit vectors in the directions of ``basis``, shape (vectors, its columns)."""
    if not len(vectors):
        return np.empty((0, basis.shape[1]), dtype=np.float32)
    seen = vectors @ basis
    return np.asarray(seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def smaller(basis: Vectors) -> Callable[[Tokens], SmallTokens]:
    """Makes tokens small on ``basis``."""

    def small(tokens: Tokens) -> SmallTokens:
        rows = np.round(reduced(tokens.vectors, basis) * LEVELS).astype(np.int8)
        return SmallTokens(tokens.ids.astype(np.int32), rows)

    return small


def basis_of(encoder: Encoder) -> Vectors:
    """The directions in which the tokens of drawn words vary most, shape (dimension, at most ``DIMENSIONS``).

    They depend on the model alone, so what was made small for one generation fits the next. Taken
    from the collection itself they are no better (measured), and a small collection has too few.
    """
    words = encoder.vocabulary
    chance = np.random.default_rng(0)
    drawn_words = chance.choice(np.array(words, dtype=object), (SAMPLE, SAMPLE_LENGTH)) if words else ()
    texts = [" ".join(some) for some in drawn_words]
    drawn = [one.vectors for text in texts for one in encoder.encode_questions([text]).tokens if len(one.ids)]
    if not drawn:
        return np.empty((0, 0), dtype=np.float32)
    rows = np.concatenate(drawn).astype(np.float32)
    _, directions = np.linalg.eigh(rows.T @ rows)
    return np.ascontiguousarray(directions[:, ::-1][:, :DIMENSIONS], dtype=np.float32)
