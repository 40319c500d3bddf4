"""Questions into vectors, whatever their length."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from index.types import Encoder, Vectors


def encode_questions(encoder: Encoder, questions: Sequence[str]) -> Vectors:
    """One unit vector a question, shape (len(questions), dimension).

    A question over the encoder's limit is encoded in parts and their mean taken: the model
    would drop what is over its limit without a word.
    """
    counts = encoder.count_tokens(questions)
    parts = [_parts(encoder, q) if n > encoder.limit else [q] for q, n in zip(questions, counts, strict=True)]
    vectors = encoder.encode_questions([part for some in parts for part in some])
    edges = np.cumsum([0, *(len(some) for some in parts)])
    means = np.stack([vectors[a:b].mean(axis=0) for a, b in pairwise(edges)])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)


def _parts(encoder: Encoder, question: str) -> list[str]:
    """The question halved, at a space where there is one, until every part fits."""
    if len(question) < 2 or encoder.count_tokens([question])[0] <= encoder.limit:
        return [question]
    middle = len(question) // 2
    space = question.rfind(" ", len(question) // 4, middle)
    cut = space if space > 0 else middle
    return _parts(encoder, question[:cut].strip()) + _parts(encoder, question[cut:].strip())
