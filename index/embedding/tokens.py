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


def drop_special_tokens(ids: Positions, vectors: NDArray[Any], special_ids: Positions) -> Tokens:
    """Return the tokens that are part of the text, with normalized vectors."""
    is_text = ~np.isin(ids, special_ids)
    return Tokens(ids[is_text], normalize_rows(vectors[is_text]))


def list_words(tokenizer: "Tokenizer") -> Sequence[str]:
    """Return the tokens of the vocabulary that consist of letters alone, in the order of their ids."""
    ids = tokenizer.get_vocab()
    return tuple(token for token in sorted(ids, key=ids.__getitem__) if token.isalpha())
