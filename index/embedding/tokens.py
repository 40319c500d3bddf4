"""What both encoders do with the tokens and vectors of a model."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.types import Positions, Tokens, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# Far below any norm that a model gives: only keeps a vector of zeros from being divided by zero.
MIN_NORM = 1e-12


def normalize_rows(vectors: NDArray[Any]) -> Vectors:
    """Scale each row to unit length."""
    norms = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), MIN_NORM)
    return np.asarray(vectors / norms, dtype=np.float32)


def drop_special_tokens(ids: Positions, vectors: NDArray[Any], special_ids: Positions, skipped: int = 0) -> Tokens:
    """Return the tokens that are part of the text, with normalized vectors.

    Special tokens are not, nor are the first ``skipped`` of the others, which are those of the prompt.
    """
    # Special tokens are few, so this takes a quarter of the time of ``np.isin``.
    is_special = (ids[:, None] == special_ids).any(axis=1)
    kept = np.flatnonzero(~is_special)[skipped:]
    return Tokens(ids[kept], normalize_rows(vectors[kept]))


def count_prompt_tokens(tokenizer: "Tokenizer", prompt: str) -> int:
    """Count the tokens of a prompt as it is before a text: a space at its end belongs to the word that follows."""
    return len(tokenizer.encode(prompt.rstrip(), add_special_tokens=False).ids) if prompt else 0


def list_words(tokenizer: "Tokenizer") -> Sequence[str]:
    """Return the tokens of the vocabulary that consist of letters alone, in the order of their ids."""
    ids = tokenizer.get_vocab()
    return tuple(token for token in sorted(ids, key=ids.__getitem__) if token.isalpha())
