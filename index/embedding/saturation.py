"""Limit int8 weights so that matrix products are the same on processors with and without VNNI.

Without VNNI, an int8 matrix product uses VPMADDUBSW, which multiplies an unsigned by a signed byte and adds two
neighbouring products in 16 bits. Two products of 255 and 127 exceed 16 bits, and the sum saturates silently.
If no two neighbouring weights add up to more than 128, every sum fits (255 * 128 = 32,640). This costs 0.3 bits of
precision; halving the range of all weights would cost a whole bit. Measurements: ``docs/performance.md``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_PAIR_SUM = 128


def limit_weights(variables: Mapping[str, Any]) -> None:
    """Change the variables of a CTranslate2 model so that no product of its int8 weights can saturate.

    Applying it twice changes nothing.
    """
    for rows, scales in list_matrices(variables):
        factors = np.minimum(1.0, MAX_PAIR_SUM / np.maximum(compute_pair_sums(rows), 1))
        rows[:] = np.rint(rows * factors[:, None])
        scales[:] = scales * factors


def list_matrices(variables: Mapping[str, Any]) -> Iterator[tuple[NDArray[np.int8], NDArray[np.float32]]]:
    """Yield the int8 matrices that inputs are multiplied with, and the scales of their rows."""
    for name, variable in variables.items():
        # Embeddings are looked up, never multiplied, so they keep their full range.
        if f"{name}_scale" in variables and "embeddings" not in name and not isinstance(variable, str):
            rows, scales = variable.numpy(), variables[f"{name}_scale"].numpy()
            if rows.dtype == np.int8 and rows.ndim == 2:
                yield rows, scales


def compute_pair_sums(rows: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return for each row the largest absolute sum of two neighbouring weights of one sign, shape (rows,).

    Inputs are unsigned, so weights of opposite sign cancel each other.
    """
    pairs = rows.astype(np.int64).reshape(len(rows), -1, 2)
    positive, negative = np.maximum(pairs, 0).sum(axis=2), np.maximum(-pairs, 0).sum(axis=2)
    return np.asarray(np.maximum(positive, negative).max(axis=1))
