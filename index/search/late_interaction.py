"""Quantized vectors of every token of every passage, and late interaction between them and a question's tokens.

Khattab & Zaharia 2020, "ColBERT": each token of the question takes the cosine of the nearest token of the
passage. Here the tokens are those of the encoder of the dense leg, and rare ones weigh more. The vectors are
projected onto the ``DIMENSIONS`` directions in which the model's own vocabulary varies most and stored as int8.
Measured rows: ``docs/quality.md``.
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import FileArray, RowSource, SpooledArray, open_array, save_rows, take_ranges
from index.disk.splice import FRESH, OLD, REMOVED, Splice
from index.types import Encoder, Tokens, Vectors

# A token takes 68 bytes: one for each direction, and its number.
DIMENSIONS = 64
# A unit vector's components, -1 to 1, become int8 from -127 to 127.
INT8_SCALE = 127
# The projection is learned from texts of words drawn from the model's vocabulary: how many texts, of how many words.
SAMPLE_TEXTS, SAMPLE_WORDS = 120, 30
FILES = ("ids.npy", "small.npy", "edges.npy", "frequencies.npy", "basis.npy")


@dataclass(frozen=True, slots=True)
class QuantizedTokens:
    """Tokens as stored: their numbers, shape (tokens,), and projected unit vectors times ``INT8_SCALE``."""

    ids: NDArray[np.int32]
    vectors: NDArray[np.int8]

    def concatenate(self, other: "QuantizedTokens") -> "QuantizedTokens":
        """Return these tokens followed by the others."""
        return QuantizedTokens(np.concatenate([self.ids, other.ids]), np.concatenate([self.vectors, other.vectors]))


class LateInteractionIndex:
    """The tokens of a collection's passages, those of title and heading included."""

    def __init__(
        self,
        ids: RowSource,
        vectors: RowSource,
        edges: NDArray[np.int64],
        frequencies: NDArray[np.int64],
        projection: Vectors,
    ) -> None:
        """Use ``build``, ``merge`` or ``load``.

        ``ids``: int32, shape (tokens,). ``vectors``: int8, shape (tokens, directions). ``edges``: where each
        passage's tokens begin, and the end, shape (passages + 1,). ``frequencies``: the number of passages that
        contain each token number, up to the highest. ``projection``: shape (dimension, directions).
        """
        self._ids, self._vectors = ids, vectors
        self._edges, self._frequencies = edges, frequencies
        self._weights = _compute_weights(frequencies, len(edges) - 1)
        self.projection = projection

    @classmethod
    def build(
        cls, passages: Iterable[QuantizedTokens], projection: Vectors, folder: Path | None = None
    ) -> "LateInteractionIndex":
        """Build the index from the tokens of each passage, kept in a temporary file in ``folder``, not in memory."""
        ids, vectors = SpooledArray(folder, np.int32), SpooledArray(folder, np.int8, projection.shape[1:])
        lengths, counter = array("q", [0]), Counter[int]()
        for tokens in passages:
            ids.append(tokens.ids)
            vectors.append(tokens.vectors)
            lengths.append(len(tokens.ids))
            counter.update(set(tokens.ids.tolist()))
        frequencies = np.zeros(max(counter, default=-1) + 1, dtype=np.int64)
        frequencies[list(counter)] = list(counter.values())
        return cls(ids.open_array(), vectors.open_array(), np.cumsum(np.asarray(lengths)), frequencies, projection)

    @classmethod
    def merge(
        cls, parts: "Sequence[LateInteractionIndex]", splice: Splice, folder: Path | None = None
    ) -> "LateInteractionIndex":
        """Build the index of a collection whose passages are those of two others, ``OLD`` and ``FRESH``.

        It equals the one that ``build`` makes of the same passages. Both parts must have the same projection.
        """
        old, fresh = parts[OLD], parts[FRESH]
        edges = [part._edges for part in parts]
        tokens = splice.widen(edges)
        removed = np.flatnonzero(splice.map_positions(OLD, len(old)) == REMOVED)
        frequencies = np.zeros(max(len(old._frequencies), len(fresh._frequencies)), dtype=np.int64)
        frequencies[: len(old._frequencies)] += old._frequencies
        frequencies[: len(fresh._frequencies)] += fresh._frequencies
        for position in removed.tolist():
            frequencies[np.unique(old.passage_tokens(position).ids)] -= 1
        return cls(
            tokens.spool([part._ids for part in parts], folder),
            tokens.spool([part._vectors for part in parts], folder),
            splice.splice_edges(edges),
            np.trim_zeros(frequencies, "b"),
            old.projection,
        )

    def __len__(self) -> int:
        """Return the number of passages."""
        return len(self._edges) - 1

    def passage_tokens(self, position: int) -> QuantizedTokens:
        """Return the tokens of one passage."""
        rows = slice(*self._edges[position : position + 2].tolist())
        return QuantizedTokens(self._ids[rows], self._vectors[rows])

    def score_passages(self, question: Tokens, passages: Sequence[int]) -> NDArray[np.float32]:
        """Return the score of each passage, from -1 to 1, shape (len(passages),).

        That is the mean over the question's tokens of the best cosine in the passage, weighted by rarity;
        0 if the question or the passage has no tokens.
        """
        scores = np.zeros(len(passages), dtype=np.float32)
        positions = np.asarray(passages, dtype=np.int64)
        starts, ends = self._edges[positions], self._edges[positions + 1]
        has_tokens = ends > starts
        if not has_tokens.any() or not len(question.ids):
            return scores
        vectors = take_ranges(self._vectors, starts, ends)
        cosines = vectors @ (project_vectors(question.vectors, self.projection).T / INT8_SCALE)
        lengths = (ends - starts)[has_tokens]
        # reduceat takes where each passage's rows begin; it cannot express a passage without rows.
        first_rows = np.cumsum(lengths) - lengths
        best = np.maximum.reduceat(cosines, first_rows, axis=0)
        weights = self._weigh_tokens(question.ids)
        # Not a product with `@`: that of OpenBLAS has warned, under load, of invalid values where all were finite.
        scores[has_tokens] = (best * (weights / weights.sum())).sum(axis=1)
        return scores

    def _weigh_tokens(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the weight of each token; a number beyond the table has the last one, of tokens in no passage."""
        return self._weights[np.minimum(ids, len(self._weights) - 1)]

    def save(self, folder: Path) -> None:
        """Write arrays, no pickle, into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: list[RowSource] = [self._ids, self._vectors, self._edges, self._frequencies, self.projection]
        for name, rows in zip(FILES, arrays, strict=True):
            save_rows(folder / name, rows)

    @classmethod
    def load(cls, folder: Path) -> "LateInteractionIndex":
        """Load what ``save`` wrote; what is large is read when it is needed."""
        ids, vectors, *others = (folder / name for name in FILES)
        return cls(FileArray(ids), FileArray(vectors), *map(open_array, others))


def _compute_weights(frequencies: NDArray[np.int64], passage_count: int) -> NDArray[np.float32]:
    """Return ln(1 + (N - n + 0.5) / (n + 0.5)) of each token number, and last that of a token in no passage."""
    counts = np.append(frequencies, 0)
    return np.log1p((passage_count - counts + 0.5) / (counts + 0.5)).astype(np.float32)


def project_vectors(vectors: Vectors, projection: Vectors) -> Vectors:
    """Return the projected vectors at unit length, shape (vectors, directions)."""
    if not len(vectors):
        return np.empty((0, projection.shape[1]), dtype=np.float32)
    projected = vectors @ projection
    lengths = np.linalg.norm(projected, axis=1, keepdims=True)
    return np.asarray(projected / np.maximum(lengths, 1e-12), dtype=np.float32)


def quantize_tokens(tokens: Tokens, projection: Vectors) -> QuantizedTokens:
    """Project the tokens' vectors and round them to int8."""
    rows = np.round(project_vectors(tokens.vectors, projection) * INT8_SCALE).astype(np.int8)
    return QuantizedTokens(tokens.ids.astype(np.int32), rows)


def learn_projection(encoder: Encoder) -> Vectors:
    """Return the directions in which the model's tokens vary most, shape (dimension, at most ``DIMENSIONS``).

    They depend on the model alone, so tokens quantized for one generation can be used in the next. Directions
    learned from the collection itself are no better (measured), and a small collection has too few tokens.
    """
    words = encoder.vocabulary
    chance = np.random.default_rng(0)
    drawn = chance.choice(np.array(words, dtype=object), (SAMPLE_TEXTS, SAMPLE_WORDS)) if words else ()
    # One call for each text: the vectors of a text must not depend on what it is batched with.
    encoded = [encoder.encode_questions([" ".join(text)]).tokens[0] for text in drawn]
    vectors = [tokens.vectors for tokens in encoded if len(tokens.ids)]
    if not vectors:
        return np.empty((0, 0), dtype=np.float32)
    rows = np.concatenate(vectors).astype(np.float32)
    _, directions = np.linalg.eigh(rows.T @ rows)  # eigenvalues in ascending order
    return np.ascontiguousarray(directions[:, ::-1][:, :DIMENSIONS], dtype=np.float32)
