"""The adapters of the large reader in a small file: thin int8 matrices, whose products are added to its base's weights.

Hu et al. 2022, "LoRA". A product is stored as its singular vectors, each scaled by the root of its value, so that all
columns of both matrices are about as large. On the shipped ones, rounding to int8 changes the products by 1 %.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
LARGEST = 127


def write_adapters(products: Mapping[str, tuple[Matrix, Matrix]], path: Path) -> None:
    """Write for the name of each weight, shape (m, n), two matrices of shapes (m, rank) and (rank, n)."""
    arrays: dict[str, Any] = {}
    for name, product in products.items():
        up, down = _balance(*product)
        for part, matrix in (("up", up.T), ("down", down)):
            arrays[f"{name}.{part}"], arrays[f"{name}.{part}_scales"] = _round_rows(matrix)
    np.savez_compressed(path, **arrays)


def read_products(path: Path) -> dict[str, Matrix]:
    """Return for the name of each weight what is to be added to it, shape (m, n)."""
    with np.load(path, allow_pickle=False) as arrays:
        names = sorted(name.removesuffix(".up") for name in arrays.files if name.endswith(".up"))
        return {
            name: _restore(arrays[f"{name}.up"], arrays[f"{name}.up_scales"]).T
            @ _restore(arrays[f"{name}.down"], arrays[f"{name}.down_scales"])
            for name in names
        }


def _balance(up: Matrix, down: Matrix) -> tuple[Matrix, Matrix]:
    orthogonal, rest = np.linalg.qr(up)
    left, values, right = np.linalg.svd(rest @ down, full_matrices=False)
    roots = np.sqrt(values)
    return (orthogonal @ left) * roots, roots[:, None] * right


def _round_rows(matrix: Matrix) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    scales = np.maximum(np.abs(matrix).max(axis=1), 1e-4) / LARGEST
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float16)


def _restore(rows: NDArray[np.int8], scales: NDArray[np.float16]) -> Matrix:
    return np.asarray(rows * scales.astype(np.float32)[:, None], dtype=np.float32)
