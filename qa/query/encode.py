"""Questions into vectors, whatever their length."""

from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np

from index.embedding.batching import batch_by_length
from index.types import Embeddings, Encoder, Tokens


def encode_questions(encoder: Encoder, questions: Sequence[str]) -> list[Embeddings]:
    """Return for each question one unit vector, shape (1, dimension), and its tokens.

    A question over the encoder's limit is encoded in parts: their mean vector is taken and their
    tokens are concatenated. The model would silently ignore what is over its limit.
    """
    counts = encoder.count_question_tokens(questions)
    parts = [
        _split_question(encoder, question) if count > encoder.max_tokens else [question]
        for question, count in zip(questions, counts, strict=True)
    ]
    texts = list(chain.from_iterable(parts))
    if len(texts) > len(questions):
        counts = encoder.count_question_tokens(texts)
    found: dict[int, Embeddings] = {}
    # Texts of similar length are encoded together, so that little is padded.
    for rows in batch_by_length(counts):
        encoded = encoder.encode_questions([texts[row] for row in rows])
        for place, row in enumerate(rows):
            found[row] = Embeddings(encoded.vectors[place : place + 1], (encoded.tokens[place],))
    edges = pairwise(np.cumsum([0, *map(len, parts)]).tolist())
    return [_join_parts([found[row] for row in range(first, last)]) for first, last in edges]


def _join_parts(parts: Sequence[Embeddings]) -> Embeddings:
    """Return the mean vector, normalised, and the concatenated tokens."""
    if len(parts) == 1:
        return parts[0]
    mean = np.mean(np.concatenate([part.vectors for part in parts]), axis=0, keepdims=True)
    tokens = [part.tokens[0] for part in parts]
    return Embeddings(
        np.ascontiguousarray(mean / np.linalg.norm(mean), dtype=np.float32),
        (Tokens(np.concatenate([t.ids for t in tokens]), np.concatenate([t.vectors for t in tokens])),),
    )


def _split_question(encoder: Encoder, question: str) -> list[str]:
    """Halve the question, at a space if there is one, until every part fits."""
    if len(question) < 2 or encoder.count_question_tokens([question])[0] <= encoder.max_tokens:
        return [question]
    middle = len(question) // 2
    space = question.rfind(" ", len(question) // 4, middle)
    cut = space if space > 0 else middle
    return _split_question(encoder, question[:cut].strip()) + _split_question(encoder, question[cut:].strip())
