"""Questions into vectors, whatever their length."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from index.embedding.batching import batch_by_length
from index.types import Embeddings, Encoder, Tokens, Vectors

One = tuple[Vectors, Tokens]
"""A text's vector, shape (dimension,), and its tokens."""


def encode_questions(encoder: Encoder, questions: Sequence[str]) -> list[Embeddings]:
    """Each question by itself: one unit vector, shape (1, dimension), and its tokens.

    A question over the encoder's limit is encoded in parts, whose mean is taken and whose tokens follow each
    other: the model would drop what is over its limit without a word.
    """
    counts = encoder.count_tokens(questions)
    parts = [_parts(encoder, q) if n > encoder.max_tokens else [q] for q, n in zip(questions, counts, strict=True)]
    texts = [part for some in parts for part in some]
    found = _encoded(encoder, texts, counts if len(texts) == len(counts) else encoder.count_tokens(texts))
    edges = pairwise(np.cumsum([0, *(len(some) for some in parts)]).tolist())
    return [_whole(found[a:b]) for a, b in edges]


def _encoded(encoder: Encoder, texts: Sequence[str], tokens: Sequence[int]) -> list[One]:
    """The vector and the tokens of each, those of like length together; ``tokens``: how many each has."""
    found: dict[int, One] = {}
    for rows in batch_by_length(tokens):
        encoded = encoder.encode_questions([texts[row] for row in rows])
        found.update(zip(rows, zip(encoded.vectors, encoded.tokens, strict=True), strict=True))
    return [found[row] for row in range(len(texts))]


def _whole(parts: Sequence[One]) -> Embeddings:
    if len(parts) == 1:
        vector, tokens = parts[0]
        return Embeddings(vector[None, :], (tokens,))
    mean = np.mean([vector for vector, _ in parts], axis=0, keepdims=True)
    ids, vectors = (np.concatenate(column) for column in zip(*((t.ids, t.vectors) for _, t in parts), strict=True))
    unit = np.ascontiguousarray(mean / np.linalg.norm(mean), dtype=np.float32)
    return Embeddings(unit, (Tokens(ids, vectors),))


def _parts(encoder: Encoder, question: str) -> list[str]:
    """The question halved, at a space where there is one, until every part fits."""
    if len(question) < 2 or encoder.count_tokens([question])[0] <= encoder.max_tokens:
        return [question]
    middle = len(question) // 2
    space = question.rfind(" ", len(question) // 4, middle)
    cut = space if space > 0 else middle
    return _parts(encoder, question[:cut].strip()) + _parts(encoder, question[cut:].strip())
