"""Limit int8 weights so that matrix products are the same on processors with and without VNNI.

Without VNNI, an int8 matrix product uses VPMADDUBSW, which multiplies an unsigned by a signed byte and adds two
neighbouring products in 16 bits. Two products of 255 and 127 exceed 16 bits, and the sum saturates silently.
If no two neighbouring weights add up to more than 128, every sum fits (255 * 128 = 32,640). This costs 0.3 bits of
precision; halving the range of all weights would cost a whole bit. Measurements: ``docs/performance.md``.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

MAX_PAIR_SUM = 128
# Data types by number in a CTranslate2 model (ctranslate2/specs/model_spec.py).
FLOAT32, INT8 = 0, 1
MODEL_FILE = "model.bin"


@dataclass(slots=True)
class Variable:
    """An array of a CTranslate2 model: shape, number of the data type, and bytes."""

    shape: tuple[int, ...]
    dtype: int
    data: bytes


def limit_weights(folder: Path) -> None:
    """Rewrite ``model.bin`` in a folder so that no product of its int8 weights can saturate.

    Applying it twice changes nothing.
    """
    path = folder / MODEL_FILE
    model = Model.parse(path.read_bytes())
    for name, weights in model.list_matrices():
        scales = model.variables[f"{name}_scale"]
        rows = np.frombuffer(weights.data, dtype=np.int8).reshape(weights.shape)
        factors = np.minimum(1.0, MAX_PAIR_SUM / np.maximum(compute_pair_sums(rows), 1))
        weights.data = np.rint(rows * factors[:, None]).astype(np.int8).tobytes()
        scales.data = (np.frombuffer(scales.data, dtype=np.float32) * factors).astype(np.float32).tobytes()
    path.write_bytes(model.to_bytes())


def compute_pair_sums(rows: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return for each row the largest absolute sum of two neighbouring weights of one sign, shape (rows,).

    Inputs are unsigned, so weights of opposite sign cancel each other.
    """
    pairs = rows.astype(np.int64).reshape(len(rows), -1, 2)
    positive, negative = np.maximum(pairs, 0).sum(axis=2), np.maximum(-pairs, 0).sum(axis=2)
    return np.asarray(np.maximum(positive, negative).max(axis=1))


@dataclass(slots=True)
class Model:
    """The contents of a ``model.bin`` in the order of the file; ``aliases`` are further names of variables."""

    header: bytes
    variables: dict[str, Variable]
    aliases: bytes

    @classmethod
    def parse(cls, data: bytes) -> "Model":
        """Parse a CTranslate2 model of binary version 6."""
        file = io.BytesIO(data)
        _read_number(file, "I")  # the binary version
        _read_string(file)  # the name of the specification
        _read_number(file, "I")  # the revision of the specification
        header = data[: file.tell()]
        variables = dict(_read_variable(file) for _ in range(_read_number(file, "I")))
        return cls(header, variables, file.read())

    def list_matrices(self) -> Iterator[tuple[str, Variable]]:
        """Yield the int8 matrices that inputs are multiplied with."""
        for name, variable in self.variables.items():
            is_matrix = variable.dtype == INT8 and len(variable.shape) == 2
            # Embeddings are looked up, never multiplied, so they keep their full range.
            if is_matrix and f"{name}_scale" in self.variables and "embeddings" not in name:
                yield name, variable

    def to_bytes(self) -> bytes:
        """Return the contents of the file."""
        parts = [self.header, struct.pack("<I", len(self.variables))]
        for name, variable in self.variables.items():
            parts += [
                struct.pack("<H", len(name) + 1) + name.encode() + b"\0",
                struct.pack(f"<B{len(variable.shape)}I", len(variable.shape), *variable.shape),
                struct.pack("<BI", variable.dtype, len(variable.data)),
                variable.data,
            ]
        return b"".join(parts) + self.aliases


def _read_number(file: BinaryIO, code: str) -> int:
    layout = struct.Struct(f"<{code}")
    return int(layout.unpack(file.read(layout.size))[0])


def _read_string(file: BinaryIO) -> str:
    return file.read(_read_number(file, "H"))[:-1].decode()  # without the final zero


def _read_variable(file: BinaryIO) -> tuple[str, Variable]:
    name = _read_string(file)
    shape = tuple(_read_number(file, "I") for _ in range(_read_number(file, "B")))
    return name, Variable(shape, _read_number(file, "B"), file.read(_read_number(file, "I")))
