"""What encoders share."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from index.types import Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def words_of(tokenizer: "Tokenizer") -> Sequence[str]:
    """The tokens that are words of letters alone, by their numbers."""
    numbers = tokenizer.get_vocab()
    return tuple(word for word in sorted(numbers, key=numbers.__getitem__) if word.isalpha())


def unit(vectors: Vectors) -> Vectors:
    """Rows of unit length."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12), dtype=np.float32)


def count_cpus() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
